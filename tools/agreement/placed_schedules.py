"""Schedules that both can play: what happens at the n-th call of an action in a state."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

from tools.agreement.releases import RELEASES
from tools.simulation.disturbance import CallFault
from tools.simulation.sites import SERVICES, Site

SIGNED: Final = {**SERVICES, "sfn": "states"}
"""The services as the journal names them, by those of the simulator."""
TEXT: Final = re.compile(r"(\w+)/([\w-]+)\.(\w+)/(\d+):(.+)")


@dataclass(frozen=True)
class CallPlace:
    """The `number`-th call of an action in a state since the release began. `service`: as the simulator names it."""

    state: str
    service: str
    action: str
    number: int

    @property
    def signed_service(self) -> str:
        """The service as the journal names it."""
        return SIGNED.get(self.service, self.service)

    def point_in(self, sites: Sequence[Site]) -> int | None:
        """Return the number of this call among all calls of a simulated release; None when it makes no such call."""
        found = [each.point for each in sites if (each.state, each.service, each.action) == self._kind]
        return found[self.number - 1] if len(found) >= self.number else None

    @property
    def _kind(self) -> tuple[str, str, str]:
        return self.state, self.service, self.action

    @classmethod
    def of(cls, site: Site, sites: Sequence[Site]) -> Self:
        """Return the place of a call among the calls of a release."""
        kind = (site.state, site.service, site.action)
        before = [
            each for each in sites if each.point <= site.point and (each.state, each.service, each.action) == kind
        ]
        return cls(*kind, len(before))

    def __str__(self) -> str:
        return f"{self.state}/{self.service}.{self.action}/{self.number}"


@dataclass(frozen=True)
class PlacedDisturbance:
    """What happens to a call, or just before it."""

    place: CallPlace
    what: str

    @property
    def is_fault(self) -> bool:
        """Whether it happens to the call."""
        return self.what in list(CallFault)

    def __str__(self) -> str:
        return f"{self.place}:{self.what}"

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Return the disturbance that `str` wrote. Raises ValueError for another text."""
        found = TEXT.fullmatch(text)
        if found is None:
            raise ValueError(f"Expected STATE/SERVICE.ACTION/NUMBER:WHAT. Found {text!r}.")
        state, service, action, number, what = found.groups()
        return cls(CallPlace(state, service, action, int(number)), what)


@dataclass(frozen=True)
class PlacedSchedule:
    """One of RELEASES, and what happens in it, in the order of its calls."""

    case: str
    disturbances: tuple[PlacedDisturbance, ...] = ()

    def __str__(self) -> str:
        return " ".join([self.case, *map(str, self.disturbances)])

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Return the schedule that `str` wrote. Raises ValueError for another text."""
        case, *disturbances = text.split()
        if case not in RELEASES:
            raise ValueError(f"Expected a release, one of {', '.join(RELEASES)}. Found {case!r}.")
        return cls(case, tuple(map(PlacedDisturbance.from_text, disturbances)))
