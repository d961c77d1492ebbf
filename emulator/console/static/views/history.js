// The history of an execution, the newest event first. An event's details are asked for when it is opened.

import { get } from "../api.js";
import { attempt, element, time } from "../elements.js";

// Returns { element, add, last }: `add` puts new events on top, `last` returns the number of the newest one.
export function history(arn) {
  const list = element("ol", { class: "history", reversed: true });
  let newest = 0;
  return {
    element: list,
    last: () => newest,
    add(events) {
      for (const event of events) {
        list.prepend(line(arn, event));
        newest = event.id;
      }
    },
  };
}

function line(arn, event) {
  const details = element("div");
  const about = element("details", { ontoggle: () => about.open && attempt(open) }, element(
    "summary", {},
    element("span", { class: "quiet" }, `${event.id} ${time(event.time)} `),
    element("span", { class: /Failed|TimedOut|Aborted/.test(event.type) ? "failed" : "" }, event.type),
    event.about ? ` ${event.about}` : "",
  ), details);
  async function open() {
    const found = await get("execution/event", { arn, id: event.id });
    details.replaceChildren(element("pre", { tabindex: 0 }, JSON.stringify(found.details, null, 2)));
  }
  return element("li", {}, about);
}
