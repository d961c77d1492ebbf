// Draws the requests of the last minute: one bar a second, stacked by environment and version, failures in red on top.

import { drawing, element, update } from "./elements.js";

const SECONDS = 60;
const HEIGHT = 100;
const GAP = 0.12;
const COLOURS = 6;
const RATE_SECONDS = 5;

// Returns a function that shows a report of the traffic in `place`.
export function trafficChart(place) {
  const colours = new Map();
  const legend = element("div"), bars = drawing("svg", { class: "traffic", viewBox: `0 0 ${SECONDS} ${HEIGHT}`, preserveAspectRatio: "none", role: "img" });
  const top = element("span");
  place.append(
    element("div", { class: "panel" },
      element("div", { class: "ends quiet" }, top, element("span", {}, "real seconds")),
      bars,
      element("div", { class: "ends quiet" }, element("span", {}, "60 s ago"), element("span", {}, "now")),
      legend),
  );
  return ({ servers }) => {
    for (const server of servers) if (!colours.has(keyOf(server))) colours.set(keyOf(server), colours.size % COLOURS);
    const highest = Math.max(1, ...totals(servers));
    top.textContent = `${highest} requests a second`;
    bars.setAttribute("aria-label", summary(servers));
    bars.replaceChildren(...servers.length ? draw(servers, highest, colours) : []);
    update(legend, servers.map((server) => [styleOf(server, colours), nameOf(server), rate(server.answered), sum(server.failed)]), rowsOf);
  };
}

const keyOf = ({ environment, version }) => `${environment}/${version}`;

// An answer without an instance is always a failure.
const styleOf = (server, colours) => (server.version ? `bar${colours.get(keyOf(server))}` : "failure");

const nameOf = ({ environment, version }) => (version ? `${environment}, ${version}` : `${environment}, no instance in service`);

const sum = (numbers) => numbers.reduce((all, each) => all + each, 0);

const rate = (answered) => (sum(answered.slice(-RATE_SECONDS)) / RATE_SECONDS).toFixed(1);

const totals = (servers) => Array.from({ length: SECONDS }, (_, second) => sum(servers.map(({ answered }) => answered[second])));

function draw(servers, highest, colours) {
  const reached = new Array(SECONDS).fill(0);
  const stack = (counts, style) => drawing("path", { class: style, d: counts.map((count, second) => {
    if (!count) return "";
    const bottom = HEIGHT * (1 - reached[second] / highest);
    reached[second] += count;
    return `M${second + GAP / 2} ${bottom}h${1 - GAP}V${HEIGHT * (1 - reached[second] / highest)}h${GAP - 1}z`;
  }).join("") });
  const good = servers.map((server) => stack(server.answered.map((count, second) => count - server.failed[second]), styleOf(server, colours)));
  return [...good, ...servers.map((server) => stack(server.failed, "failure"))];
}

function rowsOf(rows) {
  if (!rows.length) return element("p", { class: "quiet" }, "No requests in the last minute.");
  return element("ul", { class: "servers" }, rows.map(([style, name, now, failed]) => element("li", {},
    drawing("svg", { class: "swatch", viewBox: "0 0 1 1", "aria-hidden": "true" }, drawing("rect", { width: 1, height: 1, class: style })),
    `${name}: ${now} a second, `,
    failed ? element("strong", { class: "failed" }, `${failed} failed in a minute`) : "none failed")));
}

const summary = (servers) =>
  `Requests in the last minute. ${servers.map((server) => `${nameOf(server)}: ${sum(server.answered)}, ${sum(server.failed)} of them failed.`).join(" ")}`;
