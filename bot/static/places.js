// The places in the article that answer: ticks on its margin, and the steps from one of the other places to the next.
"use strict";

const places = (() => {
  const APART = 26; // pixels from one tick to the next, so that each can be pressed
  let steps = null; // {panel, at}: the other places of one answer, and which of them is shown
  let ticked = null; // the answer whose places are on the margin

  // ---- ticks --------------------------------------------------------------------------------------------------

  // The places of the answer that `target` belongs to, as ticks; drawn anew whenever the article is laid out anew.
  function draw(target) {
    ticked = target.closest(".pq-answer");
    lay();
  }

  function clear() {
    ticked = null;
    find(".pq-ticks").replaceChildren();
  }

  function lay() {
    const rail = find(".pq-ticks");
    if (!rail) return;
    const figures = ticked?.isConnected ? all("figure[data-start]", ticked) : [];
    const height = rail.clientHeight;
    const at = figures
      .filter((figure) => figure.dataset.article === reading.shown())
      .map((figure) => ({ figure, top: reading.heightOf(Number(figure.dataset.start)) }))
      .filter(({ top }) => top !== null)
      .sort((one, other) => one.top - other.top);
    let free = 0;
    for (const place of at) {
      place.y = Math.min(Math.max(place.top * height - APART / 2, free), height - APART);
      free = place.y + APART;
    }
    const focused = all(".pq-tick").indexOf(document.activeElement);
    rail.replaceChildren(...at.map(tick));
    if (focused >= 0) all(".pq-tick")[focused]?.focus({ preventScroll: true });
  }

  function tick({ figure, y }) {
    const { number, kind } = figure.dataset;
    const paragraph = `paragraph ${figure.dataset.paragraph}`;
    const name = number ? `Quote ${number}` : kind === "nearest" ? "Nearest passage" : "Another place";
    const element = button("pq-tick", number ?? "");
    element.setAttribute("aria-label", `${name}, ${paragraph}`);
    element.title = `${name}, ${paragraph}`;
    if (figure.classList.contains("pq-current")) element.setAttribute("aria-current", "true");
    element.style.top = `${y}px`;
    element.onclick = () => (figure.matches(".pq-other") ? openSteps(figure.closest(".pq-elsewhere"), figure) : lightPlace(figure));
    return element;
  }

  addEventListener("resize", lay);
  document.addEventListener("pq-shown", lay);

  // ---- from place to place ------------------------------------------------------------------------------------

  function openSteps(panel, first = null) {
    closeSteps();
    steps = { panel, at: Math.max(0, all(".pq-other", panel).indexOf(first)) };
    step(0, { focus: true });
  }

  // The place that is `by` further, round and round.
  function step(by, { focus = false } = {}) {
    const others = all(".pq-other", steps.panel);
    steps.at = (steps.at + by + others.length) % others.length;
    others.forEach((place, number) => (place.hidden = number !== steps.at));
    find("[data-do=elsewhere]", steps.panel).setAttribute("aria-expanded", "true");
    for (const stepping of steppings()) {
      stepping.hidden = false;
      stepping.classList.toggle("pq-only", others.length < 2);
      find(".pq-count", stepping).textContent = `${steps.at + 1} of ${others.length}`;
    }
    return reading.light(others[steps.at], { focus });
  }

  const steppings = () => [...all(".pq-stepping", steps.panel), ...all("#pq-reading .pq-stepping")];

  // Folds the places away; `back` returns to the answer that they belong to.
  function closeSteps({ back = false } = {}) {
    if (!steps) return;
    for (const place of all(".pq-other", steps.panel)) place.hidden = true;
    for (const stepping of steppings()) stepping.hidden = true;
    const { panel } = steps;
    steps = null;
    const opener = find("[data-do=elsewhere]", panel);
    opener.setAttribute("aria-expanded", "false");
    if (!back) return;
    reading.showPane("talk");
    opener.focus({ preventScroll: true });
    const answer = find(".pq-quote, .pq-nearest", panel.closest(".pq-answer"));
    if (answer) reading.light(answer, { move: false });
    else reading.unlight();
  }

  // A place that is clicked: another than those that are stepped through ends the stepping.
  function lightPlace(target) {
    if (steps && !steps.panel.contains(target)) closeSteps();
    return reading.light(target);
  }

  document.addEventListener("keydown", (event) => {
    if (!steps || find("dialog[open]")) return;
    const turn = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (event.key === "Escape") closeSteps({ back: true });
    else if (turn && !isTyping(event) && !event.altKey && !event.ctrlKey && !event.metaKey && !event.shiftKey) step(turn);
    else return;
    event.preventDefault();
  });

  document.addEventListener("click", (event) => {
    const at = (selector) => event.target.closest?.(selector);
    if (at("[data-do=elsewhere]")) {
      if (steps?.panel === at(".pq-elsewhere")) closeSteps({ back: true });
      else openSteps(at(".pq-elsewhere"));
    } else if (at(".pq-step")) step(Number(at(".pq-step").dataset.step));
    else if (at(".pq-place")) lightPlace(at("figure"));
    else if (at("figure[data-start] > blockquote") && getSelection().isCollapsed) lightPlace(at("figure"));
  });

  return { draw, clear, closeSteps };
})();
