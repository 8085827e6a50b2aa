// The articles: which there are, which of them are asked, and the list in which they are opened, refreshed and removed.
"use strict";

const articles = (() => {
  const SURE_MS = 4000; // for which a second press removes
  let list = []; // as /v1/articles gives them
  let adding = { allowed: false };
  const left = new Set(); // ids of those that are not to be asked

  const day = (date) => new Date(date).toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" });
  const siteOf = (source) => (/^https?:\/\//i.test(source) ? new URL(source).host : source.split(/[\\/]/).filter(Boolean).at(-1));

  // Before the library is ready, ids and titles alone; afterwards all that is known.
  async function load({ ready = true } = {}) {
    const held = await request(ready ? "v1/articles" : "page/articles");
    list = held.articles;
    if (held.adding) adding = held.adding;
    for (const id of [...left]) if (!list.some((article) => article.id === id)) left.delete(id);
    draw();
    return list;
  }

  // Ids of the articles to ask; null for all there are.
  function asked() {
    if (find("#pq-only").checked && list.length > 1) return reading.shown() ? [reading.shown()] : null;
    return left.size && left.size < list.length ? list.filter(({ id }) => !left.has(id)).map(({ id }) => id) : null;
  }

  function draw() {
    const several = list.length > 1;
    const choice = find("#pq-article-choice");
    choice.replaceChildren(...list.map((article) => new Option(article.title, article.id)));
    if (reading.shown()) choice.value = reading.shown();
    find(".pq-choose").hidden = find(".pq-scope").hidden = !several;
    find(".pq-list").hidden = !adding.allowed && !several;
    find(".pq-add").hidden = find(".pq-drop").hidden = !adding.allowed;
    const most = adding.bytes ? `, up to ${Math.round(adding.bytes / 1e6)} MB each` : "";
    find(".pq-formats").textContent = `Text, Markdown, HTML, PDF, Word and EPUB${most}.`;
    find(".pq-shelf").replaceChildren(...list.map((article) => row(article, several)));
    find(".pq-asked").hidden = !several;
    drawScope();
  }

  function drawScope() {
    const count = list.length - left.size;
    const words = count && left.size ? `Asking ${count} of ${list.length} articles` : `Asking all ${list.length} articles`;
    find(".pq-scope-list").textContent = words;
    find("#pq-question textarea")?.setAttribute("placeholder", list.length > 1 ? "Ask the articles…" : "Ask the article…");
  }

  function row(article, several) {
    const title = button("pq-title", article.title, { open: article.id });
    title.dir = "auto";
    const facts = [article.source && siteOf(article.source), article.added && `added ${day(article.added)}`];
    if (article.characters !== undefined) facts.push(`${article.characters.toLocaleString("en")} characters`);
    const shown = made("p", { className: "pq-row-facts", textContent: facts.filter(Boolean).join(" · ") });
    const item = made("li", {}, made("div", { className: "pq-row" }, title, shown), actions(article));
    item.dataset.id = article.id;
    if (several) item.prepend(ticked(article));
    return item;
  }

  function ticked(article) {
    const box = made("input", { type: "checkbox", checked: !left.has(article.id) });
    box.setAttribute("aria-label", `Ask “${article.title}”`);
    box.onchange = () => {
      if (box.checked) left.delete(article.id);
      else left.add(article.id);
      find("#pq-only").checked = false;
      drawScope();
    };
    return box;
  }

  function actions(article) {
    const shown = made("span", { className: "pq-row-actions" });
    if (article.can_refresh) shown.append(action("Refresh", article, refresh));
    if (article.can_remove) shown.append(action("Remove", article, remove));
    return shown;
  }

  function action(words, article, act) {
    const element = button("pq-text-button", words);
    element.setAttribute("aria-label", `${words} “${article.title}”`);
    element.onclick = () => act(article, element);
    return element;
  }

  // ---- what is done to one ------------------------------------------------------------------------------------

  async function refresh(article, pressed) {
    const item = pressed.closest("li");
    pressed.disabled = true;
    tell(item, "Reading it again…");
    try {
      const found = await request(`v1/articles/${encodeURIComponent(article.id)}/refresh`, { method: "POST" });
      await load();
      tell(rowOf(article.id), found?.unchanged ? "It has not changed." : "Changed, and read anew.");
      if (!found?.unchanged && reading.shown() === article.id) await reading.show(article.id, { again: true });
    } catch (error) {
      pressed.disabled = false;
      tell(item, error.message, true);
    }
  }

  // The first press asks, the second does it.
  async function remove(article, pressed) {
    if (!pressed.dataset.sure) {
      pressed.dataset.sure = "yes";
      pressed.textContent = "Really remove?";
      pressed.setAttribute("aria-label", `Really remove “${article.title}”?`);
      await pause(SURE_MS);
      delete pressed.dataset.sure;
      pressed.textContent = "Remove";
      pressed.setAttribute("aria-label", `Remove “${article.title}”`);
      return;
    }
    const item = pressed.closest("li");
    pressed.disabled = true;
    try {
      await request(`v1/articles/${encodeURIComponent(article.id)}`, { method: "DELETE" });
      await load();
      announce(`Removed “${article.title}”.`);
      find("#pq-articles-title").focus();
      if (reading.shown() === article.id) await open(list[0]?.id);
    } catch (error) {
      pressed.disabled = false;
      tell(item, error.message, true);
    }
  }

  const rowOf = (id) => all(".pq-shelf > li").find((item) => item.dataset.id === id);

  function tell(item, words, wrong = false) {
    if (!item) return;
    find(".pq-row-said", item)?.remove();
    const said = made("p", { className: `pq-row-said${wrong ? " pq-trouble" : ""}`, textContent: words });
    said.setAttribute("role", wrong ? "alert" : "status");
    find(".pq-row", item).append(said);
  }

  // ---- the list, and the article that is open -----------------------------------------------------------------

  async function open(id) {
    find(".pq-none").hidden = !!id || !adding.allowed; // the same line, where the article is out of sight
    if (id) return reading.show(id);
    const add = button("pq-text-button", "add an article", { do: "articles" });
    if (adding.allowed) reading.empty("Nothing to read yet: drop a file here, or ", add, ".");
    else reading.empty("There is no article here yet. Start Pullquote with one: pullquote chat ARTICLE");
  }

  function openList() {
    const dialog = find("#pq-articles");
    if (!dialog.open) dialog.showModal();
    if (adding.allowed && !narrow()) find("#pq-add-text").focus();
    if (document.documentElement.dataset.ready === "all") load().catch(() => null); // others may have changed it
  }

  document.addEventListener("click", (event) => {
    const at = (selector) => event.target.closest?.(selector);
    if (at("[data-do=articles]")) openList();
    else if (at("[data-do=close]") || event.target.matches?.("#pq-articles")) find("#pq-articles").close();
    else if (at("[data-open]")) {
      find("#pq-articles").close();
      open(at("[data-open]").dataset.open).then(() => reading.showPane("read"));
    }
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("#pq-article-choice")) open(event.target.value);
  });

  return { load, asked, open, openList, list: () => list, mayAdd: () => adding.allowed };
})();
