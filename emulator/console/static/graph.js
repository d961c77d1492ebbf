// Draws the state machine of an execution: what each state is, what became of it, and which ways were taken.

import { drawing, element } from "./elements.js";
import { BOX, laneX, layOut } from "./graph_layout.js";

const LETTER = 7.1; // pixels, of the widest common letters
const FAILED = ["caught", "failed"];
const NO_STATE = { status: "", visits: 0, retries: 0, earlier: false, following: "" };

// What the colours mean, in words.
export const legend = () => element("p", { class: "legend" }, [
  ["running", "runs"], ["succeeded", "succeeded"], ["failed", "failed"], ["caught", "failed, and went on"], ["aborted", "cut off"],
].map(([status, words]) => element("span", { class: `status ${status}` }, words)), element("span", { class: "quiet" }, "dashed: before the last redrive"));

// Returns a function that draws the graph for the states of an execution, by their names.
export function graphOf(definition) {
  const layout = layOut(definition);
  return (states) => {
    const of = (name) => states.get(name) ?? NO_STATE;
    return drawing(
      "svg",
      { class: "graph", viewBox: `0 0 ${layout.width} ${layout.height}`, width: layout.width, height: layout.height, role: "img", "aria-label": description(layout, of) },
      drawing("defs", {}, arrow("ahead", "way"), arrow("ahead-taken", "way taken"), arrow("ahead-failed", "way failed")),
      layout.rails.map((rail) => failureRail(layout, rail, of)),
      layout.edges.map((edge) => way(layout, edge, of)),
      layout.nodes.map((node) => box(node, of)),
    );
  };
}

function description({ nodes }, of) {
  const entered = nodes.filter((node) => of(node.name).status);
  return `State machine. ${entered.map((node) => `${node.name}: ${of(node.name).status}`).join(", ")}`;
}

const arrow = (id, style) => drawing(
  "marker", { id, viewBox: "0 0 8 8", refX: 7, refY: 4, markerUnits: "userSpaceOnUse", markerWidth: 8, markerHeight: 8, orient: "auto" },
  drawing("path", { d: "M0 0L8 4L0 8z", class: `${style} head` }),
);

const middle = (node) => node.y + BOX.height / 2;

function way({ nodes }, edge, of) {
  const from = nodes[edge.from], to = nodes[edge.to];
  const { following, status } = of(from.name);
  const taken = following === to.name && !FAILED.includes(status) ? " taken" : "";
  const marker = `url(#ahead${taken && "-taken"})`;
  if (edge.lane === undefined) {
    const x = BOX.left + 20;
    return drawing("path", { class: `way${taken}`, d: `M${x} ${from.y + from.height}V${to.y}`, "marker-end": marker });
  }
  const right = BOX.left + BOX.width, lane = laneX(edge);
  const begin = middle(from) + 5, end = middle(to) - 5;
  return drawing("path", { class: `way${taken}`, d: `M${right} ${begin}H${lane}V${end}H${right}`, "marker-end": marker });
}

function failureRail({ nodes }, { to, from }, of) {
  const target = middle(nodes[to]);
  const failed = from.filter((row) => FAILED.includes(of(nodes[row].name).status) && of(nodes[row].name).following === nodes[to].name);
  const line = (rows, style, marker) => {
    const starts = rows.map((row) => middle(nodes[row]));
    const trunk = `M12 ${Math.min(target, ...starts)}V${Math.max(target, ...starts)}M12 ${target}H${BOX.left}`;
    return drawing("path", { class: style, d: starts.map((y) => `M${BOX.left} ${y}H12`).join("") + trunk, "marker-end": marker });
  };
  return drawing("g", {}, line(from, "way fails", "url(#ahead)"), failed.length ? line(failed, "way failed", "url(#ahead-failed)") : null);
}

function box(node, of) {
  const nested = node.branches.flatMap((branch, number) => branch.map((inner, row) => nestedBox(node, inner, number, row, of)));
  return drawing(
    "g", { class: look(of(node.name)), "data-state": node.name },
    drawing("title", {}, tip(node, of(node.name))),
    drawing("rect", { x: BOX.left, y: node.y, width: BOX.width, height: node.height, rx: rounding(node.type), class: node.type.toLowerCase() }),
    drawing("text", { x: BOX.left + 10, y: node.y + 19 }, fitting(node.name, BOX.width - 74)),
    drawing("text", { class: "note", x: BOX.left + BOX.width - 8, y: node.y + 18, "text-anchor": "end" }, note(node, of(node.name))),
    nested,
  );
}

function nestedBox(node, inner, number, row, of) {
  const width = (BOX.width - 8) / node.branches.length, x = BOX.left + 6 + number * width, y = node.y + BOX.height + row * 24;
  return drawing(
    "g", { class: look(of(inner.name)), "data-state": inner.name },
    drawing("title", {}, tip(inner, of(inner.name))),
    drawing("rect", { x, y, width: width - 4, height: 20, rx: rounding(inner.type) / 2, class: inner.type.toLowerCase() }),
    drawing("text", { class: "small", x: x + 5, y: y + 14 }, fitting(inner.name, (width - 12) * 1.18)),
  );
}

const rounding = (type) => (type === "Choice" ? 14 : type === "Succeed" || type === "Fail" ? 10 : 3);

const look = (state) => `state ${state.status}${state.earlier ? " earlier" : ""}`;

const tip = (node, state) => [node.name, node.type, state.status, state.error].filter(Boolean).join(" - ");

function note(node, state) {
  if (state.retries) return `${state.retries} ${state.retries === 1 ? "retry" : "retries"}`;
  if (state.visits > 1) return `${state.visits} times`;
  return { Choice: "choice", Parallel: "parallel", Map: "map" }[node.type] ?? "";
}

const fitting = (text, width) => (text.length * LETTER <= width ? text : `${text.slice(0, Math.floor(width / LETTER) - 1)}…`);
