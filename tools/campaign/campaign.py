"""Conducts a campaign: compares schedules, then plays random runs, and writes the report."""

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from emulator.identity import SECRET_KEY
from rehearsal.account.log_scan import secrets_in_logs
from rehearsal.prepare import require_space
from rehearsal.report.progress import Progress
from tools.agreement.comparison import Comparison, compared
from tools.agreement.placed_schedules import PlacedSchedule
from tools.campaign.random_plans import random_plan
from tools.campaign.report import CampaignReport
from tools.campaign.runner import Runner
from tools.campaign.testbed import deployed_testbeds

POLL_SECONDS: Final = 0.5


@dataclass(frozen=True)
class CampaignOptions:
    """The options of a campaign. `only`: the name of what to play; empty for all. `play`: only this schedule."""

    runs: int
    schedules: int
    seed: int
    only: str
    play: PlacedSchedule | None
    accounts: int
    output: Path

    @property
    def schedule_numbers(self) -> list[int]:
        """The numbers of the schedules that are drawn."""
        return self._chosen("schedule", self.schedules)

    @property
    def run_numbers(self) -> list[int]:
        """The numbers of the random runs."""
        return self._chosen("random", self.runs)

    def _chosen(self, kind: str, largest: int) -> list[int]:
        names = {number: f"{kind}/{number}/" for number in range(1, largest + 1) if self.play is None}
        return [number for number, name in names.items() if not self.only or name.startswith(f"{self.only}/")]


def campaign(options: CampaignOptions, progress: Progress) -> int:
    """Conduct a campaign; return 0 without differences, violations and secrets in logs, else 1."""
    began = time.monotonic()
    require_space(options.output)
    progress.say(f"seed {options.seed}")
    comparisons = _compare(options, progress)
    plans = [random_plan(options.seed, number) for number in options.run_numbers]
    with deployed_testbeds(min(options.accounts, len(plans)), options.output, progress) as testbeds:
        runner = Runner(testbeds, plans, seed=options.seed)
        try:
            runner.start()
            _show_progress(runner, len(plans), progress)
        finally:
            runner.stop()
            secrets = [found for testbed in testbeds for found in secrets_in_logs(testbed.account, SECRET_KEY)]
            seconds = time.monotonic() - began
            report = CampaignReport(options.seed, comparisons, runner.results, runner.complete, seconds, secrets)
            _write(report, options.output / "report.json", progress)
    if runner.error:
        raise runner.error
    return 0 if report.good else 1


def _compare(options: CampaignOptions, progress: Progress) -> list[Comparison]:
    """Compare the schedules. Show a line of each, and what differs."""
    comparisons = []
    numbers = options.schedule_numbers
    for each in compared(options.output, progress, options.seed, numbers, options.play):
        progress.say(f"  {'DIFFER' if each.differences else 'agree':6}  {each.seconds:4.0f} s  {each.schedule}")
        for line in each.differences:
            progress.say(f"     {line}")
        comparisons.append(each)
    return comparisons


def _show_progress(runner: Runner, planned: int, progress: Progress) -> None:
    """Return when all runs are over. Show a line of each."""
    shown = 0
    while True:
        over = runner.wait(POLL_SECONDS)
        for result in runner.results[shown:]:
            shown += 1
            found = result.violation["found"] if result.violation else ["good"]
            progress.say(f"  {shown:3} of {planned}  {result.seconds:4.0f} s  {result.name}: {' '.join(found)}")
        if over:
            return


def _write(report: CampaignReport, file: Path, progress: Progress) -> None:
    file.write_text(json.dumps(report.as_dict(), indent=2) + "\n")
    progress.say()
    for line in report.summary():
        progress.say(line)
    progress.say(f"The whole report is in {file}.")
