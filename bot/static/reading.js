// The reading pane: which article is shown, and what is lit in it. On a narrow screen it is a sheet over the talk.
"use strict";

const reading = (() => {
  let shown = null; // the id of the article in the pane
  let opened = Promise.resolve(); // settled when that article is in the pane
  let wanted = null; // what was last asked to be lit
  let leaving = 0; // steps back in the browser's history that are our own

  async function show(id, { again = false } = {}) {
    if (shown !== id || again) {
      shown = id;
      opened = fetchArticle(id);
    }
    await opened;
  }

  async function fetchArticle(id) {
    const page = find("#pq-page");
    page.setAttribute("aria-busy", "true");
    const response = await fetch(`page/articles/${encodeURIComponent(id)}`).catch(() => null);
    if (shown !== id) return;
    page.removeAttribute("aria-busy");
    if (!response?.ok) {
      shown = null;
      announce(response ? "That article is not here any more." : "The server does not answer. Is it still running?");
      return;
    }
    page.innerHTML = await response.text(); // escaped by the server; see bot/article_view.py
    page.scrollTop = 0;
    find("#pq-article-choice").value = id;
    document.dispatchEvent(new CustomEvent("pq-shown", { detail: id }));
  }

  // The article in the pane is gone, or there was none: what to do about it, in a line.
  function empty(...words) {
    shown = null;
    places.clear();
    find("#pq-page").replaceChildren(made("p", { className: "pq-empty" }, ...words));
  }

  // Light the words from start to end, both offsets in code points, and bring them into view.
  async function light(target, { move = true, focus = move } = {}) {
    const { article, revision, kind = "quote" } = target.dataset;
    const [start, end] = [Number(target.dataset.start), Number(target.dataset.end)];
    wanted = target;
    await show(article);
    if (wanted !== target) return; // something else was to be lit while the article came
    unlight();
    if (isStale(article, revision)) return tellStale(target);
    const marks = runsOf(start, end).map(([run, from, to]) => wrap(run, from, to, `pq-lit pq-mark-${kind}`));
    if (!marks.length) return;
    if (target.dataset.words) lightWords(...target.dataset.words.split("-").map(Number));
    target.classList.add("pq-current");
    places.draw(target);
    if (move && narrow()) showPane("read");
    bringIntoView(marks);
    if (focus && narrow()) marks[0].focus({ preventScroll: true });
  }

  const isStale = (article, revision) => {
    const held = find("#pq-page .pq-article")?.dataset;
    return held?.article === article && !!revision && !!held.revision && held.revision !== revision;
  };

  function tellStale(target) {
    if (find(".pq-stale", target)) return;
    target.append(made("p", { className: "pq-stale", textContent: "The article has changed since this was quoted." }));
  }

  function unlight() {
    wanted = null;
    for (const element of all(".pq-current")) element.classList.remove("pq-current");
    for (const run of all("#pq-page [data-start]:has(mark)")) run.textContent = run.textContent;
  }

  // The runs of words between two offsets, each with where in it they begin and end.
  const runsOf = (start, end) =>
    all("#pq-page [data-start]").flatMap((run) => {
      const [from, to] = [Number(run.dataset.start), Number(run.dataset.end)];
      return from < end && start < to ? [[run, Math.max(start, from) - from, Math.min(end, to) - from]] : [];
    });

  function wrap(run, from, to, className) {
    const lit = made("mark", { className, tabIndex: -1 });
    rangeOf(run.firstChild, from, to).surroundContents(lit);
    return lit;
  }

  // Within what is lit, the very words that answer.
  function lightWords(start, end) {
    for (const [run, from, to] of runsOf(start, end)) {
      const lit = find("mark", run);
      const before = [...(lit?.previousSibling?.data ?? "")].length;
      if (!lit) continue;
      rangeOf(lit.firstChild, from - before, to - before).surroundContents(made("strong", { className: "pq-words" }));
    }
  }

  // Offsets count code points; the DOM counts UTF-16 units.
  function rangeOf(words, from, to) {
    const range = document.createRange();
    range.setStart(words, unitsOf(words.data, from));
    range.setEnd(words, unitsOf(words.data, to));
    return range;
  }

  function unitsOf(words, points) {
    let units = 0;
    for (const character of words) {
      if (points-- <= 0) break;
      units += character.length;
    }
    return units;
  }

  // How far down the article's pane an offset of the article stands, from 0 to 1; null where it is in no run of words.
  function heightOf(offset) {
    const [found] = runsOf(offset, offset + 1);
    if (!found) return null;
    const page = find("#pq-page");
    const run = found[0];
    const within = lengthsBefore(run, found[1]);
    const top = rangeOf(within.node, within.at, within.at + 1).getBoundingClientRect().top;
    return (top - page.getBoundingClientRect().top + page.scrollTop) / page.scrollHeight;
  }

  // Which of a run's text nodes, parted by what is lit, holds a code point, and where in it.
  function lengthsBefore(run, at) {
    const walker = document.createTreeWalker(run, NodeFilter.SHOW_TEXT);
    let node = walker.nextNode();
    for (;;) {
      const length = [...node.data].length;
      const next = at >= length ? walker.nextNode() : null;
      if (!next) return { node, at: Math.min(at, length) };
      at -= length;
      node = next;
    }
  }

  function bringIntoView(marks) {
    const page = find("#pq-page");
    const [view, top] = [page.getBoundingClientRect(), marks[0].getBoundingClientRect().top];
    const height = marks.at(-1).getBoundingClientRect().bottom - top;
    const room = Math.max(24, (view.height - height) / 3);
    page.scrollTo({ top: page.scrollTop + top - view.top - room, behavior: calm() ? "auto" : "smooth" });
  }

  // ---- the sheet ----------------------------------------------------------------------------------------------

  const pane = () => document.documentElement.dataset.pane;

  // "talk" or "read": on a narrow screen, whether the sheet with the article lies over the conversation.
  function showPane(name) {
    if (pane() === name) return;
    const before = pane();
    document.documentElement.dataset.pane = name;
    settlePane();
    if (!narrow() || !before) return;
    if (name === "read") history.pushState({ sheet: true }, ""); // the browser's own way back closes it
    else if (history.state?.sheet) {
      leaving += 1;
      history.back();
    }
  }

  // What lies under an open sheet cannot be reached, and the sheet says that it is one.
  function settlePane() {
    const open = narrow() && pane() === "read";
    find("#pq-talk").inert = find("#pq-top").inert = open;
    const sheet = find("#pq-reading .pq-pane");
    if (open) sheet.setAttribute("role", "dialog");
    else sheet.removeAttribute("role");
    sheet.toggleAttribute("aria-modal", open);
    if (open) find(".pq-back").focus({ preventScroll: true });
  }

  function drag(event) {
    const sheet = find("#pq-reading .pq-pane");
    const from = event.clientY;
    const handle = event.target.closest(".pq-grip");
    handle.setPointerCapture(event.pointerId);
    handle.onpointermove = (moved) => (sheet.style.translate = `0 ${Math.max(0, moved.clientY - from)}px`);
    handle.onpointerup = handle.onpointercancel = (ended) => {
      handle.onpointermove = handle.onpointerup = handle.onpointercancel = null;
      sheet.style.translate = "";
      if (ended.type === "pointerup" && ended.clientY - from > 90) back();
    };
  }

  // Back to the conversation, and to where in it one was.
  function back() {
    const current = find(".pq-turns .pq-current .pq-place");
    showPane("talk");
    (current?.checkVisibility() ? current : find("#pq-question textarea")).focus({ preventScroll: true });
  }

  addEventListener("popstate", () => {
    if (leaving) leaving -= 1;
    else if (pane() === "read") {
      document.documentElement.dataset.pane = "talk";
      settlePane();
    }
  });
  matchMedia("(max-width: 860px)").addEventListener("change", () => find("#pq-talk") && settlePane());

  document.addEventListener("pointerdown", (event) => event.target.closest?.(".pq-grip") && drag(event));
  document.addEventListener("click", (event) => {
    const at = (selector) => event.target.closest?.(selector);
    if (at(".pq-back")) back();
    else if (at("button[data-pane]")) showPane(at("button[data-pane]").dataset.pane);
    else if (narrow() && pane() === "read" && at("#pq-reading") && !at(".pq-pane")) back();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented || !narrow() || pane() !== "read") return;
    back();
  });

  return { show, shown: () => shown, empty, light, unlight, heightOf, showPane };
})();
