// What people were sent: the messages of all topics, the newest first.

import { get } from "../api.js";
import { element, time, update } from "../elements.js";

export const view = { path: "mailbox", title: "Mailbox", show };

const ADDRESS = /https?:\/\/[^\s"'<>\\]*[^\s"'<>\\.,;:)\]]/g;
const EXECUTION = /arn:aws[\w-]*:states:[\w-]*:\d+:execution:[\w.-]+:[\w.-]+/;

function show(place) {
  const list = element("div");
  place.append(element("h1", {}, "Mailbox"), list);
  return async () => update(list, (await get("mailbox")).messages, messagesOf);
}

function messagesOf(messages) {
  if (!messages.length) return element("p", {}, "Nobody was sent a message yet.");
  return messages.map((message) => element("article", { class: "panel message" },
    element("h2", {}, message.subject || "Without a subject"),
    element("p", { class: "quiet" }, `${time(message.sent)}, by the topic ${message.topic}`),
    executionOf(message.text),
    element("div", { class: "letter" }, linked(message.text))));
}

// The links in a message lead to AWS's own console. This one leads to the same execution here.
function executionOf(text) {
  const [arn] = decoded(text).match(EXECUTION) ?? [];
  return arn ? element("p", {}, element("a", { href: `#/executions/${encodeURIComponent(arn)}` }, `Open ${arn.split(":").at(-1)} here`)) : null;
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function linked(text) {
  const parts = [];
  let end = 0;
  for (const { 0: address, index } of text.matchAll(ADDRESS)) {
    parts.push(text.slice(end, index), element("a", { href: address, target: "_blank", rel: "noreferrer" }, address));
    end = index + address.length;
  }
  return [...parts, text.slice(end)];
}
