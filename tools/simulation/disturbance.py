"""What can happen in a schedule: faults of single calls, and incidents of environments and people between two calls."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final


class CallFault(StrEnum):
    """What happens to one call of a function. The words are those of the emulator's faults, and three more."""

    THROTTLE = "throttle"
    ERROR_BEFORE = "error_before"
    ERROR_AFTER = "error_after"
    RESET_AFTER = "reset_after"
    SLOW = "slow"
    """The service does what was asked at once; its answer comes after the client's time-out."""
    KILL_AFTER = "kill_after"
    TWICE = "twice"
    """The function runs a second time before the call, from its begin to its end."""
    STALE = "stale"

    @property
    def takes_effect(self) -> bool:
        """Whether the service does what was asked."""
        return self not in (CallFault.THROTTLE, CallFault.ERROR_BEFORE)


STALE_SECONDS: Final = 60
"""The age of a stale answer: the most that a release allows for."""
FOR_GOOD: Final = float("inf")

ON_ENVIRONMENT: Final = (
    "sick/green", "sick/green/240", "sick/blue", "sick/blue/240", "warn/green/240", "warn/blue/240",
    "health/NoData/green", "health/NoData/green/240", "health/NoData/blue", "health/NoData/blue/240",
    "health/Degraded/green/240", "health/Degraded/blue/240", "health/Info/green/240", "health/Info/blue/240",
    "lose/green", "lose/blue", "managed/green", "managed/blue", "stale/60",
)  # fmt: skip
"""A health is any of Elastic Beanstalk's: `health/Pending/blue/30` can be asked for, too."""
OPERATIONS: Final = ("slow/launch", "slow/update", "slow/swap", "slow/terminate", "fail/launch", "fail/update")
PEOPLE: Final = (
    "abort", "abort_redrive", "abort_start", "abort_both", "time_out", "second/same", "second/other", "second/stack",
    "abort_start/stack", "cdk_deploy/redrive", "cdk_deploy/start", "swap",
    "terminate/green", "deploy/blue",
    "configure/blue", "edit_tags/green", "edit_record", "delete_record", "delete_version", "alarm/240",
)  # fmt: skip
ANSWERS: Final = ("approve/late", "approve/expired", "approve/twice", "approve/old", "reject", "reject/Approved")
"""How people answer a question for approval."""
HOOK_FAILS: Final = "fail/hook"
INCIDENTS: Final = (*ON_ENVIRONMENT, *OPERATIONS, *PEOPLE, *ANSWERS, HOOK_FAILS)


def possible_incidents(request: Mapping[str, Any]) -> list[str]:
    """Return the incidents that a release with this input can meet. It may ask nobody, and call no hook."""
    impossible: tuple[str, ...] = () if request.get("approval") else ANSWERS
    impossible += () if request.get("hooks") else (HOOK_FAILS,)
    return [each for each in INCIDENTS if each not in impossible]


@dataclass(frozen=True, order=True)
class Disturbance:
    """`what` happens at the call of that number in the schedule: to the call, or just before it.

    A fault is a CallFault. An incident is its kind, and its role and its seconds if it has any: `sick/green/300`.
    """

    point: int
    what: str

    @property
    def fault(self) -> CallFault | None:
        """The fault of the call; None for an incident."""
        return CallFault(self.what) if self.what in list(CallFault) else None

    def __str__(self) -> str:
        return f"{self.point}:{self.what}"

    @classmethod
    def from_text(cls, text: str) -> "Disturbance":
        """Return the disturbance that `str` wrote."""
        point, _, what = text.partition(":")
        return cls(int(point), what)


Schedule = tuple[Disturbance, ...]
