"""The course of a run: which environment held the production CNAME, and what was done to it, by the events."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rehearsal.campaign.plan import Role

SWAPPED = "Completed swapping CNAMEs"
STARTS = {"Environment update is starting.": "updated", "terminateEnvironment is starting.": "terminated"}
HEALTH_CHANGE = re.compile(r"Environment health has transitioned (?:from \w+ )?to (\w+)")
SICK = ("Severe", "Degraded")
FOREVER = float("inf")


@dataclass(frozen=True)
class Happening:
    """An event of an environment. `at`: in real epoch seconds. `request`: the id of the request that caused it."""

    at: float
    environment: str
    message: str
    request: str | None = None


@dataclass(frozen=True)
class Course:
    """The events of a run, oldest first, of the environments `blue` and `green`. Blue is live at the begin."""

    blue: str
    green: str
    happenings: Sequence[Happening]

    def name(self, role: Role) -> str:
        return self.blue if role == "blue" else self.green

    @property
    def swaps(self) -> list[float]:
        """When each swap was complete."""
        return [
            each.at for each in self.happenings if each.environment == self.blue and each.message.startswith(SWAPPED)
        ]

    def holder(self, at: float) -> Role:
        """Return the environment that held the production CNAME."""
        return "green" if sum(swap <= at for swap in self.swaps) % 2 else "blue"

    def holds(self, role: Role) -> list[tuple[float, float]]:
        """Return from when to when the environment held the production CNAME."""
        bounds = [-FOREVER, *self.swaps, FOREVER]
        first = 0 if role == "blue" else 1
        return [(bounds[n], bounds[n + 1]) for n in range(first, len(bounds) - 1, 2)]

    def is_sick(self, environment: str, since: float, at: float) -> bool:
        """Return whether Elastic Beanstalk showed the environment as sick from `since` to `at`."""
        changes = [
            (each.at, change[1] in SICK)
            for each in self.happenings
            if each.environment == environment and (change := HEALTH_CHANGE.match(each.message))
        ]
        before = [sick for when, sick in changes if when <= since]
        return bool(before) and before[-1] and all(sick for when, sick in changes if since < when <= at)

    def starts(self, environment: str) -> list[tuple[Happening, str]]:
        """Return each update and termination of an environment that began, and how to say it."""
        return [
            (each, STARTS[each.message])
            for each in self.happenings
            if each.environment == environment and each.message in STARTS
        ]
