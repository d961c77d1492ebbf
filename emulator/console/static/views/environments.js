// The environments: who serves users, their health, the traffic, and their events.

import { get } from "../api.js";
import { element, time, update } from "../elements.js";
import { trafficChart } from "../traffic.js";

export const view = { path: "environments", title: "Environments", show };

const NO_PRODUCTION = "No release has run here, so nothing says yet which CNAME is production.";

function show(place) {
  const chart = element("div"), note = element("div"), cards = element("div", { class: "cards" }), events = element("div");
  const chosen = element("select", { id: "events-of" }, element("option", { value: "" }, "all"));
  place.append(
    element("h1", {}, "Environments"), cards, note,
    element("h2", {}, "Traffic"), chart,
    element("h2", {}, "Events"),
    element("p", { class: "choice" }, element("label", { for: "events-of" }, "Events of "), chosen),
    events,
  );
  const showTraffic = trafficChart(chart);
  const refresh = async () => {
    const query = chosen.value ? { environment: chosen.value } : {};
    const [found, traffic] = await Promise.all([get("environments", query), get("traffic")]);
    update(cards, found.environments, cardsOf);
    update(note, found.known || !found.environments.length, (known) => (known ? [] : element("p", { class: "quiet" }, NO_PRODUCTION)));
    offer(chosen, found.environments.map(({ name }) => name));
    showTraffic(traffic);
    update(events, found.events, eventsOf);
  };
  chosen.addEventListener("change", refresh);
  return refresh;
}

// Adds names to a choice. A name stays when its environment is gone: its events stay as well.
function offer(choice, names) {
  const offered = new Set([...choice.options].map(({ value }) => value));
  choice.append(...names.filter((name) => !offered.has(name)).map((name) => element("option", {}, name)));
}

function cardsOf(environments) {
  if (!environments.length) return element("p", {}, "No environment stands.");
  return environments.map((each) => element("section", { class: each.production ? "panel serving" : "panel", "aria-label": each.name },
    element("h2", {}, each.url ? element("a", { href: each.url, target: "_blank", rel: "noreferrer" }, each.name) : each.name),
    each.production ? element("p", {}, element("strong", {}, "Serves users: it has the production CNAME.")) : null,
    element("dl", {},
      line("Health", element("span", { class: `status ${toneOf(each.color)}` }, each.health ?? each.color), ...each.causes.map((cause) => element("span", { class: "cause" }, cause))),
      line("Status", each.status),
      line("Version", versionOf(each)),
      line("Instances", `${each.in_service} of ${each.instances} in service`),
      line("CNAME", each.cname ?? "none"),
      line("Application", each.application))));
}

const line = (name, ...values) => [element("dt", {}, name), element("dd", {}, values)];

const toneOf = (color) => ({ Green: "succeeded", Yellow: "aborted", Red: "failed" })[color] ?? "";

const versionOf = ({ version, running, instances }) =>
  running === version || !instances ? version : `${version}, while ${running ?? "several versions or none"} runs`;

function eventsOf(events) {
  if (!events.length) return element("p", { class: "quiet" }, "No event yet.");
  return element("ol", { class: "events" }, events.map((event) => element("li", { class: event.severity.toLowerCase() },
    element("span", { class: "quiet" }, `${time(event.date)} ${event.environment}`),
    element("span", {}, event.severity === "INFO" ? null : element("strong", {}, `${event.severity} `), event.message))));
}
