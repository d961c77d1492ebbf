"""A campaign from beginning to end: accounts, releases without faults to learn the calls from, the runs, the report."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

from emulator.identity import SECRET_KEY
from rehearsal.account.log_scan import secrets_in_logs
from rehearsal.campaign import random_faults
from rehearsal.campaign.options import Options
from rehearsal.campaign.plan import BAD_BUNDLES, GOOD_BUNDLE, Schedule
from rehearsal.campaign.report import Campaign
from rehearsal.campaign.rules import violations
from rehearsal.campaign.run import Trial
from rehearsal.campaign.runner import Run, Runner
from rehearsal.campaign.single_faults import Journal, Lessons, single_faults
from rehearsal.campaign.testbed import Testbed, TestbedError
from rehearsal.campaign.testbeds import testbeds
from rehearsal.prepare import require_space
from rehearsal.report.progress import Progress

LOOK_SECONDS = 0.5
TOLD_EVERY = 20
"""Runs between two lines of progress."""
LEARNT_FROM = BAD_BUNDLES[0]
"""It fails in the state machine itself, when blue is up, and so shows the whole of the failure branch."""


def campaign(options: Options, progress: Progress) -> int:
    """Conduct a campaign; return 0 when nothing was found, else 1."""
    began = time.monotonic()
    require_space(options.output)
    progress.say(f"seed {options.seed}")
    with testbeds(options.accounts, options.scale, options.output, progress) as places:
        with progress.step("releases without faults, to learn the calls"):
            lessons = learn(places[0])
        runs = [run for run in plan(lessons, options) if run[1].name.startswith(options.only)]
        runner = Runner(places, runs, seed=options.seed)
        try:
            runner.start()
            _follow(runner, len(runs), progress)
        finally:
            runner.stop()
            secrets = [found for place in places for found in secrets_in_logs(place.account, SECRET_KEY)]
            over = Campaign(options.seed, lessons, runner.results, runner.complete, time.monotonic() - began, secrets)
            _tell(over, options.output / "report.json", progress)
    if runner.failure:
        raise runner.failure
    return 1 if over.violations or over.secrets else 0


def learn(testbed: Testbed) -> Lessons:
    """Return what releases without faults look like. Raises TestbedError when one of them is not as it must be.

    Of two good ones the second: it finds the record that the first one has left, as releases do in life.
    """
    _release(testbed, GOOD_BUNDLE)
    good, good_states = _release(testbed, GOOD_BUNDLE)
    bad, bad_states = _release(testbed, LEARNT_FROM)
    return Lessons(good, bad, good_states, bad_states)


def _release(testbed: Testbed, bundle: str) -> tuple[Journal, list[str]]:
    evidence = Trial(testbed, Schedule("without faults", bundle=bundle)).play()
    if found := violations(evidence):
        raise TestbedError(f"A release of {bundle} without faults should be as it must be. {' '.join(found)}")
    journal = testbed.journal()
    testbed.settle(evidence.target)
    return journal, evidence.courses[0].stages


def plan(lessons: Lessons, options: Options) -> Iterator[Run]:
    """Return all runs, those of single faults first."""
    yield from single_faults(lessons, LEARNT_FROM)
    for number in range(1, options.runs + 1):
        yield None, random_faults.schedule(options.seed, number, lessons)


def _follow(runner: Runner, planned: int, progress: Progress) -> None:
    """Until all runs are over; tell how far they are, and what is found as soon as it is.

    A run that missed its call, a poll that this time was not made, is followed by one for the call before it.
    """
    told = 0
    while True:
        over = runner.wait(LOOK_SECONDS)
        for done in range(told + 1, len(runner.results) + 1):
            result = runner.results[done - 1]
            if result.violation:
                progress.say(f"  {result.name}: {' '.join(result.violation['found'])}")
            if done % TOLD_EVERY == 0:
                found = sum(bool(result.violation) for result in runner.results[:done])
                progress.say(f"  {done} runs of about {planned}, violations: {found}")
            told = done
        if over:
            return


def _tell(over: Campaign, file: Path, progress: Progress) -> None:
    file.write_text(json.dumps(over.report(), indent=2) + "\n")
    progress.say()
    for line in over.summary():
        progress.say(line)
    progress.say(f"All of it is in {file}.")
