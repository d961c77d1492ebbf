"""The release itself: users ask all the while, an execution releases the next version, and everything is noted."""

import json
import time
from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, Any

from emulator.clock import Clock
from rehearsal.account import shop
from rehearsal.execution import Follower, Outcome
from rehearsal.prepare import Prepared
from rehearsal.report.evidence import Evidence
from rehearsal.report.progress import Progress, Scene
from rehearsal.traffic import Traffic, answers, failures

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

LOOK_SECONDS = 0.4
PRELUDE_SECONDS = 2.0
"""Real seconds for which users ask before the execution starts, and go on asking when it has ended."""
RELEASE = {"application": shop.APPLICATION, "blue": shop.BLUE, "version": shop.NEXT_VERSION}


def release(prepared: Prepared, states: "SFNClient", progress: Progress) -> Evidence:
    """Release the next version while users ask, and return what was seen."""
    before, clock = prepared.control.describe(), prepared.control.clock()
    ttl = prepared.control.resolve(prepared.cname).ttl
    with Traffic(prepared.cname, prepared.control.resolve) as traffic:
        time.sleep(PRELUDE_SECONDS)
        arn = states.start_execution(
            stateMachineArn=prepared.machine, name=f"release-{shop.NEXT_VERSION}", input=json.dumps(RELEASE)
        )["executionArn"]
        follower = Follower(states, arn)
        outcome = _follow(follower, traffic, clock, progress)
        ended_at = time.time()
        time.sleep(PRELUDE_SECONDS)
    after = prepared.control.describe()
    return Evidence(
        expected=f"{shop.BLUE}/{shop.NEXT_VERSION}",
        arn=arn,
        outcome=outcome,
        visits=follower.visits,
        requests=traffic.requests,
        ended_at=ended_at,
        clock=clock,
        pause=ttl,
        calls=Counter(after["beanstalk"]["calls"]) - Counter(before["beanstalk"]["calls"]),
        events=prepared.shop.events(),
        functions=_since(before["lambda"], after["lambda"]),
    )


def _follow(follower: Follower, traffic: Traffic, clock: Clock, progress: Progress) -> Outcome:
    with progress.release() as show:
        while True:
            outcome = follower.look()
            show(_scene(follower, traffic, clock.now()))
            if not outcome.running:
                return outcome
            time.sleep(LOOK_SECONDS)


def _scene(follower: Follower, traffic: Traffic, now: datetime) -> Scene:
    requests = traffic.requests
    return Scene(
        now=now,
        visits=[visit for visit in follower.visits if visit.is_stage],
        serving=answers(traffic.since(time.time() - 1)),
        requests=len(requests),
        failed=len(failures(requests)),
    )


def _since(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """What the functions did during the release alone."""
    return {
        name: _since(before.get(name, {}), value) if isinstance(value, dict) else value - before.get(name, 0)
        for name, value in after.items()
    }
