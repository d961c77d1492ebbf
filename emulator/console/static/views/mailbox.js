// What people were sent: the messages of all topics, the newest first.

import { get } from "../api.js";
import { element, time, update } from "../elements.js";

export const view = { path: "mailbox", title: "Mailbox", show };

const ADDRESS = /https?:\/\/[^\s"'<>\\]*[^\s"'<>\\.,;:)\]]/g;
const EXECUTION = /arn:aws[\w-]*:states:[\w-]*:\d+:execution:[\w.-]+:[\w.-]+/;
const CONSOLE = /^https:\/\/([\w-]+\.)?console\.(aws\.amazon\.com|amazonaws\.cn|amazonaws-us-gov\.com)\//;
const ENVIRONMENT = /\.elasticbeanstalk\.com$/;

function show(place) {
  const list = element("div");
  place.append(
    element("h1", {}, "Mailbox"),
    element("p", { class: "quiet" }, "What the topics of this account sent. No email leaves this machine. Links to AWS's console and to environments open what is here."),
    list,
  );
  return async () => {
    const [{ messages }, { environments }] = await Promise.all([get("mailbox"), get("environments")]);
    const names = Object.fromEntries(environments.filter(({ cname, url }) => cname && url).map(({ cname, url }) => [cname, url]));
    update(list, [messages, names], messagesOf);
  };
}

function messagesOf([messages, names]) {
  if (!messages.length) return element("p", {}, "Nobody was sent a message yet.");
  return messages.map(({ subject, sent, topic, text }) => element("article", { class: "panel message" },
    element("h2", {}, subject || "Without a subject"),
    element("p", { class: "quiet" }, `${time(sent)}, by the topic ${topic}`),
    contentOf(text, names)));
}

// CloudWatch and EventBridge send JSON.
function contentOf(text, names) {
  const document = documentIn(text);
  if (!document) return element("div", { class: "letter" }, linked(text, names));
  const reason = [document.AlarmDescription, document.NewStateReason].filter(Boolean).join(" ");
  return [
    reason ? element("p", {}, reason) : null,
    element("details", {}, element("summary", {}, "The message as it was sent"), element("pre", {}, JSON.stringify(document, null, 2))),
  ];
}

function documentIn(text) {
  try {
    const found = JSON.parse(text);
    return found && typeof found === "object" ? found : null;
  } catch {
    return null;
  }
}

function linked(text, names) {
  const parts = [];
  let end = 0;
  for (const { 0: address, index } of text.matchAll(ADDRESS)) {
    const href = here(address, names);
    parts.push(text.slice(end, index), href ? element("a", href.startsWith("#") ? { href } : { href, target: "_blank", rel: "noreferrer" }, address) : address);
    end = index + address.length;
  }
  return [...parts, text.slice(end)];
}

// Returns where an address leads in this account: on AWS it would be another account's. Null for what is gone.
function here(address, names) {
  if (!URL.canParse(address)) return null;
  const { hostname, pathname, search } = new URL(address);
  if (ENVIRONMENT.test(hostname)) return names[hostname] ? new URL(pathname + search, names[hostname]).href : null;
  if (!CONSOLE.test(address)) return address;
  const [arn] = decoded(address).match(EXECUTION) ?? [];
  return arn ? `#/executions/${encodeURIComponent(arn)}` : "#/environments";
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
