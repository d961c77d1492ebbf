"""What became of one run."""

from dataclasses import dataclass
from typing import Any

from rehearsal.campaign.rules import violations
from rehearsal.campaign.run import Evidence
from rehearsal.campaign.single_faults import Journal
from rehearsal.traffic import failures


@dataclass(frozen=True)
class Result:
    """`struck`: whether any fault met a call. `redriven`: whether it took a redrive. `took`: real seconds.

    `violation`: for a run that was not as it must be, all that is needed to understand and to repeat it.
    """

    name: str
    kind: str
    struck: bool
    redriven: bool
    took: float
    violation: dict[str, Any] | None = None

    @classmethod
    def of(cls, evidence: Evidence, journal: Journal, took: float, seed: int) -> "Result":
        """Judge a run. `journal`: the calls in it. `took`: real seconds. `seed`: of the campaign."""
        schedule = evidence.schedule
        found = violations(evidence)
        return cls(
            name=schedule.name,
            kind=schedule.name.partition("/")[0],
            struck=any(fault["struck"] for fault in evidence.struck),
            redriven=any(len(course.endings) > 1 for course in evidence.courses),
            took=took,
            violation=_case(evidence, found, journal, seed) if found else None,
        )


def _case(evidence: Evidence, found: list[str], journal: Journal, seed: int) -> dict[str, Any]:
    return {
        "run": evidence.schedule.name,
        "found": found,
        "seed": seed,
        "repeat": f"make campaign SEED={seed} ARGS='--only {evidence.schedule.name}'",
        "schedule": evidence.schedule.as_dict(),
        "struck": evidence.struck,
        "executions": [course.as_dict() for course in evidence.courses],
        "failed_requests": [vars(request) for request in failures(evidence.requests)],
        "standing": [
            f"{each['EnvironmentName']} {each['Status']} {each['CNAME']} {each['VersionLabel']}"
            for each in evidence.environments
        ],
        "calls": in_words(journal),
    }


def in_words(journal: Journal) -> list[str]:
    """Return calls as a person reads them: "function: service.action"."""
    return [f"{call['function']}: {call['service']}.{call['action']}" for call in journal]
