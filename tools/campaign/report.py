"""The results of runs, and the report of a campaign."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rehearsal.traffic import failed_requests
from tools.agreement.comparison import Comparison
from tools.campaign.plan import Intervention
from tools.campaign.rules import violations
from tools.campaign.run_evidence import RunEvidence

Journal = Sequence[Mapping[str, str]]
"""Calls in their order, as the account has them."""


@dataclass(frozen=True)
class RunResult:
    """The result of a run.

    `hit`: whether a fault met a call, or an incident happened. `redriven`: whether the run took a redrive. `seconds`:
    real ones. `violation`: for a run that broke a rule, all that helps to repeat it. `happened`: the incidents.
    """

    name: str
    hit: bool
    redriven: bool
    seconds: float
    violation: dict[str, Any] | None = None
    happened: Sequence[str] = ()


def judge(evidence: RunEvidence, journal: Journal, seed: int, seconds: float) -> RunResult:
    """Check a run against the rules and return its result. `journal`: its calls. `seed`: the campaign's."""
    found = violations(evidence)
    happened = [str(each.act) for each in evidence.acts] + [str(each.act) for each in evidence.strikes]
    happened += [Intervention.OTHER_STACK for each in evidence.executions if each.role == "other"]
    return RunResult(
        name=evidence.plan.name,
        hit=bool(happened) or any(fault["struck"] for fault in evidence.hits),
        redriven=any(len(execution.ends) > 1 for execution in evidence.executions),
        seconds=seconds,
        violation=_violation(evidence, found, journal, seed) if found else None,
        happened=happened,
    )


@dataclass(frozen=True)
class CampaignReport:
    """The results of a campaign. `complete`: all runs were played. `seconds`: how long it took.

    `secrets`: where credentials stand in the logs of its accounts.
    """

    seed: int
    comparisons: Sequence[Comparison]
    results: Sequence[RunResult]
    complete: bool
    seconds: float
    secrets: Sequence[str] = ()

    @property
    def violations(self) -> list[dict[str, Any]]:
        return [result.violation for result in self.results if result.violation]

    @property
    def differing(self) -> list[Comparison]:
        """The schedules in which the simulator and the deployed machine differ."""
        return [each for each in self.comparisons if each.differences]

    @property
    def good(self) -> bool:
        """Whether nothing was found."""
        return not (self.violations or self.differing or self.secrets)

    def as_dict(self) -> dict[str, Any]:
        """Return report.json. `missed`: runs in which nothing happened to a call or an environment."""
        return {
            "seed": self.seed,
            "schedules": {str(each.schedule): each.differences for each in self.comparisons},
            "runs": len(self.results),
            "violations": self.violations,
            "secrets": list(self.secrets),
            "complete": self.complete,
            "happened": dict(Counter(each for result in self.results for each in result.happened)),
            "missed": [result.name for result in self.results if not result.hit],
            "redriven": [result.name for result in self.results if result.redriven],
            "seconds": round(self.seconds, 1),
        }

    def summary(self) -> list[str]:
        """Return the lines for the terminal."""
        redriven = sum(result.redriven for result in self.results)
        cut = "" if self.complete else "incomplete: "
        schedules = f"{len(self.comparisons)} schedules, differences in {len(self.differing)}"
        runs = f"{len(self.results)} runs, {redriven} with a redrive, violations in {len(self.violations)}"
        lines = [f"{cut}{schedules}; {runs}; {self.seconds / 60:.1f} minutes."]
        lines += [f"A log holds a secret: {found}" for found in self.secrets]
        lines += [f"They differ: make campaign ARGS='--play {each.schedule}'" for each in self.differing]
        for violation in self.violations:
            lines += ["", f"{violation['run']}  ({violation['repeat']})", *(f"  {each}" for each in violation["found"])]
        return lines


def _violation(evidence: RunEvidence, found: list[str], journal: Journal, seed: int) -> dict[str, Any]:
    number = evidence.plan.name.rpartition("/")[2]
    return {
        "run": evidence.plan.name,
        "found": found,
        "seed": seed,
        "repeat": f"make campaign RUNS={number} SEED={seed} ARGS='--only {evidence.plan.name}'",
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
        "calls": [f"{call.get('state', '')}: {call['service']}.{call['action']}" for call in journal],
    }
