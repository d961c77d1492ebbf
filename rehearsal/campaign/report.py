"""The results of runs, and the report of a campaign."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rehearsal.campaign.rules import violations
from rehearsal.campaign.run_evidence import RunEvidence
from rehearsal.campaign.single_faults import Baseline, Journal, polls_left_out
from rehearsal.traffic import failed_requests


@dataclass(frozen=True)
class RunResult:
    """The result of a run.

    `hit`: whether a fault met a call, or an incident happened. `redriven`: whether the run took a redrive.
    `kind`: the first part of the name. `violation`: for a run that broke a rule, all that helps to repeat it.
    `strikes`: the incidents of the snapshot that happened.
    """

    name: str
    kind: str
    hit: bool
    redriven: bool
    violation: dict[str, Any] | None = None
    strikes: Sequence[str] = ()


def judge(evidence: RunEvidence, journal: Journal, seed: int) -> RunResult:
    """Check a run against the rules and return its result. `journal`: its calls. `seed`: the campaign's."""
    found = violations(evidence)
    return RunResult(
        name=evidence.plan.name,
        kind=evidence.plan.name.partition("/")[0],
        hit=(
            any(fault["struck"] for fault in evidence.hits)
            or bool(evidence.acts or evidence.strikes)
            or any(execution.role == "other" for execution in evidence.executions)
        ),
        redriven=any(len(execution.ends) > 1 for execution in evidence.executions),
        violation=_violation(evidence, found, journal, seed) if found else None,
        strikes=[each.act for each in evidence.strikes],
    )


@dataclass(frozen=True)
class CampaignReport:
    """The results of a campaign. `complete`: all runs were played. `seconds`: how long it took.

    `secrets`: where credentials stand in the logs of its accounts.
    """

    seed: int
    baseline: Baseline
    results: Sequence[RunResult]
    complete: bool
    seconds: float
    secrets: Sequence[str] = ()

    @property
    def violations(self) -> list[dict[str, Any]]:
        return [result.violation for result in self.results if result.violation]

    def as_dict(self) -> dict[str, Any]:
        """Return report.json. Shapes: `calls`: "function: service.action"; `kinds`: runs by kind; times: seconds."""
        return {
            "runs": len(self.results),
            "violations": self.violations,
            "secrets": list(self.secrets),
            "complete": self.complete,
            "seed": self.seed,
            "snapshot_strikes": dict(Counter(each for result in self.results for each in result.strikes)),
            "kinds": dict(Counter(result.kind for result in self.results)),
            "calls": call_names(self.baseline.good),
            "calls_of_a_failing_release": call_names(self.baseline.bad),
            "polls_left_out": polls_left_out(self.baseline.good),
            "missed": [result.name for result in self.results if not result.hit and result.kind != "random"],
            "redriven": [result.name for result in self.results if result.redriven],
            "seconds": round(self.seconds, 1),
        }

    def summary(self) -> list[str]:
        """Return the lines for the terminal."""
        redriven = sum(result.redriven for result in self.results)
        cut = "" if self.complete else "incomplete: "
        played = f"{cut}{len(self.results)} runs in {self.seconds / 60:.1f} minutes"
        lines = [f"{played}, {redriven} with a redrive; violations: {len(self.violations)}."]
        lines += [f"A log holds a secret: {found}" for found in self.secrets]
        for violation in self.violations:
            lines += [
                "",
                f"{violation['run']}  ({violation['repeat']})",
                *(f"  {found}" for found in violation["found"]),
            ]
        return lines


def _violation(evidence: RunEvidence, found: list[str], journal: Journal, seed: int) -> dict[str, Any]:
    return {
        "run": evidence.plan.name,
        "found": found,
        "seed": seed,
        "repeat": f"make campaign SEED={seed} ARGS='--only {evidence.plan.name}'",
        "plan": evidence.plan.as_dict(),
        "faults": evidence.hits,
        "acts": [asdict(act) for act in evidence.acts],
        "strikes": [asdict(strike) for strike in evidence.strikes],
        "events": [asdict(each) for each in evidence.course.happenings],
        "executions": [execution.as_dict() for execution in evidence.executions],
        "failed_requests": [vars(request) for request in failed_requests(evidence.requests)],
        "environments": [
            f"{each['EnvironmentName']} {each['Status']} {each['CNAME']} {each['VersionLabel']}"
            for each in evidence.environments
        ],
        "calls": call_names(journal),
    }


def call_names(journal: Journal) -> list[str]:
    """Return each call as "function: service.action"."""
    return [f"{call['function']}: {call['service']}.{call['action']}" for call in journal]
