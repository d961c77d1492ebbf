// Makes the fields of a form from a JSON Schema, and reads them as JSON. Empty fields are left out of it.

import { element } from "./elements.js";

let numbers = 0;

// Returns { element, read } for an object's schema. Fields that must be there or have a value already come first. `read` throws an Error that names the field that is wrong.
export function fieldsOf(schema, value = {}) {
  const required = schema.required ?? [];
  const fields = Object.entries(schema.properties).map(([name, about]) => ({ name, must: required.includes(name), ...field(name, about, required.includes(name), value[name]) }));
  const optional = fields.filter((each) => !each.must && !(each.name in value));
  return {
    element: element(
      "div", { class: "fields" },
      fields.filter((each) => !optional.includes(each)).map((each) => each.element),
      element("details", { open: optional.length === fields.length }, element("summary", {}, `${optional.length} more, all optional`), optional.map((each) => each.element)),
    ),
    read: () => Object.fromEntries(fields.map((each) => [each.name, each.read()]).filter(([, found]) => found !== undefined)),
  };
}

function field(name, about, must, value) {
  const id = `field-${++numbers}`;
  const attributes = { id, name, required: must, "aria-describedby": `${id}-about`, autocomplete: "off" };
  const { control, read } = controlOf(name, about, attributes, value);
  return {
    read,
    element: element(
      "div", { class: "field" },
      element("label", { for: id }, name, must ? "" : element("span", { class: "quiet" }, defaultOf(about))),
      control,
      element("p", { id: `${id}-about`, class: "quiet" }, (about.description ?? "").replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").replaceAll("`", "")),
    ),
  };
}

const defaultOf = (about) => (about.default === undefined ? "" : ` (default: ${JSON.stringify(about.default)})`);

function controlOf(name, about, attributes, value) {
  if (about.enum || about.type === "boolean") {
    const values = about.enum ?? [true, false];
    const control = element("select", attributes, element("option", { value: "" }, ""), values.map((each) => element("option", { selected: each === value }, String(each))));
    return { control, read: () => (control.value ? values.find((each) => String(each) === control.value) : undefined) };
  }
  if (about.type === "string") {
    const control = element("input", { ...attributes, value });
    return { control, read: () => control.value || undefined };
  }
  if (about.type === "integer" || about.type === "number") {
    const control = element("input", { ...attributes, type: "number", min: about.minimum, max: about.maximum, step: about.type === "integer" ? 1 : "any", value });
    return { control, read: () => (control.value ? Number(control.value) : undefined) };
  }
  const control = element("textarea", { ...attributes, rows: 2, spellcheck: "false", placeholder: "JSON" }, value === undefined ? "" : JSON.stringify(value));
  return { control, read: () => (control.value.trim() ? parsed(name, control.value) : undefined) };
}

// A word without quotes is a text, as in `capacity`, which takes a word or a number.
export function parsed(name, text) {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (/^[a-z_]+$/i.test(text.trim())) return text.trim();
    throw new Error(`Expected JSON in ${name}. ${error.message}`);
  }
}
