"""Which failed requests nobody could avoid: those of a sick environment that serves, until users can be elsewhere.

Users are elsewhere soon when another environment is known to be good and an execution runs that can move them.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from rehearsal.campaign.acts import Act
from rehearsal.campaign.plan import Intervention
from rehearsal.campaign.run_evidence import RunEvidence

RESCUE_SECONDS = 330
"""Account seconds until users of a sick environment are elsewhere: 110 until its health shows, two polls, a swap, and
the TTL of DNS answers. The time of functions, and SLACK, come on top: this machine is slower than AWS.
"""
REPLACEMENT_SECONDS = 300
"""Account seconds until a lost instance is replaced, an update by hand ends, or a sick instance is in service again."""
SLACK = 4.0
"""Real seconds."""
STEP = 0.05
"""Real seconds between two looks at a run."""
FAULT_SECONDS = 60
"""Account seconds by which a fault of one call delays a state: its retry."""
WATCHING_GREEN = ("AwaitGreenLive", "DrainBlue", "DeployRelease", "KeepGreenLive")
WATCHING_BLUE = ("AwaitBlueLive", "WatchRelease", "KeepGreenLive")


@dataclass(frozen=True)
class Window:
    """From `begin` to `end`, in real epoch seconds, requests to the environment may fail."""

    environment: str
    begin: float
    end: float

    def covers(self, at: float, answered_by: str | None) -> bool:
        """Return whether a request made at that moment may fail. One without an answer has no environment's name."""
        named = answered_by is None or answered_by.partition("/")[0] == self.environment
        return named and self.begin - SLACK / 4 <= at <= self.end


def windows(evidence: RunEvidence) -> Iterator[Window]:
    """Yield the windows of what happened in a run."""
    real, rescue = evidence.clock.real, _Rescue(evidence)
    for act in evidence.acts:
        match act.act:
            case Intervention.SICK:
                yield from _windows_of_sickness(act, evidence, rescue)
            case Intervention.LOSE | Intervention.DEPLOY | Intervention.CONFIGURE:
                yield Window(act.environment, act.at, act.at + real(REPLACEMENT_SECONDS) + SLACK)
            case Intervention.TERMINATE:
                # Clients with old DNS answers may be on it still.
                over = float("inf") if act.live else act.at + real(evidence.dns_ttl) + SLACK
                yield Window(act.environment, act.at, over)
            case _:
                continue


def is_unavoidable(evidence: RunEvidence) -> Callable[[float, str | None], bool]:
    """Return what tells of a failed request, by its time and by who answered, whether nobody could avoid it."""
    found = list(windows(evidence))
    return lambda at, answered_by: any(window.covers(at, answered_by) for window in found)


def _windows_of_sickness(act: Act, evidence: RunEvidence, rescue: "_Rescue") -> Iterator[Window]:
    real, course = evidence.clock.real, evidence.course
    over = evidence.ended if act.until is None else act.until + real(REPLACEMENT_SECONDS) + SLACK
    for began, left in course.holds(act.role):
        begin, end = max(act.at, began), min(over, left + real(evidence.dns_ttl) + SLACK)
        if begin < end:
            yield Window(act.environment, begin, rescue.latest(act, begin, end))


class _Rescue:
    """Who could move users away from a sick environment, and when."""

    def __init__(self, evidence: RunEvidence) -> None:
        clock = evidence.clock
        self._evidence = evidence
        self._course = evidence.course
        self._drives = [(each.proved_at(clock), each.drives(clock)) for each in evidence.executions]
        self._calls = [call for each in evidence.executions for call in each.calls(clock)]
        faults = sum(fault.for_seconds or fault.delay or FAULT_SECONDS for fault in evidence.plan.faults)
        self._allowed = clock.real(RESCUE_SECONDS + faults) + SLACK

    def latest(self, act: Act, begin: float, end: float) -> float:
        """Return by when users must be elsewhere, at most `end`.

        Only the time counts in which an execution could move them to a good environment, and no function works.
        """
        can_leave = self._can_leave_green if act.role == "green" else self._can_leave_blue
        allowed, at = self._allowed, begin
        while at < end and allowed > 0:
            if not self._works(at) and can_leave(at) and not self._other_is_sick(act, at):
                allowed -= STEP
            at += STEP
        return min(at, end)

    def _works(self, at: float) -> bool:
        return any(begin <= at <= end for begin, end in self._calls)

    def _other_is_sick(self, act: Act, at: float) -> bool:
        return any(
            other.role != act.role
            and other.act is Intervention.SICK
            and other.at <= at <= (other.until or self._evidence.ended)
            for other in self._evidence.acts
        )

    def _can_leave_green(self, at: float) -> bool:
        """Return whether blue is known to be good to an execution that runs."""
        if any(act.role == "blue" and act.label and act.at <= at for act in self._evidence.acts):
            return False
        touched = any(start.at <= at for start, _ in self._course.starts(self._course.blue))
        for tested, drives in self._drives:
            for drive in drives:
                state = drive.state(at)
                swapped = any(drive.begin <= swap <= at for swap in self._course.swaps)
                if state and ((tested and tested <= at) or (swapped and not touched and state in WATCHING_GREEN)):
                    return True
        return False

    def _can_leave_blue(self, at: float) -> bool:
        """Return whether green stands by, and an execution watches blue."""
        if any(start.at <= at for start, how in self._course.starts(self._course.green) if how == "terminated"):
            return False
        return any(drive.state(at) in WATCHING_BLUE for _, drives in self._drives for drive in drives)
