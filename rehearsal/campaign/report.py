"""What is to be said about a campaign."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rehearsal.campaign.result import Result, in_words
from rehearsal.campaign.single_faults import Lessons, polls_left_out


@dataclass(frozen=True)
class Campaign:
    """A campaign that is over. `complete`: nothing cut it short. `seconds`: how long it took.

    `secrets`: where credentials stand in the logs of its accounts.
    """

    seed: int
    lessons: Lessons
    results: Sequence[Result]
    complete: bool
    seconds: float
    secrets: Sequence[str] = ()

    @property
    def violations(self) -> list[dict[str, Any]]:
        return [result.violation for result in self.results if result.violation]

    def report(self) -> dict[str, Any]:
        """Return report.json. Shapes: `calls`: "function: service.action"; `kinds`: runs by kind; times: seconds."""
        return {
            "runs": len(self.results),
            "violations": self.violations,
            "secrets": list(self.secrets),
            "complete": self.complete,
            "seed": self.seed,
            "kinds": dict(Counter(result.kind for result in self.results)),
            "calls": in_words(self.lessons.good),
            "calls_of_a_failing_release": in_words(self.lessons.bad),
            "polls_left_out": polls_left_out(self.lessons.good),
            "missed": [result.name for result in self.results if not result.struck and result.kind != "random"],
            "redriven": [result.name for result in self.results if result.redriven],
            "seconds": round(self.seconds, 1),
        }

    def summary(self) -> list[str]:
        """Return what a person wants to know."""
        redriven = sum(result.redriven for result in self.results)
        cut = "" if self.complete else "cut short: "
        played = f"{cut}{len(self.results)} runs in {self.seconds / 60:.1f} minutes"
        lines = [f"{played}, {redriven} of them with a redrive; violations: {len(self.violations)}."]
        lines += [f"A secret in a log: {found}" for found in self.secrets]
        for violation in self.violations:
            lines += [
                "",
                f"{violation['run']}  ({violation['repeat']})",
                *(f"  {found}" for found in violation["found"]),
            ]
        return lines
