"""Releases that run at once in virtual time: the real handlers on the in-memory account, with its limit of calls."""

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Final

from emulator.beanstalk.model import Event
from tools.bench.account import BenchAccount, bench_account
from tools.bench.execution import BenchExecution, PassedState
from tools.bench.figures import Figures

DONE: Final = (
    "Successfully launched environment",
    "Environment update completed successfully.",
    "Environment health has transitioned",
    "Environment health has been set to GREEN",
    "Completed swapping CNAMEs",
    "terminateEnvironment completed successfully.",
)
"""The events from which on Elastic Beanstalk is done with what a state waits for; the last one counts."""
GREEN_STATES: Final = frozenset({"AwaitGreen", "AwaitTermination", "AwaitGreenLive"})
BLUE_STATES: Final = frozenset({"AwaitRelease", "AwaitBlueLive"})


@dataclass(frozen=True)
class _Step:
    time: float
    number: int
    execution: BenchExecution
    steps: Iterator[float]

    def __lt__(self, other: "_Step") -> bool:
        return (self.time, self.number) < (other.time, other.number)


def run(releases: int, *, seed: int = 1, prepare: Callable[[BenchAccount], object] = lambda _: None) -> Figures:
    """Run so many releases, all started at once, and return what they cost. `prepare`: changes the account before."""
    with bench_account(releases) as account:
        prepare(account)
        began = account.now
        executions = [
            BenchExecution(f"app{number + 1}", began, Random(f"{seed} {number}"))  # noqa: S311
            for number in range(releases)
        ]
        interleave(executions, account)
        return Figures(
            executions=executions,
            looks=[moment - began for moment in account.looks],
            throttled=account.throttled,
            calls=account.memory.service.calls,
            s3_calls=account.s3.calls,
            lags=[lag for each in executions for lag in _lags(each, account)],
        )


def interleave(executions: list[BenchExecution], account: BenchAccount) -> None:
    """Run all executions to their ends: always the one whose next invocation is due first."""
    waiting: list[_Step] = []
    for number, execution in enumerate(executions):
        steps = execution.steps()
        waiting.append(_Step(next(steps), number, execution, steps))
    heapq.heapify(waiting)
    while waiting:
        due = heapq.heappop(waiting)
        account.memory.advance(max(0.0, due.time - account.now))
        following = next(due.steps, None)
        if following is not None:
            heapq.heappush(waiting, _Step(following, due.number, due.execution, due.steps))


def _lags(execution: BenchExecution, account: BenchAccount) -> Iterator[float]:
    """Yield, for each wait, the seconds from when Elastic Beanstalk was done until the state ended."""
    blue = f"{execution.application}-prod"
    events = {name: _events(name, account) for name in (blue, f"{blue}-green")}
    for state in execution.passed:
        of = {**dict.fromkeys(GREEN_STATES, f"{blue}-green"), **dict.fromkeys(BLUE_STATES, blue)}.get(state.name)
        if of and (done := _done(events[of], state)):
            yield state.exited - done


def _events(environment: str, account: BenchAccount) -> list[Event]:
    return [each for each in account.memory.service.state.events if each.environment == environment]


def _done(events: list[Event], state: PassedState) -> float | None:
    dates = [each.date for each in events if each.message.startswith(DONE) and each.date <= state.exited]
    return max(dates) if dates and max(dates) >= state.entered else None
