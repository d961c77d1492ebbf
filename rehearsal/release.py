"""Releases the next version under traffic, and returns the evidence."""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from emulator.clock import Clock
from rehearsal.execution import ExecutionOutcome, ExecutionReader
from rehearsal.prepare import NEXT_VERSION, Prepared
from rehearsal.report.evidence import ReleaseEvidence
from rehearsal.report.progress import Progress, ReleaseSnapshot
from rehearsal.traffic import Traffic, count_answers, failed_requests

POLL_SECONDS = 0.4
MARGIN_SECONDS = 2.0
"""Real seconds of traffic before the execution starts, and after it has ended."""


def release(prepared: Prepared, progress: Progress) -> ReleaseEvidence:
    """Release the next version while traffic runs, and return the evidence."""
    testbed, shop = prepared.testbed, prepared.shop
    before = testbed.control.describe()
    ttl = testbed.control.resolve(shop.cname).ttl
    request = {"application": shop.name, "blue": shop.blue, "version": NEXT_VERSION}
    with Traffic(shop.cname, testbed.control.resolve) as traffic:
        time.sleep(MARGIN_SECONDS)
        arn = testbed.start(f"release-{NEXT_VERSION}", request)
        reader = ExecutionReader(testbed.states, arn)
        outcome = _follow(reader, traffic, testbed.clock, shop.blue, progress)
        ended_at = time.time()
        time.sleep(MARGIN_SECONDS)
    after = testbed.control.describe()
    return ReleaseEvidence(
        expected=f"{shop.blue}/{NEXT_VERSION}",
        arn=arn,
        outcome=outcome,
        visits=reader.visits,
        requests=traffic.requests,
        ended_at=ended_at,
        clock=testbed.clock,
        dns_ttl=ttl,
        calls=Counter(after["beanstalk"]["calls"]) - Counter(before["beanstalk"]["calls"]),
        events=shop.events(),
        functions=_difference(before["lambda"], after["lambda"]),
        log=[] if outcome.status == "SUCCEEDED" else _log(testbed.control.logs(shop.blue)),
    )


def _follow(reader: ExecutionReader, traffic: Traffic, clock: Clock, blue: str, progress: Progress) -> ExecutionOutcome:
    with progress.release(blue) as show:
        while True:
            outcome = reader.read()
            show(_snapshot(reader, traffic, clock.now()))
            if not outcome.running:
                return outcome
            time.sleep(POLL_SECONDS)


def _log(logs: Mapping[str, Mapping[str, Sequence[str]]]) -> list[str]:
    """Return why commands failed, by the engine's logs. When none failed, return what the applications wrote."""
    for name in ("engine", "application"):
        lines = [line for instance in logs.values() for line in instance[name]]
        if lines:
            return lines
    return []


def _snapshot(reader: ExecutionReader, traffic: Traffic, now: datetime) -> ReleaseSnapshot:
    requests = traffic.requests
    return ReleaseSnapshot(
        now=now,
        visits=[visit for visit in reader.visits if visit.is_stage],
        serving=count_answers(traffic.since(time.time() - 1)),
        requests=len(requests),
        failed=len(failed_requests(requests)),
    )


def _difference(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """Return the counts of the functions during the release alone."""
    return {
        name: _difference(before.get(name, {}), value) if isinstance(value, dict) else value - before.get(name, 0)
        for name, value in after.items()
    }
