// The reading pane: which article is shown, what is lit in it, and the steps from one place to the next.
"use strict";

const reading = (() => {
  let shown = null; // the id of the article in the pane
  let opened = Promise.resolve(); // settled when that article is in the pane
  let wanted = null; // what was last asked to be lit
  let steps = null; // {panel, at}: the other places of one answer, and which of them is shown

  async function show(id) {
    if (shown !== id) {
      shown = id;
      opened = fetchArticle(id);
    }
    await opened;
  }

  async function fetchArticle(id) {
    const response = await fetch(`page/articles/${encodeURIComponent(id)}`);
    if (shown !== id) return;
    if (!response.ok) {
      shown = null;
      return;
    }
    const page = find("#pq-page");
    page.innerHTML = await response.text(); // escaped by the server; see bot/article_view.py
    page.scrollTop = 0;
    find("#pq-article-choice").value = id;
    document.dispatchEvent(new CustomEvent("pq-shown", { detail: id }));
  }

  // Light the words from start to end, both offsets in code points, and bring them into view.
  async function light(target, { move = true, focus = move } = {}) {
    const { article, kind = "quote" } = target.dataset;
    const [start, end] = [Number(target.dataset.start), Number(target.dataset.end)];
    wanted = target;
    await show(article);
    if (wanted !== target) return; // something else was to be lit while the article came
    unlight();
    const marks = all("#pq-page [data-start]").flatMap((run) => {
      const [from, to] = [Number(run.dataset.start), Number(run.dataset.end)];
      return from < end && start < to ? [mark(run, Math.max(start, from) - from, Math.min(end, to) - from, kind)] : [];
    });
    if (!marks.length) return;
    target.classList.add("pq-current");
    if (move && narrow()) showPane("read");
    bringIntoView(marks);
    if (focus && narrow()) marks[0].focus({ preventScroll: true });
  }

  function unlight() {
    wanted = null;
    for (const element of all(".pq-current")) element.classList.remove("pq-current");
    for (const run of all("#pq-page [data-start]:has(mark)")) run.textContent = run.textContent;
  }

  function mark(run, from, to, kind) {
    const words = run.firstChild;
    const range = document.createRange();
    range.setStart(words, unitsOf(words.data, from));
    range.setEnd(words, unitsOf(words.data, to));
    const lit = made("mark", { className: `pq-lit pq-mark-${kind}`, tabIndex: -1 });
    range.surroundContents(lit);
    return lit;
  }

  // Offsets count code points; the DOM counts UTF-16 units.
  function unitsOf(words, points) {
    let units = 0;
    for (const character of words) {
      if (points-- <= 0) break;
      units += character.length;
    }
    return units;
  }

  function bringIntoView(marks) {
    const page = find("#pq-page");
    const [view, top] = [page.getBoundingClientRect(), marks[0].getBoundingClientRect().top];
    const height = marks.at(-1).getBoundingClientRect().bottom - top;
    const room = Math.max(24, (view.height - height) / 3);
    page.scrollTo({ top: page.scrollTop + top - view.top - room, behavior: calm() ? "auto" : "smooth" });
  }

  function showPane(name) {
    document.documentElement.dataset.pane = name;
    for (const button of all(".pq-switch button")) button.setAttribute("aria-pressed", String(button.dataset.pane === name));
  }

  // ---- from place to place ------------------------------------------------------------------------------------

  function openSteps(panel) {
    closeSteps();
    steps = { panel, at: 0 };
    step(0, { focus: true });
  }

  // The place that is `by` further, round and round.
  function step(by, { focus = false } = {}) {
    const places = all(".pq-other", steps.panel);
    steps.at = (steps.at + by + places.length) % places.length;
    places.forEach((place, number) => (place.hidden = number !== steps.at));
    find("[data-do=elsewhere]", steps.panel).setAttribute("aria-expanded", "true");
    for (const stepping of [...all(".pq-stepping", steps.panel), ...all("#pq-reading .pq-stepping")]) {
      stepping.hidden = false;
      stepping.classList.toggle("pq-only", places.length < 2);
      find(".pq-count", stepping).textContent = `${steps.at + 1} of ${places.length}`;
    }
    return light(places[steps.at], { focus });
  }

  // Folds the places away; `back` returns to the answer that they belong to.
  function closeSteps({ back = false } = {}) {
    if (!steps) return;
    const { panel } = steps;
    steps = null;
    for (const place of all(".pq-other", panel)) place.hidden = true;
    for (const stepping of [...all(".pq-stepping", panel), ...all("#pq-reading .pq-stepping")]) stepping.hidden = true;
    const opener = find("[data-do=elsewhere]", panel);
    opener.setAttribute("aria-expanded", "false");
    if (!back) return;
    showPane("talk");
    opener.focus({ preventScroll: true });
    const answer = find(".pq-quote, .pq-nearest", panel.closest(".pq-answer"));
    if (answer) light(answer, { move: false });
    else unlight();
  }

  // A place that is clicked: another than those that are stepped through ends the stepping.
  function lightPlace(target) {
    if (steps && !steps.panel.contains(target)) closeSteps();
    return light(target);
  }

  document.addEventListener("keydown", (event) => {
    if (!steps) return;
    const turn = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const typing = event.target.closest?.("textarea, input, select");
    if (event.key === "Escape") closeSteps({ back: true });
    else if (turn && !typing && !event.altKey && !event.ctrlKey && !event.metaKey && !event.shiftKey) step(turn);
    else return;
    event.preventDefault();
  });

  document.addEventListener("click", (event) => {
    const at = (selector) => event.target.closest?.(selector);
    if (at("[data-do=elsewhere]")) {
      if (steps?.panel === at(".pq-elsewhere")) closeSteps({ back: true });
      else openSteps(at(".pq-elsewhere"));
    } else if (at(".pq-step")) step(Number(at(".pq-step").dataset.step));
    else if (at("button[data-pane]")) showPane(at("button[data-pane]").dataset.pane);
    else if (at(".pq-place")) lightPlace(at("figure"));
    else if (at("figure[data-start] > blockquote") && getSelection().isCollapsed) lightPlace(at("figure"));
  });

  return { show, shown: () => shown, light, unlight, closeSteps, showPane };
})();
