// One execution: what failed and what to do, the buttons, its graph, history, input and output.

import { get, post } from "../api.js";
import { attempt, button, duration, element, status, time, times, update } from "../elements.js";
import { graphOf, legend } from "../graph.js";
import { history } from "./history.js";

const REVEALED_AT = 130; // pixels from the top of the graph, so that a low window shows it

export async function showExecution(place, arn) {
  const title = element("h1"), summary = element("p"), failure = element("div"), actions = element("div", { class: "actions" });
  const graph = element("div", { class: "scroll machine", tabindex: 0, role: "group", "aria-label": "State machine" }), input = element("div"), output = element("div");
  const events = history(arn);
  place.append(
    element("p", {}, element("a", { href: "#/executions" }, "All executions")), title, summary, failure, actions,
    element(
      "div", { class: "columns" },
      element("section", {}, element("h2", {}, "Graph"), legend(), graph),
      element(
        "section", {},
        element("h2", {}, "Input"), input, element("h2", {}, "Output"), output,
        element("h2", {}, "History, the newest first"), events.element,
      ),
    ),
  );
  const draw = graphOf(JSON.parse((await get("execution/definition", { arn })).definition));
  return async () => {
    const execution = await get("execution", { arn, after: events.last() });
    update(title, execution.name, (name) => name);
    update(summary, { ...execution, states: 0, events: 0 }, summaryOf);
    update(failure, execution.failure, (found) => (found ? failureOf(found) : []));
    update(actions, [execution.status, execution.waits_in, execution.redrivable], () => actionsOf(execution));
    update(graph, execution.states, (states) => draw(new Map(states.map((state) => [state.name, state]))));
    reveal(graph, execution.failure?.state || lastOf(execution.states));
    update(input, execution.input, json);
    update(output, execution.output, json);
    events.add(execution.events);
  };
}

// Scrolls the graph to a state when another state than before is of interest.
function reveal(graph, name) {
  const box = name && graph.querySelector(`[data-state="${CSS.escape(name)}"]`);
  if (!box || graph.dataset.revealed === name) return;
  graph.dataset.revealed = name;
  graph.scrollTop = box.getBBox().y - REVEALED_AT;
}

function lastOf(states) {
  const running = states.filter((state) => state.status === "running");
  return (running.length ? running : states).reduce((last, state) => (state.entered >= (last?.entered ?? 0) ? state : last), null)?.name;
}

function summaryOf(execution) {
  const took = execution.stopped === null ? "" : `, took ${duration(execution.stopped - execution.started)}`;
  const redrives = execution.redrives ? `, redriven ${times(execution.redrives)}` : "";
  const waits = execution.waits_in ? element("strong", {}, ` ${execution.waits_in} waits for your answer.`) : "";
  return [status(execution.status), ` started at ${time(execution.started)}${took}${redrives}, account time.`, waits];
}

function failureOf(failure) {
  const told = [["Expected", failure.expected], ["Found", failure.found], ["Next step", failure.next_step]].filter(([, words]) => words);
  const words = told.length ? told : failure.words ? [["Cause", failure.words]] : [];
  return element(
    "div", { class: "panel bad" },
    element("h2", {}, failure.state ? `${failure.state}: ${failure.error || "no error"}` : failure.error || "It failed"),
    element("dl", {}, words.map(([name, text]) => [element("dt", {}, name), element("dd", {}, text)])),
  );
}

function actionsOf({ arn, status: now, waits_in, redrivable }) {
  const act = (action, fields = {}) => (event) => attempt(async () => {
    event.target.disabled = true;
    try {
      await post(`execution/${action}`, { arn, ...fields });
    } finally {
      event.target.disabled = false;
    }
  });
  const reason = element("input", { "aria-label": "Why it is rejected", placeholder: "Why it is rejected", class: "reason" });
  return [
    waits_in && button("Approve", act("approve"), { class: "main" }),
    waits_in && button("Reject", (event) => act("reject", { cause: reason.value })(event)),
    waits_in && reason,
    redrivable && button("Redrive", act("redrive"), { class: "main" }),
    now === "RUNNING" && button("Stop", act("stop")),
    element("a", { class: "button", href: `#/executions/start/${encodeURIComponent(arn)}` }, "Start new with this input"),
  ].filter(Boolean);
}

function json(text) {
  if (text === null || text === undefined) return element("p", { class: "quiet" }, "None yet.");
  return element("pre", { tabindex: 0 }, JSON.stringify(JSON.parse(text), null, 2));
}
