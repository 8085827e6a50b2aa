// What outlasts an answer: kept over a reload, copied, linked to, saved as Markdown, and said to be right or wrong.
"use strict";

const keeping = (() => {
  const STORED = "pullquote.turns";
  const COPIED_MS = 2000; // for which a button says that it has copied
  const THUMB = "M7 11v9H4v-9zm0 0 4-8c1.4 0 2.2 1 2 2.4L12.3 9H19c1.2 0 2 1 1.8 2.2l-1.2 7A2 2 0 0 1 17.7 20H7";

  // Kept for this tab alone, so that a reload loses nothing and two tabs are two conversations.
  function store(turns) {
    try {
      sessionStorage.setItem(STORED, JSON.stringify(turns));
    } catch {
      // Full or switched off: the conversation still works, it only does not survive a reload.
    }
  }

  function stored() {
    try {
      const turns = JSON.parse(sessionStorage.getItem(STORED) ?? "[]");
      return Array.isArray(turns) ? turns.filter((turn) => turn?.id && turn.question && turn.html) : [];
    } catch {
      return [];
    }
  }

  // ---- copying ------------------------------------------------------------------------------------------------

  async function copy(pressed, words) {
    const label = pressed.textContent;
    const said = (await isCopied(words)) ? "Copied" : "Not copied";
    pressed.textContent = said;
    announce(said);
    await pause(COPIED_MS);
    pressed.textContent = label;
    announce("");
  }

  // Over plain HTTP from another machine, browsers have no clipboard to write to: there the old way still works.
  async function isCopied(words) {
    try {
      await navigator.clipboard.writeText(words);
      return true;
    } catch {
      const focused = document.activeElement;
      const box = made("textarea", { value: words, className: "pq-unseen" });
      document.body.append(box);
      box.select();
      const done = document.execCommand("copy");
      box.remove();
      focused?.focus({ preventScroll: true });
      return done;
    }
  }

  // ---- links --------------------------------------------------------------------------------------------------

  function linkTo(turn) {
    const link = new URL(location.pathname, location.origin);
    link.searchParams.set("q", turn.question);
    for (const id of turn.articles ?? []) link.searchParams.append("article", id);
    return link.href;
  }

  // The question and the articles that this page was opened with; they are asked once, not at each reload.
  function linked() {
    const named = new URLSearchParams(location.search);
    const [question, ids] = [named.get("q")?.trim() ?? "", named.getAll("article").filter(Boolean)];
    if (!question && !ids.length) return null;
    named.delete("q");
    named.delete("article");
    const rest = named.toString();
    history.replaceState(history.state, "", `${location.pathname}${rest && `?${rest}`}`);
    return { question, articles: ids.length ? ids : null };
  }

  // ---- saving -------------------------------------------------------------------------------------------------

  function save(turns) {
    const words = ["# A conversation with Pullquote", ...turns.map((turn) => turn.markdown).filter(Boolean)];
    const file = new Blob([`${words.map((part) => part.trim()).join("\n\n")}\n`], { type: "text/markdown" });
    const address = URL.createObjectURL(file);
    const now = new Date();
    const date = [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((part) => String(part).padStart(2, "0"));
    made("a", { href: address, download: `pullquote-${date.join("-")}.md` }).click();
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
    announce("Saved as Markdown");
  }

  // ---- right or wrong -----------------------------------------------------------------------------------------

  function footOf(turn) {
    const foot = made("div", { className: "pq-foot" });
    foot.append(thumb(turn, true), thumb(turn, false), button("pq-text-button", "Copy link", { do: "link" }));
    return foot;
  }

  function thumb(turn, good) {
    const element = button("pq-thumb", "", { do: good ? "good" : "bad" });
    element.title = good ? "This answer is right" : "This answer is wrong";
    element.setAttribute("aria-label", element.title);
    element.setAttribute("aria-pressed", String(turn.good === good));
    element.innerHTML = `<svg viewBox="0 0 24 24" aria-hidden="true"><path d="${THUMB}"/></svg>`;
    return element;
  }

  const press = (foot, good) => {
    find("[data-do=good]", foot).setAttribute("aria-pressed", String(good === true));
    find("[data-do=bad]", foot).setAttribute("aria-pressed", String(good === false));
  };

  async function judge(pressed, turn, turns) {
    const good = pressed.dataset.do === "good";
    const foot = pressed.closest(".pq-foot");
    const before = turn.good;
    if (before === good) return;
    press(foot, good);
    find(".pq-foot-said", foot)?.remove();
    try {
      await request("v1/feedback", posted(judgement(foot.closest(".pq-turn"), turn, good)));
      turn.good = good;
      store(turns);
      announce("Kept. Thank you.");
    } catch (error) {
      press(foot, before);
      foot.append(made("span", { className: "pq-foot-said pq-trouble", textContent: `Not kept: ${error.message}` }));
      announce(`Not kept: ${error.message}`);
    }
  }

  function judgement(element, turn, good) {
    const quote = find(".pq-quote", element);
    const said = find(".pq-verdict, .pq-message", element)?.textContent ?? "";
    const words = quote ? find("blockquote", quote).textContent : "";
    const judged = { question: turn.question, good, answer: [said, words].filter(Boolean).join(" ") };
    if (!quote) return judged;
    const { article, start, end } = quote.dataset;
    return { ...judged, quote: words, article, start: Number(start), end: Number(end) };
  }

  return { store, stored, copy, linkTo, linked, save, footOf, judge };
})();
