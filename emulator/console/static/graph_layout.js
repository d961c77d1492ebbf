// Puts the states of a definition in rows, and the ways between them in lanes beside the rows.

export const ROW = 40, BOX = { left: 24, width: 232, height: 28 };
const NESTED = 24, LANE = 8;

// Returns { nodes, edges, rail, width, height }. A node: name, type, y, height, branches of nested nodes.
export function layOut(definition) {
  const nodes = ordered(definition).map((name) => ({ name, type: definition.States[name].Type, branches: nested(definition.States[name]) }));
  let y = 4;
  for (const node of nodes) {
    node.y = y;
    node.height = BOX.height + NESTED * Math.max(0, ...node.branches.map((branch) => branch.length));
    y += node.height + ROW - BOX.height;
  }
  const row = new Map(nodes.map((node, number) => [node.name, number]));
  const edges = nodes.flatMap(({ name }) => ways(definition.States[name]).map((to) => ({ from: row.get(name), to: row.get(to) })));
  const lanes = assignLanes(edges.filter((edge) => edge.to !== edge.from + 1));
  return {
    nodes, edges, rails: rails(definition, row),
    width: BOX.left + BOX.width + 14 + LANE * lanes, height: y,
  };
}

export const laneX = (edge) => BOX.left + BOX.width + 10 + LANE * edge.lane;

// The states in such an order that each comes after those that lead to it; the usual way is in consecutive rows.
function ordered({ StartAt, States }) {
  const done = [], seen = new Set();
  const visit = (name) => {
    if (seen.has(name) || !States[name]) return;
    seen.add(name);
    // What is visited first comes last: failure branches, then the exceptions of a choice, then the usual way.
    [...catches(States[name]), ...ways(States[name])].forEach(visit);
    done.unshift(name);
  };
  visit(StartAt);
  return [...done, ...Object.keys(States).filter((name) => !seen.has(name))];
}

const ways = (state) => [...new Set([...(state.Choices ?? []).map((choice) => choice.Next), state.Default, state.Next])].filter(Boolean);

const catches = (state) => (state.Catch ?? []).map((each) => each.Next);

function nested(state) {
  const machines = state.Branches ?? [state.ItemProcessor ?? state.Iterator].filter(Boolean);
  return machines.map((machine) => ordered(machine).map((name) => ({ name, type: machine.States[name].Type })));
}

// Gives each edge the nearest lane in which no other edge passes the same rows. Returns the number of lanes.
function assignLanes(edges) {
  const lanes = [];
  const span = (edge) => [Math.min(edge.from, edge.to), Math.max(edge.from, edge.to)];
  const length = (edge) => Math.abs(edge.to - edge.from);
  for (const edge of [...edges].sort((one, other) => length(one) - length(other))) {
    const [top, bottom] = span(edge);
    edge.lane = 0;
    while (lanes[edge.lane]?.some(([begin, end]) => top < end && begin < bottom)) edge.lane++;
    (lanes[edge.lane] ??= []).push([top, bottom]);
  }
  return lanes.length;
}

// Ways that failures take, by their target: { to, from: rows }. They share a rail at the left.
function rails(definition, row) {
  const found = new Map();
  for (const [name, state] of Object.entries(definition.States)) {
    for (const to of catches(state)) {
      if (!found.has(to)) found.set(to, new Set());
      found.get(to).add(row.get(name));
    }
  }
  return [...found].map(([to, from]) => ({ to: row.get(to), from: [...from] }));
}
