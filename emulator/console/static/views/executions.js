// All executions, the newest first.

import { get } from "../api.js";
import { duration, element, status, time, update } from "../elements.js";

export const view = { path: "executions", title: "Executions", show };

function show(place) {
  const list = element("div");
  place.append(element("h1", {}, "Executions"), list);
  return async () => update(list, await get("executions"), rows);
}

function rows({ executions }) {
  if (!executions.length) return element("p", {}, "No execution has started yet.");
  return element("div", { class: "scroll" }, element(
    "table", {},
    element("thead", {}, element("tr", {}, ...["Name", "Status", "Started", "Took", "Redrives"].map((name) => element("th", { scope: "col" }, name)))),
    element("tbody", {}, executions.map(row)),
  ));
}

const row = (execution) => element(
  "tr", {},
  element("td", {}, element("a", { href: `#/executions/${encodeURIComponent(execution.arn)}` }, execution.name)),
  element("td", {}, status(execution.status)),
  element("td", {}, time(execution.started)),
  element("td", {}, execution.stopped === null ? "" : duration(execution.stopped - execution.started)),
  element("td", {}, String(execution.redrives)),
);
