// Makes elements. Text is always text: nothing of the account is read as HTML.

const SVG = "http://www.w3.org/2000/svg";

export const element = (tag, attributes = {}, ...children) =>
  fill(document.createElement(tag), attributes, children);

export const drawing = (tag, attributes = {}, ...children) =>
  fill(document.createElementNS(SVG, tag), attributes, children);

// Attributes that begin with "on" are listeners. Attributes and children that are null or false are left out.
function fill(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

// Replaces the children of a place, but only when they changed: the focus and the scrolling stay where they are.
const shown = new WeakMap();
export function update(place, content, make) {
  const key = JSON.stringify(content);
  if (shown.get(place) === key) return;
  shown.set(place, key);
  place.replaceChildren(...[make(content)].flat());
}

export const button = (text, onclick, attributes = {}) => element("button", { type: "button", onclick, ...attributes }, text);

export const status = (name) => element("span", { class: `status ${name.toLowerCase()}` }, name);

// The clock of the account runs faster than the reader's; its times are shown as they are.
export const time = (seconds) => (seconds === null ? "" : new Date(seconds * 1000).toISOString().slice(11, 19));

export function duration(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

export const times = (number) => (number === 1 ? "once" : `${number} times`);

// Runs what a person asked for, and shows why it was refused.
export async function attempt(action) {
  const problem = document.getElementById("problem");
  problem.hidden = true;
  try {
    return await action();
  } catch (error) {
    problem.textContent = error.message;
    problem.hidden = false;
    problem.scrollIntoView({ block: "nearest" });
    return undefined;
  }
}
