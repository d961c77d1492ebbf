"""What became of each state of an execution, read from its history. The page colours its graph by this."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from emulator.console.execution_history import Event, details

ATTEMPTS = ("LambdaFunctionScheduled", "TaskScheduled", "ActivityScheduled")
FAILURES = ("Failed", "TimedOut", "Aborted")
CONTAINERS = ("ParallelState", "MapState")
"""Types of states with states in them."""


@dataclass
class VisitedState:
    """The last visit of an execution to a state.

    `status`: running, succeeded, caught (it failed, and its Catch went on), failed or aborted.
    `visits`: how often the state was entered. `retries`: further attempts in the last visit. `earlier`: it was before
    the last redrive. `entered`, `left`: account times. `following`: the state that came next.
    """

    name: str
    kind: str
    status: str
    visits: int
    entered: float
    left: float | None = None
    attempts: int = 0
    earlier: bool = False
    failing: bool = False
    error: str = ""
    following: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return what the page needs."""
        return asdict(self) | {"retries": max(self.attempts - 1, 0)}

    def leave(self, time: float, status: str) -> None:
        """End the visit."""
        self.left, self.status = time, status


class VisitedStates:
    """Follows an execution through its events, the oldest first."""

    def __init__(self) -> None:
        self._visits: dict[str, VisitedState] = {}
        self._state_of: dict[int, str] = {}

    def add(self, event: Event) -> None:
        """Take the next event."""
        kind = event["type"]
        if kind == "ExecutionRedriven":
            for visit in self._visits.values():
                visit.earlier = True
        elif kind in [f"{container}Failed" for container in CONTAINERS]:
            self._fail_container(kind, event)
        elif kind.endswith("StateEntered"):
            self._enter(event)
        else:
            self._continue(event)

    def end(self) -> None:
        """End the states that an execution did not leave: it ended in them."""
        for visit in self._visits.values():
            if visit.status == "running":
                visit.status = "failed" if visit.failing else "aborted"

    def __iter__(self) -> Iterator[VisitedState]:
        """Yield the last visit to each state, in the order of their first ones."""
        yield from self._visits.values()

    def _enter(self, event: Event) -> None:
        name = str(details(event)["name"])
        before = self._visits.get(self._before(event))
        if before and before.left is not None:
            before.following = name
        earlier = self._visits[name].visits if name in self._visits else 0
        kind = event["type"].removesuffix("Entered")
        self._visits[name] = VisitedState(name, kind, "running", earlier + 1, _time(event))
        self._state_of[event["id"]] = name

    def _continue(self, event: Event) -> None:
        kind = event["type"]
        named = kind.endswith("StateExited")
        name = str(details(event)["name"]) if named else "" if kind.startswith("Execution") else self._before(event)
        self._state_of[event["id"]] = name
        visit = self._visits.get(name)
        if visit is None:
            return
        visit.earlier = False
        if kind in ATTEMPTS:
            visit.attempts += 1
            visit.failing, visit.status, visit.left = False, "running", None
        elif named:
            self._leave(visit, event)
        elif kind.endswith("StateAborted"):
            visit.leave(_time(event), "aborted")
        elif kind.endswith(FAILURES):
            visit.failing, visit.error = True, details(event).get("error", "")
        elif kind.endswith("Succeeded"):
            visit.failing = False

    def _leave(self, visit: VisitedState, event: Event) -> None:
        visit.leave(_time(event), "caught" if visit.failing else "succeeded")
        if visit.kind in CONTAINERS:
            for inner in self._visits.values():
                if inner.status == "failed" and inner.entered >= visit.entered:
                    inner.status = "caught"

    def _fail_container(self, kind: str, event: Event) -> None:
        """End the states in the innermost container that runs: one of them failed, the others are cut off."""
        running = [visit for visit in self._visits.values() if visit.status == "running"]
        inside = [visit for visit in running if kind == f"{visit.kind}Failed"]
        if not inside:
            return
        container = max(inside, key=lambda visit: visit.entered)
        container.failing = True
        self._state_of[event["id"]] = container.name
        for visit in running:
            if visit is not container and visit.entered >= container.entered:
                visit.leave(_time(event), "failed" if visit.name == self._before(event) else "aborted")

    def _before(self, event: Event) -> str:
        """Return the state of the event that led to this one; empty for an event of the execution."""
        return self._state_of.get(event.get("previousEventId", 0), "")


def visited_states(events: Iterable[Event], *, running: bool) -> list[VisitedState]:
    """Return the last visit to each state, in the order of their first ones. `running`: the execution runs."""
    visits = VisitedStates()
    for event in events:
        visits.add(event)
    if not running:
        visits.end()
    return list(visits)


def failed_state(visits: Iterable[VisitedState], error: str | None) -> VisitedState | None:
    """Return the state in which an execution with that error failed, since its last redrive.

    It is the first one with this error: a failure branch may end with the same one, on purpose. When no state has it,
    it is the state that was not left.
    """
    ended = [visit for visit in visits if visit.status in ("caught", "failed", "aborted") and not visit.earlier]
    named = [visit for visit in ended if error and visit.error == error and visit.status != "aborted"]
    if named:
        return min(named, key=lambda visit: float("inf") if visit.left is None else visit.left)
    return max((visit for visit in ended if visit.left is None), key=lambda visit: visit.entered, default=None)


def _time(event: Event) -> float:
    moment: float = event["timestamp"].timestamp()
    return moment
