"""Rehearses a fleet: environments under traffic, one with a bad version, which is corrected before a redrive."""

import json
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from rehearsal.account import samples
from rehearsal.account.account import Account
from rehearsal.account.many_shops import OneOfMany, create_application, launch_together
from rehearsal.account.shop import Shop
from rehearsal.execution import ExecutionOutcome, ExecutionReader
from rehearsal.options import ReleaseOptions
from rehearsal.prepare import LIVE_VERSION, NEXT_VERSION, short_durations, start
from rehearsal.report.evidence import minutes
from rehearsal.report.fleet_evidence import FleetEvidence, ShopTraffic, compose, problems
from rehearsal.report.progress import Progress
from rehearsal.testbed import Testbed
from rehearsal.traffic import Traffic, failed_requests

POLL_SECONDS = 1.0
MARGIN_SECONDS = 2.0
"""Real seconds of traffic before the fleet starts, and after it has ended."""
BAD = "does_not_start"
LATEST_BAD = 39
"""The bad version is that of the fortieth environment at the latest, and in the middle of a smaller fleet."""
REQUESTS_PER_SECOND = 36.0
"""To all environments together, in real time, and not more to each than this share of them."""
LARGEST_SHARE = 12
WAVES = (1, "25%")
MANY = 40
"""From here on, more releases run at once, and the waves are those of a large fleet."""
AT_ONCE, AT_ONCE_OF_MANY = 4, 10
WAVES_OF_MANY = (1, "10%")
APPLICATION, BAD_APPLICATION = "shops", "bad-shop"
BETWEEN_WAVES_SECONDS = 60


@dataclass(frozen=True)
class _Run:
    """The fleet that is rehearsed: its shops, the bad one, and traffic on each."""

    testbed: Testbed
    shops: Sequence[Shop]
    bad: Shop
    traffic: Sequence[Traffic]
    progress: Progress

    def failed(self) -> int:
        return sum(len(failed_requests(each.requests)) for each in self.traffic)


def rehearse_fleet(options: ReleaseOptions, number: int, progress: Progress) -> int:
    """Rehearse a fleet of `number` environments; return 0 when it has no problems, else 1."""
    account = Account(port=options.port, scale=options.scale, home=options.output / "account")
    try:
        testbed = start(account, options.output, progress)
        shops = _shops(testbed, number)
        bad = shops[_bad_place(number)]
        with progress.step(f"launch {number} environments with {LIVE_VERSION}"), short_durations(testbed.control):
            _launch(testbed, shops, bad)
        progress.say()
        evidence = _release(testbed, shops, bad, progress)
    finally:
        account.stop()
    _write_report(evidence, options, progress)
    return 1 if problems(evidence) else 0


def _bad_place(number: int) -> int:
    return min(number // 2, LATEST_BAD)


def _shops(testbed: Testbed, number: int) -> list[Shop]:
    """Return the shops, in the order of their names. The bad one has an application of its own, so its own v2."""
    digits = len(str(number))
    bad = _bad_place(number)
    return [
        OneOfMany(
            testbed.beanstalk,
            testbed.s3,
            BAD_APPLICATION if place == bad else APPLICATION,
            testbed.artifacts,
            blue=f"shop{place + 1:0{digits}}-prod",
        )
        for place in range(number)
    ]


def _launch(testbed: Testbed, shops: Sequence[Shop], bad: Shop) -> None:
    for shop, following in ((shops[0], NEXT_VERSION), (bad, BAD)):
        versions = {LIVE_VERSION: samples.bundle(LIVE_VERSION), NEXT_VERSION: samples.bundle(following)}
        create_application(shop, versions, testbed.beanstalk)
    launch_together(shops, LIVE_VERSION, testbed.beanstalk)


def _release(testbed: Testbed, shops: Sequence[Shop], bad: Shop, progress: Progress) -> FleetEvidence:
    """Release the fleet until it stops, correct the bad version, and redrive it."""
    number, rate = len(shops), REQUESTS_PER_SECOND / max(len(shops), LARGEST_SHARE)
    clients = 2 if number < MANY else 1
    traffic = [
        Traffic(shop.cname, testbed.control.resolve, clients=clients, requests_per_second=rate) for shop in shops
    ]
    run = _Run(testbed, shops, bad, traffic, progress)
    request = {
        "version": NEXT_VERSION,
        "environments": [{"name": "shop*-prod"}],
        "waves": list(WAVES if number < MANY else WAVES_OF_MANY),
        "at_once": AT_ONCE if number < MANY else AT_ONCE_OF_MANY,
        "between_waves_seconds": BETWEEN_WAVES_SECONDS,
    }
    with ExitStack() as sending:
        for each in traffic:
            sending.enter_context(each)
        time.sleep(MARGIN_SECONDS)
        arn = testbed.start_fleet(f"fleet-of-{len(shops)}", request)
        reader = ExecutionReader(testbed.states, arn)
        stopped = _follow(reader, run)
        ended = stopped
        if stopped.error == "FleetStoppedError":
            progress.say(f"The fleet stopped. Register a good {NEXT_VERSION} of {bad.name}, and redrive the fleet:")
            _correct(run)
            testbed.states.redrive_execution(executionArn=arn)
            ended = _follow(reader, run)
        time.sleep(MARGIN_SECONDS)
    return FleetEvidence(
        arn=arn,
        bad=bad.blue,
        stopped=stopped,
        ended=ended,
        visits=reader.visits,
        traffic=[ShopTraffic(shop.blue, each.requests) for shop, each in zip(shops, traffic, strict=True)],
        clock=testbed.clock,
    )


def _correct(run: _Run) -> None:
    """Put a good bundle behind the label of the bad version, as a person does."""
    bad = run.bad
    run.testbed.beanstalk.delete_application_version(ApplicationName=bad.name, VersionLabel=NEXT_VERSION)
    bad.register_bundle(NEXT_VERSION, samples.bundle(NEXT_VERSION))
    bad.until_processed(NEXT_VERSION)


def _follow(reader: ExecutionReader, run: _Run) -> ExecutionOutcome:
    """Write each state that the fleet leaves; return the outcome."""
    shown = len(reader.visits)
    while True:
        outcome = reader.read()
        for visit in reader.visits[shown:]:
            if visit.exited is None:
                break
            shown += 1
            if visit.kind in {"Task", "Map", "Wait"}:
                since = (visit.exited - outcome.started).total_seconds()
                lasted = minutes((visit.exited - visit.entered).total_seconds())
                counts = f"{sum(len(each.requests) for each in run.traffic):,} requests, {run.failed():,} failed"
                run.progress.say(f"{minutes(since):>7}  {visit.name:<20}{lasted:>6}   {counts}")
        if not outcome.running:
            return outcome
        time.sleep(POLL_SECONDS)


def _write_report(evidence: FleetEvidence, options: ReleaseOptions, progress: Progress) -> None:
    from rehearsal.report.fleet_picture import draw  # noqa: PLC0415 - matplotlib is slow to import, and not needed before

    report, picture = options.output / "report.json", options.output / "fleet.png"
    report.write_text(json.dumps(compose(evidence), indent=2) + "\n")
    draw(evidence, picture)
    found = problems(evidence)
    progress.say()
    progress.say(
        "The fleet has problems:" if found else f"{NEXT_VERSION} is live on {len(evidence.traffic)} environments."
    )
    for problem in found:
        progress.say(f"  - {problem}")
    progress.say(f"  report   {report}")
    progress.say(f"  picture  {picture}")
