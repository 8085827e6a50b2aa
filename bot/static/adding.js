// Adding articles: files that are dropped or chosen, links and texts that are pasted; each with its progress, and a way
// to give it up.
"use strict";

const adding = (() => {
  const LINK = /^(https?:\/\/\S+|[\w-]+(\.[\w-]+)+(\/\S*)?)$/i;
  let failed = false; // whether any of what is being added could not be
  let running = 0;
  let last = null; // the article that was added last

  // ---- what to add --------------------------------------------------------------------------------------------

  function addTyped() {
    const box = find("#pq-add-text");
    const words = box.value.trim();
    if (!words) return box.focus();
    box.value = "";
    const lines = words.split(/\s*\n\s*/);
    if (lines.every((line) => LINK.test(line))) for (const line of lines) addLink(line);
    else add(`“${words.slice(0, 40)}${words.length > 40 ? "…" : ""}”`, JSON.stringify({ text: words }));
  }

  const addLink = (link) => add(link, JSON.stringify({ url: /^https?:/i.test(link) ? link : `https://${link}` }));

  function addFiles(files) {
    for (const file of files) {
      const form = new FormData();
      form.append("file", file);
      add(file.name, form);
    }
  }

  // ---- one of them --------------------------------------------------------------------------------------------

  function add(name, body) {
    if (!find("#pq-articles").open) articles.openList();
    const job = drawJob(name);
    running += 1;
    const sending = new XMLHttpRequest(); // fetch cannot tell how much has been sent
    sending.open("POST", "v1/articles");
    sending.setRequestHeader("Accept", "application/x-ndjson, application/json");
    if (typeof body === "string") sending.setRequestHeader("Content-Type", "application/json");
    sending.upload.onprogress = ({ loaded, total }) => job.tell("Sending", loaded, total);
    sending.upload.onload = () => job.tell("Reading it");
    sending.onprogress = () => heard(job, stagesOf(sending).at(-1));
    sending.onload = () => ended(job, sending);
    sending.onerror = () => job.fail("The server does not answer. Is it still running?");
    sending.onloadend = settled;
    job.cancel.onclick = () => {
      sending.abort();
      job.element.remove();
      announce(`Not added: ${name}.`);
    };
    job.again = () => add(name, body);
    sending.send(body);
  }

  // The stages that the server has told of so far, one JSON object a line; a last line may not be whole yet.
  function stagesOf({ responseText }) {
    return responseText.split("\n").flatMap((line) => {
      try {
        return line ? [JSON.parse(line)] : [];
      } catch {
        return [];
      }
    });
  }

  function heard(job, stage) {
    if (stage?.stage === "encoding") job.tell("Getting it ready", stage.done, stage.of);
  }

  function ended(job, sending) {
    const said = stagesOf(sending).at(-1);
    if (sending.status >= 400 || said?.stage === "failed" || !said)
      return job.fail(troubleOf(sending.status, said));
    last = said.article ?? said;
    job.element.remove();
    announce(last.unchanged ? `“${last.title}” was here already.` : `Added “${last.title}”.`);
  }

  // When all is done: the list as it is now, and what was added open beside it.
  async function settled() {
    running -= 1;
    if (running) return;
    const added = last;
    last = null;
    await articles.load().catch(() => null);
    if (added) await articles.open(added.id);
    if (added && !failed) {
      find("#pq-articles").close();
      find("#pq-question textarea").focus();
    }
    failed = false;
  }

  function drawJob(name) {
    const words = made("span", { className: "pq-job-words", textContent: "Sending…" });
    const bar = made("progress", {});
    const cancel = button("pq-text-button", "Cancel");
    bar.setAttribute("aria-label", name);
    cancel.setAttribute("aria-label", `Cancel ${name}`);
    const element = made("li", {}, made("span", { className: "pq-job-name", dir: "auto", textContent: name }), cancel, bar, words);
    find(".pq-jobs").append(element);
    const job = { element, cancel };
    job.tell = (stage, done, of) => {
      const known = of > 0 && Number.isFinite(done);
      if (known) bar.value = done / of;
      else bar.removeAttribute("value");
      words.textContent = known ? `${stage}, ${Math.round((100 * done) / of)}%` : `${stage}…`;
    };
    job.fail = (message) => {
      failed = true;
      bar.remove();
      words.textContent = message;
      words.className = "pq-job-words pq-trouble";
      words.setAttribute("role", "alert");
      cancel.textContent = "Dismiss";
      cancel.setAttribute("aria-label", `Dismiss ${name}`);
      cancel.onclick = () => element.remove();
      const again = button("pq-text-button", "Try again");
      again.onclick = () => {
        element.remove();
        job.again();
      };
      cancel.before(again);
    };
    return job;
  }

  // ---- dropped, chosen, pasted --------------------------------------------------------------------------------

  const carries = (event, kind) => [...(event.dataTransfer?.types ?? [])].includes(kind);
  const isForUs = (event) => articles.mayAdd() && (carries(event, "Files") || (carries(event, "text/uri-list") && !isTyping(event)));
  const showDrop = (is) => document.documentElement.toggleAttribute("data-drop", is);

  document.addEventListener("dragover", (event) => {
    if (!isForUs(event)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
    showDrop(true);
  });
  document.addEventListener("dragleave", (event) => event.relatedTarget || showDrop(false));
  document.addEventListener("drop", (event) => {
    showDrop(false);
    if (!isForUs(event)) return;
    event.preventDefault();
    if (event.dataTransfer.files.length) addFiles(event.dataTransfer.files);
    else addLink(event.dataTransfer.getData("text/uri-list").split("\n")[0].trim());
  });

  document.addEventListener("paste", (event) => {
    if (!articles.mayAdd() || (isTyping(event) && event.target.id !== "pq-add-text")) return;
    const { files } = event.clipboardData;
    const words = event.clipboardData.getData("text/plain").trim();
    if (!files.length && (isTyping(event) || !words)) return;
    event.preventDefault();
    if (files.length) return addFiles(files);
    articles.openList();
    find("#pq-add-text").value = words;
    find("#pq-add-text").focus();
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-do=add]")) addTyped();
    else if (event.target.closest?.("[data-do=choose]")) find("#pq-files").click();
  });
  document.addEventListener("change", (event) => {
    if (event.target.id !== "pq-files") return;
    addFiles(event.target.files);
    event.target.value = "";
  });
  document.addEventListener("keydown", (event) => {
    if (event.target.id !== "pq-add-text" || event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    addTyped();
  });
})();
