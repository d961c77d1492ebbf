// Breaks things on purpose, lists what is broken, and undoes it.

import { get, post } from "../api.js";
import { attempt, button, element, update } from "../elements.js";
import { choice, field, form, option, suggestions } from "../forms.js";

export const view = { path: "break-it", title: "Break it", show };

const SICKNESSES = { 500: "answers 500 to all requests", 503: "answers 503 to all requests", warning: "has a warning of its health agent" };

async function show(place) {
  const [{ faults, functions, alarms, versions }, settings] = await Promise.all([get("break-it/choices"), get("settings")]);
  const broken = element("div", { "aria-live": "polite" }), environment = choice("environment", "Environment");
  const refresh = async () => {
    const found = await get("break-it");
    update(broken, found.broken, (all) => brokenOf(all, refresh));
    update(environment.control, found.environments, (all) => all.map(({ id, name }) => option(id, `${name} (${id})`)));
  };
  const breaking = (title, path, text, ...fields) =>
    form(title, text, fields, (values) => attempt(async () => {
      await post(`break-it/${path}`, values);
      await refresh();
      broken.scrollIntoView({ block: "nearest" });
    }));
  place.append(
    element("h1", {}, "Break it"),
    element("p", {}, "Break something, then watch what a release does about it, and who serves users meanwhile."),
    broken,
    element("div", { class: "cards small" },
      breaking("Make an environment sick", "environment", "Make it sick", environment,
        choice("how", "What happens", Object.entries(SICKNESSES))),
      breaking("Let an alarm ring", "alarm", "Let it ring",
        field("alarm", "Alarm", { value: "shop-errors", required: true, ...suggestions("alarms", alarms) }, "Made if there is none. A release watches the alarms in its input, under alarms.")),
      breaking("Let a call fail", "call", "Let it fail", ...callFields(functions),
        choice("how", "What happens", Object.entries(faults)),
        choice("once", "When", [["", "each call, until undo"], ["once", "the next call only"]])),
      breaking("Take a permission away", "permission", "Take it away", ...permissionFields(functions))),
    element("h2", {}, "Versions to release"),
    versionsOf(versions, settings.example_inputs),
  );
  return refresh;
}

// Returns a choice of a function and a text: the call. It suggests what the function's role may do.
function callFields(functions) {
  const list = suggestions("calls", []);
  const names = functions.map((each) => [each.function, nameOf(each, functions)]);
  const of = choice("function", "Function", [["", "any function"], ...names], { onchange: () => attempt(suggest) });
  const suggest = async () => {
    const found = functions.find((each) => each.function === of.control.value);
    list.datalist.replaceChildren(...(await actionsOf(found)).map((action) => option(action)));
  };
  return [of, field("call", "Call", { value: "elasticbeanstalk:UpdateEnvironment", required: true, ...list })];
}

// Returns a choice of a function, by its role, and a choice of what that role may do.
function permissionFields(functions) {
  const of = choice("role", "Function", functions.map((each) => [each.role, nameOf(each, functions)]), { onchange: () => attempt(offer) });
  const action = choice("action", "Permission");
  const offer = async () => {
    const found = functions.find((each) => each.role === of.control.value);
    action.control.replaceChildren(...(await actionsOf(found)).map((each) => option(each)));
  };
  attempt(offer);
  return [of, action];
}

// Returns the actions that a function's role may take, without patterns; none without a function.
const actionsOf = async (found) =>
  (found ? await get("break-it/actions", { role: found.role }) : []).filter((action) => !action.includes("*"));

// Returns the module of a function's handler, which is short; its whole name when others have such a module as well.
const nameOf = (one, functions) =>
  functions.filter(({ module }) => module === one.module).length === 1 ? one.module : one.function;

function brokenOf(broken, refresh) {
  if (!broken.length) return element("p", { class: "panel" }, "Nothing is broken on purpose.");
  const end = (each) => attempt(async () => { await post("break-it/undo", each.undo); await refresh(); });
  return element("section", { class: "panel bad", "aria-label": "What is broken now" },
    element("ul", { class: "rows" }, broken.map((each) => element("li", {}, element("span", {}, each.what), button("Undo", () => end(each), { "aria-label": `Undo: ${each.what}` })))),
    broken.length > 1 ? button("Undo all", async () => { for (const each of broken) await end(each); }) : null);
}

function versionsOf(versions, examples) {
  if (!versions.length) return element("p", { class: "quiet" }, "No version is registered.");
  return element("ul", { class: "rows" }, versions.map((each) => element("li", {},
    element("span", {}, element("strong", {}, each.label), ` of ${each.application}. `, each.description),
    each.status === "PROCESSED" ? releaseOf(each, examples) : element("small", { class: "quiet" }, each.status))));
}

// Returns a link to the form that releases a version, when the account knows how releases of its application begin.
function releaseOf({ application, label }, examples) {
  const [machine, example] = Object.entries(examples).find(([, input]) => input.application === application) ?? [];
  if (!machine) return null;
  const input = JSON.stringify({ ...example, version: label });
  return element("a", { class: "button", href: `#/executions/start/${encodeURIComponent(machine)}/${encodeURIComponent(input)}`, "aria-label": `Release ${label}` }, "Release");
}
