"""Releases that run at once in the emulated account: the deployed stack, with AWS's limit of calls, by a slow clock.

All environments are of one application, since an account has 75 applications and 200 environments.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any, Final, NamedTuple

from lambdas.errors import ReleaseError
from rehearsal.account.account import Account
from rehearsal.account.many_shops import OneOfMany, create_application, launch_together
from rehearsal.account.shop import BeanstalkEvent, Shop
from rehearsal.prepare import LIVE_VERSION, NEXT_VERSION, short_durations, start
from rehearsal.report.progress import Progress
from rehearsal.testbed import Testbed
from rehearsal.wait import until
from tools.bench.execution import BenchExecution, PassedState
from tools.bench.figures import LOOK, Figures
from tools.bench.model import DONE, OF_BLUE, OF_GREEN
from tools.bench.processors import ProcessorTimes
from tools.bench.smallest_bundle import smallest_bundle

APPLICATION: Final = "bench"
RELEASE_SECONDS: Final = 7_200
"""Account seconds for all releases to end."""
POLL_SECONDS: Final = 2.0


@dataclass(frozen=True)
class DeployedRun:
    """What a run cost. `shares`: of the processors' time, that was idle and that this run took; None when not known.

    `scale`: real seconds for each second of the account.
    """

    figures: Figures
    shares: tuple[float, float] | None
    scale: float


class WaitForOperation(NamedTuple):
    """When Elastic Beanstalk was asked for an operation, when it was done, and when the wait for it ended. Epochs."""

    asked: float
    done: float
    ended: float


def run_deployed(releases: int, *, scale: float, seed: int, folder: Path, progress: Progress) -> DeployedRun:
    """Run so many releases in an account of their own, all started at once. Raises as `rehearsal.prepare.start`."""
    account = Account(scale=scale, home=folder / "account")
    try:
        testbed = start(account, folder, progress)
        names = [f"{APPLICATION}{number + 1:03}" for number in range(releases)]
        with progress.step(f"launch {releases} environments"), short_durations(testbed.control):
            _launch(testbed, names)
        testbed.control.set_durations({"seed": seed})
        with progress.step(f"release {NEXT_VERSION} in all of them"):
            return _release(testbed, names)
    finally:
        account.stop()


def _launch(testbed: Testbed, names: Sequence[str]) -> None:
    beanstalk, s3, bucket = testbed.beanstalk, testbed.s3, testbed.artifacts
    shops = [OneOfMany(beanstalk, s3, APPLICATION, bucket, blue=f"{name}-prod") for name in names]
    create_application(shops[0], dict.fromkeys((LIVE_VERSION, NEXT_VERSION), smallest_bundle()), beanstalk)
    launch_together(shops, LIVE_VERSION, beanstalk)


def _release(testbed: Testbed, names: Sequence[str]) -> DeployedRun:
    """Start all releases, wait until they have ended, and read what they did."""
    clock, control = testbed.clock, testbed.control
    before, times_before, began = control.describe()["beanstalk"], ProcessorTimes.now(), clock.time()
    control.clear_journal()
    requests = [{"application": APPLICATION, "blue": f"{name}-prod", "version": NEXT_VERSION} for name in names]
    arns = [testbed.start(name, request) for name, request in zip(names, requests, strict=True)]
    looks: list[float] = []

    def ended() -> bool:
        found = control.describe()["beanstalk"]["calls"].get(LOOK, 0) - before["calls"].get(LOOK, 0)
        looks.extend([clock.time() - began] * (found - len(looks)))
        return not _running(testbed).intersection(arns)

    limit = clock.real(RELEASE_SECONDS)
    until(ended, f"{len(names)} releases to end", limit, poll_seconds=POLL_SECONDS)
    times_after, after, journal = ProcessorTimes.now(), control.describe()["beanstalk"], control.journal()
    executions = [_execution(testbed, arn, name) for arn, name in zip(arns, names, strict=True)]
    events = Shop(testbed.beanstalk, testbed.s3, APPLICATION, testbed.artifacts).events()
    waits = [waits_in(each, events) for each in executions]
    figures = Figures(
        executions=executions,
        looks=looks,
        throttled=Counter(after["throttled"]) - Counter(before["throttled"]),
        calls=Counter(each["action"] for each in journal if each["service"] == "elasticbeanstalk"),
        s3_calls=Counter(each["action"] for each in journal if each["service"] == "s3"),
        lags=[wait.ended - wait.done for each in waits for wait in each],
        given_back=None,
        own=[sum(wait.done - wait.asked for wait in each) for each in waits],
        enhanced=True,
    )
    shares = times_after.shares_since(times_before) if times_after and times_before else None
    return DeployedRun(figures, shares, clock.scale)


def _running(testbed: Testbed) -> set[str]:
    pages = testbed.states.get_paginator("list_executions").paginate(
        stateMachineArn=testbed.machine, statusFilter="RUNNING"
    )
    return {each["executionArn"] for page in pages for each in page["executions"]}


def _execution(testbed: Testbed, arn: str, name: str) -> BenchExecution:
    described = testbed.states.describe_execution(executionArn=arn)
    pages = testbed.states.get_paginator("get_execution_history").paginate(executionArn=arn)
    found = BenchExecution(name, described["startDate"].timestamp(), Random(0))  # noqa: S311 - it draws nothing
    read_history(found, [event for page in pages for event in page["events"]])
    found.ended = described["stopDate"].timestamp()
    if described["status"] != "SUCCEEDED":
        why = f"{described['status']}, {described.get('error')}: {described.get('cause')}"
        found.error = ReleaseError(expected=f"{name} to be released", found=why, next_step="See its history.")
    return found


def read_history(execution: BenchExecution, events: Sequence[Mapping[str, Any]]) -> None:
    """Add the states, the invocations of functions and the deployment in a history to an execution."""
    entered: dict[str, float] = {}
    for event in events:
        at = event["timestamp"].timestamp()
        if event["type"] == "TaskStateEntered":
            entered[event["stateEnteredEventDetails"]["name"]] = at
        elif event["type"] == "TaskStateExited":
            left = event["stateExitedEventDetails"]
            execution.passed.append(PassedState(left["name"], entered[left["name"]], at))
            execution.deployment = json.loads(left.get("output", "{}")).get("deployment") or execution.deployment
        execution.invocations += event["type"] == "TaskScheduled"


def waits_in(execution: BenchExecution, events: Sequence[BeanstalkEvent]) -> list[WaitForOperation]:
    """Return the waits of an execution for operations, in their order. The state before each asked for it."""
    blue = f"{execution.application}-prod"
    about = dict.fromkeys(OF_GREEN, f"{blue}-green") | dict.fromkeys(OF_BLUE, blue)
    found = []
    for before, state in pairwise(execution.passed):
        environment = about.get(state.name)
        done = [
            each.at.timestamp()
            for each in events
            if each.environment == environment
            and each.message.startswith(DONE)
            and state.entered <= each.at.timestamp() <= state.exited
        ]
        found += [WaitForOperation(before.exited, max(done), state.exited)] if environment and done else []
    return found
