"""Conducts a campaign: deploys the testbeds, measures the baseline, plays the runs, writes the report."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

from emulator.identity import SECRET_KEY
from rehearsal.account.log_scan import secrets_in_logs
from rehearsal.campaign.incidents import single_incidents
from rehearsal.campaign.options import CampaignOptions
from rehearsal.campaign.plan import BAD_BUNDLES, GOOD_BUNDLE, RunPlan
from rehearsal.campaign.random_faults import random_plan
from rehearsal.campaign.report import CampaignReport
from rehearsal.campaign.rules import violations
from rehearsal.campaign.run import CampaignRun
from rehearsal.campaign.runner import Runner
from rehearsal.campaign.single_faults import Baseline, Journal, single_faults
from rehearsal.campaign.snapshot_plans import single_snapshot_incidents
from rehearsal.campaign.testbed import CampaignTestbed, deployed_testbeds
from rehearsal.prepare import require_space
from rehearsal.report.progress import Progress

POLL_SECONDS = 0.5
RUNS_PER_LINE = 20
"""Runs between two lines of progress."""
FAILING_BUNDLE = BAD_BUNDLES[0]
"""It fails in the state machine itself, after the deployment, so the release runs the whole failure branch."""


class BaselineError(Exception):
    """A release without faults broke a rule; the campaign cannot judge any other."""


def campaign(options: CampaignOptions, progress: Progress) -> int:
    """Conduct a campaign; return 0 without violations and secrets in logs, else 1."""
    began = time.monotonic()
    require_space(options.output)
    progress.say(f"seed {options.seed}")
    with deployed_testbeds(options.accounts, options.scale, options.output, progress) as testbeds:
        with progress.step("release without faults, to list the calls"):
            baseline = measure_baseline(testbeds[0])
        plans = [plan for plan in all_plans(baseline, options) if plan.name.startswith(options.only)]
        runner = Runner(testbeds, plans, seed=options.seed)
        try:
            runner.start()
            _show_progress(runner, len(plans), progress)
        finally:
            runner.stop()
            secrets = [found for testbed in testbeds for found in secrets_in_logs(testbed.account, SECRET_KEY)]
            seconds = time.monotonic() - began
            report = CampaignReport(options.seed, baseline, runner.results, runner.complete, seconds, secrets)
            _write(report, options.output / "report.json", progress)
    if runner.error:
        raise runner.error
    return 1 if report.violations or report.secrets else 0


def measure_baseline(testbed: CampaignTestbed) -> Baseline:
    """Release without faults and return the baseline. Raises BaselineError when a rule is broken.

    The second of two good releases counts: it finds the record of the first, as releases on AWS mostly do.
    """
    _release(testbed, GOOD_BUNDLE)
    good, good_states = _release(testbed, GOOD_BUNDLE)
    bad, bad_states = _release(testbed, FAILING_BUNDLE)
    return Baseline(good, bad, good_states, bad_states)


def _release(testbed: CampaignTestbed, bundle: str) -> tuple[Journal, list[str]]:
    evidence = CampaignRun(testbed, RunPlan("without faults", bundle=bundle)).play()
    if found := violations(evidence):
        raise BaselineError(f"Expected no violation in a release of {bundle} without faults. Found: {' '.join(found)}")
    journal = testbed.journal()
    testbed.keep_shop(evidence.live)
    return journal, evidence.executions[0].stages


def all_plans(baseline: Baseline, options: CampaignOptions) -> Iterator[RunPlan]:
    """Yield the plans of all runs, those with a single fault first."""
    yield from single_faults(baseline, FAILING_BUNDLE)
    yield from single_incidents()
    yield from single_snapshot_incidents()
    for number in range(1, options.runs + 1):
        yield random_plan(options.seed, number, baseline)


def _show_progress(runner: Runner, planned: int, progress: Progress) -> None:
    """Return when all runs are over. Show violations at once, and the counts from time to time.

    There can be more runs than planned: a run whose call did not come is followed by one for the call before.
    """
    shown = 0
    while True:
        over = runner.wait(POLL_SECONDS)
        for done in range(shown + 1, len(runner.results) + 1):
            result = runner.results[done - 1]
            if result.violation:
                progress.say(f"  {result.name}: {' '.join(result.violation['found'])}")
            if done % RUNS_PER_LINE == 0:
                found = sum(bool(result.violation) for result in runner.results[:done])
                progress.say(f"  {done} of about {planned} runs, violations: {found}")
            shown = done
        if over:
            return


def _write(report: CampaignReport, file: Path, progress: Progress) -> None:
    file.write_text(json.dumps(report.as_dict(), indent=2) + "\n")
    progress.say()
    for line in report.summary():
        progress.say(line)
    progress.say(f"The whole report is in {file}.")
