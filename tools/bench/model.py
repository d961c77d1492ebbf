"""Releases that run at once in virtual time: the real handlers on the in-memory account, with its limit of calls."""

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import pairwise
from random import Random
from typing import Final

from emulator.beanstalk.model import Event
from tools.bench.account import BenchAccount, bench_account
from tools.bench.execution import FUNCTION_SECONDS, BenchExecution, PassedState
from tools.bench.figures import Figures, together

DONE: Final = (
    "Successfully launched environment",
    "Environment update completed successfully.",
    "Environment health has transitioned",
    "Environment health has been set to GREEN",
    "Completed swapping CNAMEs",
    "terminateEnvironment completed successfully.",
)
"""The events from which on Elastic Beanstalk is done with what a state waits for; the last one counts."""
ALARM_AFTER_SECONDS: Final = 60
OF_GREEN: Final = frozenset({"AwaitGreen", "AwaitTermination", "AwaitGreenLive"})
OF_BLUE: Final = frozenset({"AwaitRelease", "AwaitBlueLive"})
"""The states that wait for an operation on green, or on blue."""


@dataclass(frozen=True)
class _Wait:
    """A wait for an operation: when Elastic Beanstalk was asked for it, when it was done, and when the wait ended."""

    asked: float
    done: float
    ended: float


@dataclass(frozen=True)
class _Step:
    time: float
    number: int
    execution: BenchExecution
    steps: Iterator[float]

    def __lt__(self, other: "_Step") -> bool:
        return (self.time, self.number) < (other.time, other.number)


def run(
    releases: int,
    *,
    seed: int = 1,
    alarmed: bool = False,
    enhanced: bool = False,
    prepare: Callable[[BenchAccount], object] = lambda _: None,
) -> Figures:
    """Run so many releases, all started at once, and return what they cost.

    `alarmed`: another one runs beside them, whose alarm rings while its new version is watched. `enhanced`: with
    enhanced health reporting. `prepare`: changes the account before.
    """
    with bench_account(releases + alarmed, enhanced=enhanced) as account:
        prepare(account)
        began = account.now
        executions = [
            BenchExecution(f"app{number + 1}", began, Random(f"{seed} {number}"))  # noqa: S311
            for number in range(releases)
        ]
        failing = BenchExecution(f"app{releases + 1}", began, Random(f"{seed} alarm"), alarms=("errors",))  # noqa: S311
        running = [*executions, failing] if alarmed else executions
        interleave(running, account, partial(_ring, failing, account))
        waits = [list(_waits(each, account)) for each in executions]
        return Figures(
            executions=executions,
            looks=[moment - began for moment in account.looks],
            throttled=account.memory.service.throttled,
            calls=account.memory.service.calls,
            s3_calls=account.s3.calls,
            lags=[wait.ended - wait.done for each in waits for wait in each],
            given_back=_given_back(failing, account) if alarmed else None,
            own=[sum(wait.done - wait.asked for wait in each) for each in waits],
            enhanced=enhanced,
        )


def run_alone(times: int, *, seed: int = 1) -> Figures:
    """Run one release so many times, each with other durations, and return their figures together."""

    def draw(account: BenchAccount, number: int) -> None:
        account.memory.service.durations.set({"seed": number})

    runs = (run(1, seed=seed + each, enhanced=True, prepare=partial(draw, number=each)) for each in range(times))
    return together(list(runs))


def interleave(
    executions: list[BenchExecution], account: BenchAccount, before_step: Callable[[], object] = lambda: None
) -> None:
    """Run all executions to their ends: always the one whose next invocation is due first."""
    waiting: list[_Step] = []
    for number, execution in enumerate(executions):
        steps = execution.steps()
        waiting.append(_Step(next(steps), number, execution, steps))
    heapq.heapify(waiting)
    while waiting:
        due = heapq.heappop(waiting)
        account.memory.advance(max(0.0, due.time - account.now))
        before_step()
        following = next(due.steps, None)
        if following is not None:
            heapq.heappush(waiting, _Step(following, due.number, due.execution, due.steps))


def _ring(failing: BenchExecution, account: BenchAccount) -> None:
    """Let the alarm ring in the middle of the watch."""
    last = failing.passed[-1] if failing.passed else None
    if last and last.name == "AwaitBlueLive" and account.now >= last.exited + ALARM_AFTER_SECONDS:
        account.alarm.rings_since = account.alarm.rings_since or datetime.fromtimestamp(account.now, UTC)


def _given_back(failing: BenchExecution, account: BenchAccount) -> float:
    """Return the seconds from the alarm until users were on green again; infinity when they never were."""
    rang = account.alarm.rings_since.timestamp() if account.alarm.rings_since else float("inf")
    events = _events(f"{failing.application}-prod", account)
    swaps = [each.date for each in events if each.message.startswith("Completed swapping") and each.date >= rang]
    return swaps[0] - rang if len(swaps) == 1 else float("inf")


def _waits(execution: BenchExecution, account: BenchAccount) -> Iterator[_Wait]:
    """Yield each wait for an operation. The state before it asked for the operation."""
    blue = f"{execution.application}-prod"
    events = {name: _events(name, account) for name in (blue, f"{blue}-green")}
    for before, state in pairwise(execution.passed):
        of = f"{blue}-green" if state.name in OF_GREEN else blue
        if state.name in OF_GREEN | OF_BLUE and (done := _done(events[of], state)):
            yield _Wait(before.exited - FUNCTION_SECONDS, done, state.exited)


def _events(environment: str, account: BenchAccount) -> list[Event]:
    return [each for each in account.memory.service.state.events if each.environment == environment]


def _done(events: list[Event], state: PassedState) -> float | None:
    dates = [each.date for each in events if each.message.startswith(DONE) and each.date <= state.exited]
    return max(dates) if dates and max(dates) >= state.entered else None
