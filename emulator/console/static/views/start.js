// Starts an execution: a form made from the JSON Schema of the input, or a text area where there is none.

import { get, post } from "../api.js";
import { attempt, button, element } from "../elements.js";
import { fieldsOf, parsed } from "../schema_form.js";

// Returns the form. `again`: the input of an execution to begin with.
export async function startForm(machines, again) {
  const place = element("div");
  const choice = element("select", { id: "machine", onchange: () => attempt(fill) }, machines.map((machine) => element("option", { value: machine.arn }, machine.name)));
  const name = element("input", { id: "name", pattern: "[A-Za-z0-9_-]{1,80}", autocomplete: "off" });
  const form = element(
    "form", { class: "panel", onsubmit: (event) => { event.preventDefault(); attempt(start); } },
    element("div", { class: "field" }, element("label", { for: "machine" }, "State machine"), choice),
    element("div", { class: "field" }, element("label", { for: "name" }, "Name of the execution", element("span", { class: "quiet" }, " (default: a new one)")), name),
    place,
    element("div", { class: "actions" }, element("button", { class: "main" }, "Start"), button("Cancel", () => { location.hash = "#/executions"; })),
  );
  let read = () => ({});
  async function fill() {
    const { schema, example } = await get("execution/form", { machine: choice.value });
    const begun = again ?? example ?? {};
    const fields = schema ? fieldsOf(schema, begun) : text(begun);
    read = fields.read;
    place.replaceChildren(fields.element);
  }
  async function start() {
    const { arn } = await post("execution/start", { machine: choice.value, name: name.value, input: read() });
    location.hash = `#/executions/${encodeURIComponent(arn)}`;
  }
  await fill();
  return form;
}

function text(again) {
  const control = element("textarea", { id: "input", rows: 8, spellcheck: "false" }, JSON.stringify(again, null, 2));
  return {
    element: element("div", { class: "field" }, element("label", { for: "input" }, "Input, as JSON"), control),
    read: () => parsed("the input", control.value),
  };
}
