"""Releases the next version under traffic, and returns the evidence. A failure on purpose is followed by a rerun."""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from rehearsal.account import samples
from rehearsal.execution import failed_visits
from rehearsal.followed_release import FollowedRelease
from rehearsal.planned_failures import PlannedFailure
from rehearsal.prepare import NEXT_VERSION, Prepared
from rehearsal.report.evidence import ReleaseEvidence
from rehearsal.report.failed_attempt import FailedAttempt
from rehearsal.report.progress import Progress
from rehearsal.report.summary import told_attempt
from rehearsal.traffic import Traffic, count_answers

MARGIN_SECONDS = 2.0
"""Real seconds of traffic before the execution starts, and after it has ended."""
CORRECTED_VERSION = f"{NEXT_VERSION}.1"


def release(prepared: Prepared, progress: Progress, failure: PlannedFailure | None = None) -> ReleaseEvidence:
    """Release the next version while traffic runs, and return the evidence. `failure`: made on purpose."""
    testbed, shop = prepared.testbed, prepared.shop
    before = testbed.control.describe()
    ttl = testbed.control.resolve(shop.cname).ttl
    request: dict[str, Any] = {"application": shop.name, "blue": shop.blue, "version": NEXT_VERSION}
    attempt, version = None, NEXT_VERSION
    with Traffic(shop.cname, testbed.control.resolve) as traffic:
        time.sleep(MARGIN_SECONDS)
        followed = FollowedRelease(prepared, progress, traffic)
        if failure is None:
            followed.start(request)
            outcome = followed.follow()
        else:
            version = CORRECTED_VERSION if failure.corrected else NEXT_VERSION
            request |= failure.request
            attempt = _fail(failure, request, prepared, followed)
            _rerun(failure, {**request, "version": version}, prepared, followed)
            outcome = followed.follow(failure.at, partial(failure.answer, prepared))
        ended_at = time.time()
        time.sleep(MARGIN_SECONDS)
    after = testbed.control.describe()
    return ReleaseEvidence(
        expected=f"{shop.blue}/{version}",
        arn=followed.arn,
        outcome=outcome,
        visits=followed.visits,
        requests=traffic.requests,
        ended_at=ended_at,
        clock=testbed.clock,
        dns_ttl=ttl,
        calls=Counter(after["beanstalk"]["calls"]) - Counter(before["beanstalk"]["calls"]),
        events=shop.events(),
        functions=_difference(before["lambda"], after["lambda"]),
        log=[] if outcome.status == "SUCCEEDED" else _log(testbed.control.logs(shop.blue)),
        attempt=attempt,
    )


def _fail(
    failure: PlannedFailure, request: Mapping[str, Any], prepared: Prepared, followed: FollowedRelease
) -> FailedAttempt:
    """Release until the failure on purpose, and repair the cause."""
    progress, traffic = followed.progress, followed.traffic
    version = str(request["version"])
    progress.say(f"{version} will fail on purpose: {failure.what}.")
    failure.before(prepared, "")
    followed.start(request)
    outcome = followed.follow(failure.at, partial(failure.strike, prepared))
    ended_at = time.time()
    time.sleep(MARGIN_SECONDS)
    failed = failed_visits(followed.visits, ended=True)
    rerun = f"{CORRECTED_VERSION} was released" if failure.corrected else "the execution was redriven"
    attempt = FailedAttempt(
        version=version,
        what=failure.what,
        cure=failure.cure,
        rerun=rerun,
        outcome=outcome,
        stage=failed[-1].name if failed else None,
        expected_stage=failure.failed_in,
        served_by=sorted(count_answers(traffic.since(ended_at))),
        ended_at=ended_at,
        loses_requests=failure.loses_requests,
    )
    progress.say()
    for line in told_attempt(attempt, traffic.requests):
        progress.say(line)
    progress.say()
    failure.repair(prepared, followed.arn)
    return attempt


def _rerun(failure: PlannedFailure, request: Mapping[str, Any], prepared: Prepared, followed: FollowedRelease) -> None:
    if not failure.corrected:
        followed.redrive()
        return
    version = str(request["version"])
    prepared.shop.register_bundle(version, samples.bundle(NEXT_VERSION))
    prepared.shop.until_processed(version)
    followed.start(request)


def _log(logs: Mapping[str, Mapping[str, Sequence[str]]]) -> list[str]:
    """Return why commands failed, by the engine's logs. When none failed, return what the applications wrote."""
    for name in ("engine", "application"):
        lines = [line for instance in logs.values() for line in instance[name]]
        if lines:
            return lines
    return []


def _difference(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """Return the counts of the functions during the release alone."""
    return {
        name: _difference(before.get(name, {}), value) if isinstance(value, dict) else value - before.get(name, 0)
        for name, value in after.items()
    }
