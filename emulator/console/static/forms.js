// Makes forms of labelled fields. A field is { control, parts }: what has the value, and the elements to show.

import { element } from "./elements.js";

let number = 0;

export const option = (value, text = value) => element("option", { value }, text);

// A field that is a choice. `options`: pairs of a value and a text.
export function choice(name, label, options = [], attributes = {}) {
  const control = element("select", { name, id: newId(), ...attributes }, options.map(([value, text]) => option(value, text)));
  return { control, parts: labelled(label, control) };
}

// A field of text. `datalist`: of suggestions().
export function field(name, label, { datalist, ...attributes } = {}, hint = "") {
  const control = element("input", { name, id: newId(), autocomplete: "off", spellcheck: "false", list: datalist?.id, ...attributes });
  return { control, parts: [...labelled(label, control), datalist, hint ? element("small", { class: "quiet" }, hint) : null] };
}

// What a field suggests.
export const suggestions = (id, values) => ({ datalist: element("datalist", { id: `suggested-${id}` }, values.map((value) => option(value))) });

// A form with a title and one button. `submit` gets the values by their names, without those that are empty.
export function form(title, text, fields, submit) {
  const shown = element("form", { class: "panel", "aria-label": title, onsubmit: (event) => {
    event.preventDefault();
    submit(Object.fromEntries([...new FormData(shown)].filter(([, value]) => value !== "")));
  } },
  element("h2", {}, title), fields.flatMap(({ parts }) => parts), element("button", { type: "submit" }, text));
  return shown;
}

const newId = () => `field-${++number}`;

const labelled = (label, control) => [element("label", { for: control.id }, label), control];
