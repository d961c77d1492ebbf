"""What became of each state of an execution, read from its history. The page colours its graph by this."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from emulator.console.execution_history import Event, details

ATTEMPTS = ("LambdaFunctionScheduled", "TaskScheduled", "ActivityScheduled")
FAILURES = ("Failed", "TimedOut", "ScheduleFailed", "StartFailed", "SubmitFailed", "Aborted")


@dataclass
class StateVisit:
    """The last visit of an execution to a state.

    `status`: running, succeeded, failed or aborted. A state that failed and whose Catch went on has failed, too.
    `visits`: how often the state was entered. `retries`: further attempts in the last visit. `earlier`: it was before
    the last redrive. `entered`, `left`: account times.
    """

    name: str
    status: str
    visits: int
    entered: float
    left: float | None = None
    retries: int = -1
    earlier: bool = False
    failing: bool = False
    error: str = ""
    following: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return what the page needs."""
        return asdict(self) | {"retries": max(self.retries, 0)}


def state_visits(events: Iterable[Event], *, running: bool) -> list[StateVisit]:
    """Return the last visit to each state, in the order of their first ones. `running`: the execution runs."""
    visits: dict[str, StateVisit] = {}
    state_of: dict[int, str] = {}
    for event in events:
        kind = event["type"]
        if kind == "ExecutionRedriven":
            for visit in visits.values():
                visit.earlier = True
        name = _state(event, state_of)
        state_of[event["id"]] = name
        if kind.endswith("StateEntered"):
            count = visits[name].visits if name in visits else 0
            _follow(visits, state_of, event, name)
            visits[name] = StateVisit(name, "running", count + 1, event["timestamp"].timestamp())
        elif name in visits:
            _update(visits[name], event)
    if not running:
        _close(visits.values())
    return list(visits.values())


def _state(event: Event, state_of: dict[int, str]) -> str:
    """Return the state that an event belongs to; empty for events of the execution."""
    if event["type"].endswith(("StateEntered", "StateExited")):
        return str(details(event)["name"])
    if event["type"].startswith("Execution"):
        return ""
    return state_of.get(event.get("previousEventId", 0), "")


def _follow(visits: dict[str, StateVisit], state_of: dict[int, str], event: Event, name: str) -> None:
    """Remember which state came next after the one that was left."""
    before = state_of.get(event.get("previousEventId", 0), "")
    if before in visits and visits[before].left is not None:
        visits[before].following = name


def _update(visit: StateVisit, event: Event) -> None:
    kind = event["type"]
    visit.earlier = False
    if kind in ATTEMPTS:
        visit.retries += 1
        visit.failing, visit.status, visit.left = False, "running", None
    elif kind.endswith("StateExited"):
        visit.left = event["timestamp"].timestamp()
        visit.status = "failed" if visit.failing else "succeeded"
    elif kind.endswith("StateAborted"):
        visit.status, visit.left = "aborted", event["timestamp"].timestamp()
    elif kind.endswith(FAILURES):
        visit.failing = True
        visit.error = details(event).get("error", "")
    elif kind.endswith("Succeeded"):
        visit.failing = False


def _close(visits: Iterable[StateVisit]) -> None:
    """End the states that an execution did not leave: it ended in them."""
    for visit in visits:
        if visit.status == "running":
            visit.status = "failed" if visit.failing else "aborted"
