"""The stages of an execution: when it entered each, how long each took, and which failed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from trigger.output import FAILURES, WAITING, cause_message, minutes_and_seconds
from trigger.release_executions import Found


@dataclass
class StageVisit:
    """One visit to a stage. `polls`: how often it was not ready yet. `error`: the one that ended it, if one did."""

    name: str
    entered: datetime
    left: datetime | None = None
    polls: int = 0
    error: str = ""
    cause: str = ""

    def in_words(self, started: datetime) -> str:
        """Return the visit as a line. `started`: of the execution."""
        lasted = minutes_and_seconds(self.left - self.entered) if self.left else "now"
        since = minutes_and_seconds(self.entered - started)
        polls = f"  polls: {self.polls}" if self.polls else ""
        return f"{since:>7}  {self.name:<20}{lasted:>7}{polls}  {self.error}".rstrip()


def visits_in(events: Iterable[Found]) -> list[StageVisit]:
    """Return the visits to stages in a history, oldest first. Other states only decide."""
    visits: list[StageVisit] = []
    for event in events:
        entered, left = event.get("stateEnteredEventDetails"), event.get("stateExitedEventDetails")
        if event["type"] in ("TaskStateEntered", "WaitStateEntered") and entered:
            visits.append(StageVisit(entered["name"], event["timestamp"]))
        elif left:
            for visit in visits:
                if visit.name == left["name"] and visit.left is None:
                    visit.left = event["timestamp"]
        elif event["type"] in FAILURES and visits:
            details = event[f"t{event['type'][1:]}EventDetails"]
            if details.get("error") in WAITING:
                visits[-1].polls += 1
            else:
                visits[-1].error = details.get("error", "unknown")
                visits[-1].cause = cause_message(details.get("cause", ""))
        elif event["type"].startswith("Execution") and visits:
            visits[-1].left = visits[-1].left or event["timestamp"]
    return visits
