// The conversation, which lives here in the browser tab. Gradio calls start(), asking() and answered(); everything else
// is the reader's clicks. The article beside it is in reading.js, what is done with an answer later in keeping.js.
"use strict";

const pullquote = (() => {
  const SLOW_MS = 1200; // after which a word says why there is no answer yet
  const GIVEN_UP_MS = 300; // after which a call that failed is no longer waited for
  const SUGGESTED = 3; // questions that are offered after an answer
  const turns = []; // {id, question, asTyped, articles, about, html, markdown, suggestions, good}: what is shown is sent
  let waiting = null; // the turn that has no answer yet
  let next = null; // a question that was clicked, not typed: {question, asTyped, articles, redo}

  // ?__theme=light or dark, as Gradio has it; else the system's.
  const theme = new URLSearchParams(location.search).get("__theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;

  const askHealth = () => fetch("healthz").then((response) => response.json()).catch(() => null);

  // ---- starting -----------------------------------------------------------------------------------------------

  async function start() {
    document.documentElement.dataset.ready = "page";
    find("#pq-splash")?.remove();
    reading.showPane("talk");
    const linked = keeping.linked();
    restore();
    while (!(await isReady(linked?.articles?.[0]))) await pause(400);
    document.documentElement.dataset.ready = "all";
    find(".pq-preparing").textContent = "";
    if (linked?.question && linked.question !== turns.at(-1)?.question) ask(linked.question, { articles: linked.articles });
    else if (turns.length) offerNext(turns.at(-1));
    if (reading.shown()) offerQuestions(reading.shown());
  }

  // Shows the article as soon as it can be read, and says what is still missing for answers.
  async function isReady(first) {
    const health = await askHealth();
    const failed = health?.status === "failed";
    const ready = health?.status === "ready";
    if (health && !failed && (ready || !reading.shown())) {
      const list = await articles.load({ ready }).catch(() => null);
      if (!list) return false;
      const wanted = list.find(({ id }) => id === first) ?? list[0];
      if (!reading.shown() && (wanted || ready)) await articles.open(wanted?.id);
    }
    const message = health ? (ready ? "" : health.message) : "The server does not answer. Is it still running?";
    const words = find(reading.shown() && !failed ? ".pq-preparing" : ".pq-waiting-words");
    if (words) words.textContent = message;
    find(".pq-waiting")?.classList.toggle("pq-failed", failed);
    return ready;
  }

  document.addEventListener("pq-shown", (event) => {
    if (document.documentElement.dataset.ready === "all") offerQuestions(event.detail);
  });

  async function offerQuestions(id) {
    const response = await fetch(`page/questions/${encodeURIComponent(id)}`).catch(() => null);
    if (!response?.ok || reading.shown() !== id) return;
    const questions = await response.json();
    const items = questions.map((question) =>
      made("li", {}, made("button", { type: "button", className: "pq-example", dir: "auto", textContent: question })),
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
    const chosen = clicked?.articles ?? articles.asked();
    waiting = { id: String(Date.now()), question, asTyped: !!clicked?.asTyped, articles: chosen, about: null };
    if (clicked?.redo) {
      const { articles, about } = turns.pop();
      Object.assign(waiting, { articles, about, redo: true });
      clicked.redo.dataset.turn = waiting.id;
    } else if (!clicked) {
      waiting.about = about.give();
      if (waiting.about) waiting.articles = [waiting.about.article];
    }
    places.closeSteps();
    drawWaiting(waiting);
    reading.showPane("talk");
    return [clicked ? typed : "", { id: waiting.id, ...requestOf(waiting, turns) }];
  }

  // A turn as the server takes it, after the turns before it; the page's own route knows of selected words as well.
  function requestOf(turn, before, { selected = true } = {}) {
    const past = (turn) => (turn.asTyped ? { question: turn.question, as_typed: true } : turn.question);
    const words = ({ about }) => (selected && about ? [{ about }] : []);
    const history = [...before.flatMap((turn) => [...words(turn), past(turn)]), ...words(turn)];
    return { question: turn.question, as_typed: turn.asTyped, history, articles: turn.articles ?? null };
  }

  // Called by Gradio when the reply has come, or cannot come: then it is the one before, or none.
  function answered(reply) {
    if (!waiting) return;
    const turn = waiting;
    if (reply?.id !== turn.id) return lost(turn);
    Object.assign(turn, { html: reply.html, markdown: reply.markdown });
    turns.push(turn);
    const element = settle(turn);
    const quote = find(".pq-quote", element);
    if (quote) reading.light(quote, { move: false });
    else {
      reading.unlight();
      const nearest = find(".pq-nearest", element);
      if (nearest) places.draw(nearest);
      else places.clear();
    }
    if (turn.redo) (find(".pq-understood button", element) ?? find(".pq-question", element)).focus({ preventScroll: true });
    else follow(element);
    delete turn.redo;
    store();
    offerNext(turn);
  }

  function lost(turn) {
    const element = settle({ html: '<p class="pq-trouble" role="alert">The server did not answer. Is it still running?</p>' });
    find(".pq-answer", element).append(
      made("button", { type: "button", className: "pq-example", textContent: "Ask again", value: turn.question }),
    );
  }

  // Gradio says nothing of a call that failed, and would leave the question waiting: so its calls are looked at here.
  const plainFetch = window.fetch;
  window.fetch = async (...request) => {
    const turn = String(request[0]?.url ?? request[0]).includes("gradio_api/run/") ? waiting : null;
    const failed = () => turn && pause(GIVEN_UP_MS).then(() => waiting === turn && lost(turn));
    try {
      const response = await plainFetch(...request);
      if (!response.ok) failed();
      return response;
    } catch (error) {
      failed();
      throw error;
    }
  };

  const elementOf = (turn) => find(`[data-turn="${turn.id}"]`);

  function settle(turn) {
    const element = elementOf(waiting);
    waiting = null;
    element.removeAttribute("aria-busy");
    fill(element, turn);
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
    const element = made("section", { className: "pq-turn" }, question);
    if (turn.about) element.append(aboutLine(turn.about));
    element.append(made("div", { className: "pq-answer" }));
    element.dataset.turn = turn.id;
    element.setAttribute("aria-label", `Question ${all(".pq-turn").length + 1}`);
    find(".pq-turns").append(element);
    find(".pq-welcome").hidden = true;
    find(".pq-new").disabled = find(".pq-save").disabled = false;
    return element;
  }

  // The selected words that a question was about, which light up again at a press.
  function aboutLine({ article, start, end, text }) {
    const words = made("blockquote", { dir: "auto", textContent: about.shorten(text) });
    const figure = made("figure", { className: "pq-asked-about" }, made("span", { textContent: "About" }), words);
    Object.assign(figure.dataset, { article, start, end });
    return figure;
  }

  function fill(element, turn) {
    const answer = find(".pq-answer", element);
    answer.innerHTML = turn.html; // escaped by the server; see bot/answer_view.py
    if (find(".pq-quote, .pq-nearest", answer)) answer.append(keeping.footOf(turn));
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
    const asked = { ...requestOf(turn, turns.slice(0, -1), { selected: false }), suggest: SUGGESTED };
    try {
      return (await request("v1/ask", posted(asked))).suggestions;
    } catch {
      return null; // the answer stands without them
    }
  }

  // ---- beginning and ending -----------------------------------------------------------------------------------

  function startOver() {
    waiting = null;
    turns.length = 0;
    store();
    places.closeSteps();
    places.clear();
    reading.unlight();
    find(".pq-turns").replaceChildren();
    find(".pq-welcome").hidden = false;
    find(".pq-new").disabled = find(".pq-save").disabled = true;
    find("#pq-question textarea").focus();
  }

  const store = () => keeping.store(turns);

  function restore() {
    turns.push(...keeping.stored());
    for (const turn of turns) fill(draw(turn), turn);
    if (turns.length) follow(all(".pq-turn").at(-1));
  }

  const turnOf = (element) => turns.find(({ id }) => id === element.closest(".pq-turn").dataset.turn);

  // ---- clicks -------------------------------------------------------------------------------------------------

  document.addEventListener("click", (event) => {
    const at = (selector) => event.target.closest?.(selector);
    if (at(".pq-example")) ask(at(".pq-example").value || at(".pq-example").textContent);
    else if (at(".pq-chip")) ask(at(".pq-chip").textContent);
    else if (at("[data-do=new]")) startOver();
    else if (at("[data-do=save]")) keeping.save(turns);
    else if (at("[data-do=copy]")) keeping.copy(at("[data-do=copy]"), at("[data-do=copy]").dataset.copy);
    else if (at("[data-do=link]")) keeping.copy(at("[data-do=link]"), keeping.linkTo(turnOf(at("[data-do=link]"))));
    else if (at(".pq-thumb")) keeping.judge(at(".pq-thumb"), turnOf(at(".pq-thumb")), turns);
    else if (at("[data-do=as-typed]")) askAgain(at(".pq-turn"), true);
    else if (at("[data-do=understand]")) askAgain(at(".pq-turn"), false);
  });

  return { start, asking, answered };
})();
window.pullquote = pullquote;
