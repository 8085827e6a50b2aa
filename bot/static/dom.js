// Short names for what the other scripts do to the document all the time.
"use strict";

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
const button = (className, textContent, data = {}) => {
  const element = made("button", { type: "button", className, textContent });
  Object.assign(element.dataset, data);
  return element;
};
const isTyping = (event) => !!event.target.closest?.("textarea, input, select");

// Words for those who listen; those who look see what they are about.
const announce = (words) => (find("#pq-said").textContent = words);

// What a response holds; an Error that says in a sentence what went wrong where it did.
async function answerOf(response) {
  const body = await response.json().catch(() => null);
  if (!response.ok) throw new Error(troubleOf(response.status, body));
  return body;
}
const troubleOf = (status, body) =>
  body?.error?.message ?? (typeof body?.detail === "string" ? body.detail : `The server could not do it (${status}).`);

async function request(path, options = {}) {
  const response = await fetch(path, options).catch(() => null);
  if (!response) throw new Error("The server does not answer. Is it still running?");
  return response.status === 204 ? null : answerOf(response);
}
const posted = (body) => ({ method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
