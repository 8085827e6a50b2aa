// Words that are selected in the article, and the question that is asked about them.
"use strict";

const about = (() => {
  const LONGEST = 1500; // code points: more is no place to ask about but an article
  const SHOWN = 90; // of them, beside the box
  let selected = null; // {article, start, end, text}: what is selected now
  let taken = null; // the same, of what the next question is about

  // What is selected in the article, as offsets of its text; null for anything else.
  function selection() {
    const selection = getSelection();
    if (!selection.rangeCount || selection.isCollapsed) return null;
    const range = selection.getRangeAt(0);
    if (!find("#pq-page")?.contains(range.commonAncestorContainer)) return null;
    const runs = all("#pq-page .pq-text [data-start]").filter((run) => range.intersectsNode(run));
    const parts = runs.map((run) => within(run, range)).filter(({ text }) => text.trim());
    if (!parts.length) return null;
    const [start, end] = [parts[0].start, parts.at(-1).end];
    if (end - start > LONGEST) return null;
    return { article: reading.shown(), start, end, text: parts.map(({ text }) => text).join(" ") };
  }

  // The part of a run of words that a range covers, to whole words.
  function within(run, range) {
    const words = [...run.textContent];
    const before = document.createRange();
    const upTo = (container, offset) => {
      if (!run.contains(container)) return null;
      before.selectNodeContents(run);
      before.setEnd(container, offset);
      return [...before.toString()].length;
    };
    let from = upTo(range.startContainer, range.startOffset) ?? 0;
    let to = upTo(range.endContainer, range.endOffset) ?? words.length;
    const isWord = (at) => /[\p{L}\p{N}]/u.test(words[at] ?? "");
    while (from < to && /\s/.test(words[from])) from += 1;
    while (to > from && /\s/.test(words[to - 1])) to -= 1;
    while (from < to && isWord(from) && isWord(from - 1)) from -= 1;
    while (from < to && isWord(to - 1) && isWord(to)) to += 1;
    const start = Number(run.dataset.start);
    return { start: start + from, end: start + to, text: words.slice(from, to).join("") };
  }

  function offer() {
    selected = selection();
    const bubble = find(".pq-bubble");
    if (!bubble) return;
    bubble.hidden = !selected;
    if (!selected) return;
    const frame = find(".pq-frame").getBoundingClientRect();
    const place = getSelection().getRangeAt(0).getBoundingClientRect();
    const above = place.top - frame.top > 52;
    const middle = (place.left + place.right) / 2 - frame.left;
    const half = bubble.offsetWidth / 2 + 8;
    bubble.style.left = `${Math.min(Math.max(middle, half), frame.width - half)}px`;
    const top = above ? place.top - frame.top - 48 : place.bottom - frame.top + 10;
    bubble.style.top = `${Math.min(Math.max(top, 8), frame.height - 56)}px`;
  }

  function take() {
    if (!selected) return;
    set(selected);
    getSelection().removeAllRanges();
    reading.showPane("talk");
    find("#pq-question textarea").focus();
  }

  function set(what) {
    taken = what;
    const line = find(".pq-about");
    line.hidden = !what;
    if (what) find("q", line).textContent = shorten(what.text);
  }

  const shorten = (text) => (text.length > SHOWN ? `${text.slice(0, SHOWN).trimEnd()}…` : text);

  // What the question that is asked now is about; the next one is about nothing again.
  function give() {
    const what = taken;
    set(null);
    return what;
  }

  document.addEventListener("selectionchange", offer);
  document.addEventListener("scroll", () => selected && offer(), true);
  document.addEventListener("pointerdown", (event) => {
    if (event.target.closest?.(".pq-bubble")) event.preventDefault(); // a press would else unselect
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-do=about]")) take();
    else if (event.target.closest?.("[data-do=about-nothing]")) {
      set(null);
      find("#pq-question textarea").focus();
    }
  });
  document.addEventListener("keydown", (event) => {
    const plain = !event.ctrlKey && !event.metaKey && !event.altKey && !isTyping(event) && !find("dialog[open]");
    if (plain && event.key === "a" && selected) take();
    else if (plain && event.key === "/") find("#pq-question textarea").focus();
    else return;
    event.preventDefault();
  });

  return { give, shorten };
})();
