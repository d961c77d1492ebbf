// Shows the view that the address names, and refreshes it each second while the page is visible.

import { element } from "./elements.js";
import { views } from "./views.js";

const REFRESH_MILLISECONDS = 1000;
const main = document.getElementById("main");
const links = new Map();
let current = 0;

for (const view of views) {
  const link = element("a", { href: `#/${view.path}` }, view.title);
  links.set(view, link);
  document.getElementById("views").append(element("li", {}, link));
}

window.addEventListener("hashchange", () => show(true));
show(false);

async function show(moved) {
  if (location.hash && !location.hash.startsWith("#/")) return; // the link that skips to the content
  const mine = ++current;
  const [path, ...parameters] = location.hash.slice(2).split("/").map(decodeURIComponent);
  const view = views.find((each) => each.path === path) ?? views[0];
  for (const [each, link] of links) {
    if (each === view) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  document.title = `${view.title} - account console`;
  say("");
  main.replaceChildren();
  if (moved) main.focus();
  const place = element("div");
  main.append(place);
  let refresh = null;
  try {
    refresh = await view.show(place, parameters);
  } catch (error) {
    if (mine === current) say(error.message);
  }
  while (refresh && mine === current) {
    if (!document.hidden) await tryTo(refresh, mine);
    await new Promise((resolve) => setTimeout(resolve, REFRESH_MILLISECONDS));
  }
}

let lost = false;
async function tryTo(refresh, mine) {
  try {
    await refresh();
    if (lost) say("");
    lost = false;
  } catch (error) {
    if (mine !== current) return;
    lost = true;
    say(error.message);
  }
}

function say(text) {
  const problem = document.getElementById("problem");
  problem.textContent = text;
  problem.hidden = !text;
}
