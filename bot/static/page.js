// The page's own moves: which pane is shown, what is lit in the article, and the conversation, which lives here in the
// browser tab. Gradio calls start(), asking() and answered(); everything else is the reader's clicks and keys.
"use strict";

const pullquote = (() => {
  const STORED = "pullquote.turns";
  const SLOW_MS = 1200; // after which a word says why there is no answer yet
  const turns = []; // {id, question, html}: what is shown is what is sent along with the next question
  let articles = [];
  let waiting = null; // the turn that has no answer yet
  let next = null; // a question that was clicked, not typed
  let shown = null; // the id of the article in the reading pane

  const find = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
  const narrow = () => matchMedia("(max-width: 860px)").matches;
  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const made = (tag, properties = {}, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };

  // ?__theme=light or dark, as Gradio has it; else the system's.
  const theme = new URLSearchParams(location.search).get("__theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;

  const askHealth = () => fetch("healthz").then((response) => response.json()).catch(() => null);

  // ---- starting -----------------------------------------------------------------------------------------------

  async function start() {
    document.documentElement.dataset.ready = "page";
    find("#pq-splash")?.remove();
    showPane("talk");
    restore();
    while (!(await isReady())) await pause(400);
    document.documentElement.dataset.ready = "all";
    find(".pq-preparing").textContent = "";
    if (shown) offerQuestions(shown);
  }

  // Shows the article as soon as it can be read, and says what is still missing for answers.
  async function isReady() {
    const health = await askHealth();
    const failed = health?.status === "failed";
    if (health && !failed && !shown) {
      articles = (await (await fetch("page/articles")).json()).articles;
      if (articles.length) {
        offerArticles();
        await showArticle(articles[0].id);
      }
    }
    const ready = health?.status === "ready";
    const nothing = "There is no article here yet. Start Pullquote with one: pullquote chat ARTICLE";
    const message = health ? (ready ? (shown ? "" : nothing) : health.message) : "The server does not answer. Is it still running?";
    find(shown && !failed ? ".pq-preparing" : ".pq-waiting-words").textContent = message;
    find(".pq-waiting")?.classList.toggle("pq-failed", failed || message === nothing);
    return ready;
  }

  function offerArticles() {
    const choice = find("#pq-article-choice");
    choice.replaceChildren(...articles.map((article) => new Option(article.title, article.id)));
    find(".pq-choose").hidden = find(".pq-scope").hidden = articles.length < 2;
    choice.addEventListener("change", () => showArticle(choice.value));
  }

  // ---- the reading pane ---------------------------------------------------------------------------------------

  async function showArticle(id) {
    if (shown === id) return;
    shown = id;
    const response = await fetch(`page/articles/${encodeURIComponent(id)}`);
    if (!response.ok) {
      shown = null;
      return;
    }
    const page = find("#pq-page");
    page.innerHTML = await response.text(); // escaped by the server; see bot/article_view.py
    page.scrollTop = 0;
    find("#pq-article-choice").value = id;
    if (document.documentElement.dataset.ready === "all") offerQuestions(id);
  }

  async function offerQuestions(id) {
    const response = await fetch(`page/questions/${encodeURIComponent(id)}`);
    if (!response.ok || shown !== id) return;
    const questions = await response.json();
    const items = questions.map((question) =>
      made("li", {}, made("button", { type: "button", className: "pq-example", textContent: question })),
    );
    find(".pq-examples ul").replaceChildren(...items);
    find(".pq-examples").hidden = !items.length;
  }

  // Light the words from start to end, both offsets in code points, and bring them into view.
  async function light(target, { move = true } = {}) {
    const { article, kind = "quote" } = target.dataset;
    const [start, end] = [Number(target.dataset.start), Number(target.dataset.end)];
    await showArticle(article);
    unlight();
    const marks = all("#pq-page [data-start]").flatMap((run) => {
      const [from, to] = [Number(run.dataset.start), Number(run.dataset.end)];
      return from < end && start < to ? [mark(run, Math.max(start, from) - from, Math.min(end, to) - from, kind)] : [];
    });
    if (!marks.length) return;
    target.classList.add("pq-current");
    if (move && narrow()) showPane("read");
    bringIntoView(marks);
    if (move && narrow()) marks[0].focus({ preventScroll: true });
  }

  function unlight() {
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

  // ---- the conversation ---------------------------------------------------------------------------------------

  // Called by Gradio with what is in the box; gives what the box holds next, and the request to send.
  function asking(typed) {
    const question = (next ?? typed ?? "").trim();
    const kept = next === null ? "" : typed;
    next = null;
    if (!question || waiting) return [typed, null];
    waiting = { id: String(Date.now()), question, html: "" };
    const only = find("#pq-only").checked && shown;
    const request = { id: waiting.id, question, history: turns.map((turn) => turn.question), articles: only ? [shown] : null };
    drawWaiting(waiting);
    showPane("talk");
    return [kept, request];
  }

  // Called by Gradio when the reply has come, or cannot come: then it is the one before, or none.
  function answered(reply) {
    if (!waiting) return;
    const turn = waiting;
    if (reply?.id !== turn.id) return lost(turn);
    turn.html = reply.html;
    turns.push(turn);
    store();
    const element = settle(turn.html);
    const quote = find(".pq-quote", element);
    if (quote) light(quote, { move: false });
    else unlight();
    follow(element);
  }

  function lost(turn) {
    const element = settle('<p class="pq-trouble" role="alert">The server did not answer. Is it still running?</p>');
    find(".pq-answer", element).append(
      made("button", { type: "button", className: "pq-example", textContent: "Ask again", value: turn.question }),
    );
  }

  function settle(html) {
    const element = find(`[data-turn="${waiting.id}"]`);
    waiting = null;
    element.removeAttribute("aria-busy");
    fill(element, html);
    return element;
  }

  function drawWaiting(turn) {
    const element = draw(turn);
    element.setAttribute("aria-busy", "true");
    const words = made("p", { className: "pq-looking", textContent: "Looking in the article" });
    find(".pq-answer", element).append(words);
    follow(element);
    watch(turn, words);
  }

  // Says what a question waits for, and gives up when the server is gone: Gradio itself would wait for ever.
  async function watch(turn, words) {
    for (let silent = 0; ; ) {
      await pause(SLOW_MS);
      if (waiting !== turn) return;
      const health = await askHealth();
      if (waiting !== turn) return;
      if (health?.status === "loading") words.textContent = "Still getting ready; your question is next";
      silent = health ? 0 : silent + 1;
      if (silent >= 2) return lost(turn);
    }
  }

  function draw(turn) {
    const question = made("h2", { className: "pq-question", dir: "auto", textContent: turn.question });
    const element = made("section", { className: "pq-turn" }, question, made("div", { className: "pq-answer" }));
    element.dataset.turn = turn.id;
    element.setAttribute("aria-label", `Question ${all(".pq-turn").length + 1}`);
    find(".pq-turns").append(element);
    find(".pq-welcome").hidden = true;
    find(".pq-new").disabled = false;
    return element;
  }

  function fill(element, html) {
    find(".pq-answer", element).innerHTML = html; // escaped by the server; see bot/answer_view.py
  }

  // The newest question at the top of the pane, so that its answer can be read from its beginning.
  function follow(element) {
    const pane = find("#pq-log");
    const top = element.getBoundingClientRect().top - pane.getBoundingClientRect().top;
    pane.scrollTo({ top: pane.scrollTop + top + 1, behavior: calm() ? "auto" : "smooth" });
  }

  function ask(question) {
    if (waiting) return;
    next = question;
    find("#pq-ask").click();
  }

  function startOver() {
    turns.length = 0;
    store();
    unlight();
    find(".pq-turns").replaceChildren();
    find(".pq-welcome").hidden = false;
    find(".pq-new").disabled = true;
    find("#pq-question textarea").focus();
  }

  // Kept for this tab alone, so that a reload loses nothing and two tabs are two conversations.
  function store() {
    try {
      sessionStorage.setItem(STORED, JSON.stringify(turns));
    } catch {
      // Full or switched off: the conversation still works, it only does not survive a reload.
    }
  }

  function restore() {
    try {
      turns.push(...JSON.parse(sessionStorage.getItem(STORED) ?? "[]"));
    } catch {
      turns.length = 0;
    }
    for (const turn of turns) fill(draw(turn), turn.html);
    if (turns.length) follow(all(".pq-turn").at(-1));
  }

  // ---- clicks -------------------------------------------------------------------------------------------------

  document.addEventListener("click", (event) => {
    const at = (selector) => event.target.closest?.(selector);
    if (at(".pq-example")) ask(at(".pq-example").value || at(".pq-example").textContent);
    else if (at("button[data-pane]")) showPane(at("button[data-pane]").dataset.pane);
    else if (at("[data-do=new]")) startOver();
    else if (at(".pq-place")) light(at("figure"));
    else if (at("figure[data-start] > blockquote") && getSelection().isCollapsed) light(at("figure"));
  });

  return { start, asking, answered };
})();
window.pullquote = pullquote;
