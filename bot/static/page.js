// The conversation, which lives here in the browser tab. Gradio calls start(), asking() and answered(); everything else
// is the reader's clicks. The article beside it is in reading.js.
"use strict";

const pullquote = (() => {
  const STORED = "pullquote.turns";
  const SLOW_MS = 1200; // after which a word says why there is no answer yet
  const COPIED_MS = 2000; // for which a button says that it has copied
  const SUGGESTED = 3; // questions that are offered after an answer
  const turns = []; // {id, question, asTyped, articles, html, suggestions}: what is shown is what is sent along
  let articles = [];
  let waiting = null; // the turn that has no answer yet
  let next = null; // a question that was clicked, not typed: {question, asTyped, redo}

  // ?__theme=light or dark, as Gradio has it; else the system's.
  const theme = new URLSearchParams(location.search).get("__theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;

  const askHealth = () => fetch("healthz").then((response) => response.json()).catch(() => null);

  // ---- starting -----------------------------------------------------------------------------------------------

  async function start() {
    document.documentElement.dataset.ready = "page";
    find("#pq-splash")?.remove();
    reading.showPane("talk");
    restore();
    while (!(await isReady())) await pause(400);
    document.documentElement.dataset.ready = "all";
    find(".pq-preparing").textContent = "";
    if (reading.shown()) offerQuestions(reading.shown());
    if (turns.length) offerNext(turns.at(-1));
  }

  // Shows the article as soon as it can be read, and says what is still missing for answers.
  async function isReady() {
    const health = await askHealth();
    const failed = health?.status === "failed";
    if (health && !failed && !reading.shown()) {
      articles = (await (await fetch("page/articles")).json()).articles;
      if (articles.length) {
        offerArticles();
        await reading.show(articles[0].id);
      }
    }
    const ready = health?.status === "ready";
    const shown = reading.shown();
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
    choice.addEventListener("change", () => reading.show(choice.value));
  }

  document.addEventListener("pq-shown", (event) => {
    if (document.documentElement.dataset.ready === "all") offerQuestions(event.detail);
  });

  async function offerQuestions(id) {
    const response = await fetch(`page/questions/${encodeURIComponent(id)}`).catch(() => null);
    if (!response?.ok || reading.shown() !== id) return;
    const questions = await response.json();
    const items = questions.map((question) =>
      made("li", {}, made("button", { type: "button", className: "pq-example", textContent: question })),
    );
    find(".pq-examples ul").replaceChildren(...items);
    find(".pq-examples").hidden = !items.length;
  }

  // ---- a question and its answer ------------------------------------------------------------------------------

  // Called by Gradio with what is in the box; gives what the box holds next, and the request to send.
  function asking(typed) {
    const clicked = next;
    next = null;
    const question = (clicked?.question ?? typed ?? "").trim();
    if (!question || waiting) return [typed, null];
    const only = find("#pq-only").checked && reading.shown();
    waiting = { id: String(Date.now()), question, asTyped: !!clicked?.asTyped, articles: only ? [reading.shown()] : null };
    if (clicked?.redo) {
      waiting.articles = turns.pop().articles;
      waiting.redo = true;
      clicked.redo.dataset.turn = waiting.id;
    }
    reading.closeSteps();
    drawWaiting(waiting);
    reading.showPane("talk");
    return [clicked ? typed : "", { id: waiting.id, ...requestOf(waiting, turns) }];
  }

  // A turn as the server takes it, after the turns before it.
  function requestOf(turn, before) {
    const history = before.map((past) => (past.asTyped ? { question: past.question, as_typed: true } : past.question));
    return { question: turn.question, as_typed: turn.asTyped, history, articles: turn.articles ?? null };
  }

  // Called by Gradio when the reply has come, or cannot come: then it is the one before, or none.
  function answered(reply) {
    if (!waiting) return;
    const turn = waiting;
    if (reply?.id !== turn.id) return lost(turn);
    turn.html = reply.html;
    turns.push(turn);
    const element = settle(turn.html);
    const quote = find(".pq-quote", element);
    if (quote) reading.light(quote, { move: false });
    else reading.unlight();
    if (turn.redo) (find(".pq-understood button", element) ?? find(".pq-question", element)).focus({ preventScroll: true });
    else follow(element);
    delete turn.redo;
    store();
    offerNext(turn);
  }

  function lost(turn) {
    const element = settle('<p class="pq-trouble" role="alert">The server did not answer. Is it still running?</p>');
    find(".pq-answer", element).append(
      made("button", { type: "button", className: "pq-example", textContent: "Ask again", value: turn.question }),
    );
  }

  const elementOf = (turn) => find(`[data-turn="${turn.id}"]`);

  function settle(html) {
    const element = elementOf(waiting);
    waiting = null;
    element.removeAttribute("aria-busy");
    fill(element, html);
    return element;
  }

  function drawWaiting(turn) {
    for (const offered of all(".pq-next")) offered.remove();
    const element = elementOf(turn) ?? draw(turn);
    element.setAttribute("aria-busy", "true");
    const words = made("p", { className: "pq-looking", textContent: "Looking in the article" });
    find(".pq-answer", element).replaceChildren(words);
    if (!turn.redo) follow(element);
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
    const question = made("h2", { className: "pq-question", dir: "auto", tabIndex: -1, textContent: turn.question });
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

  function ask(question, more = {}) {
    if (waiting) return;
    next = { question, ...more };
    find("#pq-ask").click();
  }

  // The same question again, taken as it is typed or not: in its place, or, where others follow it, as a new one.
  function askAgain(element, asTyped) {
    const turn = turns.find((each) => each.id === element.dataset.turn);
    ask(turn.question, { asTyped, redo: turn === turns.at(-1) ? element : null });
  }

  // ---- what to ask next ---------------------------------------------------------------------------------------

  // Questions that lead on from the latest answer. Asked for when that is shown already: it does not wait for them.
  async function offerNext(turn) {
    turn.suggestions ??= await fetchNext(turn);
    if (waiting || turns.at(-1) !== turn || !turn.suggestions?.length) return;
    store();
    const label = made("h3", { className: "pq-label", textContent: "You could ask next" });
    const items = turn.suggestions.map((question) =>
      made("li", {}, made("button", { type: "button", className: "pq-chip", dir: "auto", textContent: question })),
    );
    const offered = made("div", { className: "pq-next" }, label, made("ul", { role: "list" }, ...items));
    offered.setAttribute("aria-live", "off"); // there when wanted, not read out after each answer
    elementOf(turn).append(offered);
  }

  async function fetchNext(turn) {
    const request = { ...requestOf(turn, turns.slice(0, -1)), suggest: SUGGESTED };
    const options = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(request) };
    try {
      const response = await fetch("v1/ask", options);
      return response.ok ? (await response.json()).suggestions : null;
    } catch {
      return null; // the answer stands without them
    }
  }

  // ---- copying ------------------------------------------------------------------------------------------------

  async function copy(button) {
    const said = (await isCopied(button.dataset.copy)) ? "Copied" : "Not copied";
    button.textContent = find("#pq-said").textContent = said;
    await pause(COPIED_MS);
    button.textContent = "Copy";
    find("#pq-said").textContent = "";
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

  // ---- keeping the conversation -------------------------------------------------------------------------------

  function startOver() {
    waiting = null;
    turns.length = 0;
    store();
    reading.closeSteps();
    reading.unlight();
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
    else if (at(".pq-chip")) ask(at(".pq-chip").textContent);
    else if (at("[data-do=new]")) startOver();
    else if (at("[data-do=copy]")) copy(at("[data-do=copy]"));
    else if (at("[data-do=as-typed]")) askAgain(at(".pq-turn"), true);
    else if (at("[data-do=understand]")) askAgain(at(".pq-turn"), false);
  });

  return { start, asking, answered };
})();
window.pullquote = pullquote;
