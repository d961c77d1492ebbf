// All executions, the newest first; one of them; and the form that starts another.

import { get } from "../api.js";
import { duration, element, status, time, times, update } from "../elements.js";
import { showExecution } from "./execution.js";
import { startForm } from "./start.js";

export const view = { path: "executions", title: "Executions", show };

async function show(place, [arn, again, input]) {
  if (arn === "start") return showStart(place, again, input);
  if (arn) return showExecution(place, arn);
  const list = element("div");
  place.append(
    element("h1", {}, "Executions"),
    element("p", {}, element("a", { class: "button main", href: "#/executions/start" }, "Start new execution")),
    list,
  );
  return async () => update(list, await get("executions"), table);
}

// `arn`: of an execution to start again, or of a state machine. `input`: what the form begins with, as JSON.
async function showStart(place, arn, input) {
  const { machines } = await get("executions");
  const begun = input ?? (arn ? (await get("execution", { arn })).input : null);
  const again = begun ? JSON.parse(begun) : undefined;
  const usual = arn ? machines.filter((machine) => arn === machine.arn || arn.includes(`:${machine.name}:`)) : machines;
  place.append(element("h1", {}, "Start a new execution"), machines.length ? await startForm([...new Set([...usual, ...machines])], again) : element("p", {}, "No state machine is deployed."));
}

function table({ executions }) {
  if (!executions.length) return element("p", {}, "No execution has started yet.");
  return element("div", { class: "scroll" }, element(
    "table", {},
    element("thead", {}, element("tr", {}, ["Name", "Status", "Started", "Took"].map((name) => element("th", { scope: "col" }, name)))),
    element("tbody", {}, executions.map(row)),
  ));
}

const row = (execution) => element(
  "tr", {},
  element("td", { class: "name" }, element("a", { href: `#/executions/${encodeURIComponent(execution.arn)}` }, execution.name), execution.redrives ? element("div", { class: "quiet" }, `redriven ${times(execution.redrives)}`) : null),
  element("td", {}, status(execution.status)),
  element("td", {}, time(execution.started)),
  element("td", {}, execution.stopped === null ? "" : duration(execution.stopped - execution.started)),
);
