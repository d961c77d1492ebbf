"""What releases that ran at once cost, as figures."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tools.bench.execution import FUNCTION_SECONDS, BenchExecution

MEMORY_GB: Final = 0.25
"""The memory of each function."""
BILLED_STATES: Final = 24
"""The transitions of a release without options and retries: its states, choices and gates."""
GIGABYTE_SECOND: Final = 0.0000133334
"""Dollars. Lambda on ARM in us-east-1: https://aws.amazon.com/lambda/pricing/"""
INVOCATION: Final = 0.20 / 1_000_000
"""Dollars. The same page."""
TRANSITION: Final = 0.025 / 1_000
"""Dollars, and each retry is one: https://aws.amazon.com/step-functions/pricing/"""
PUT: Final = 0.005 / 1_000
GET: Final = 0.0004 / 1_000
"""Dollars: https://aws.amazon.com/s3/pricing/"""


@dataclass(frozen=True)
class Figures:
    """The figures of one run. `looks`: when DescribeEnvironments was called, in seconds since the begin."""

    executions: Sequence[BenchExecution]
    looks: Sequence[float]
    throttled: int
    calls: Counter[str]
    s3_calls: Counter[str]
    lags: Sequence[float]
    given_back: float | None
    """The seconds from an alarm until users had the version before again; None without an alarm."""
    own: Sequence[float]
    """The seconds of each release in which Elastic Beanstalk worked: launch, update, swaps, termination."""

    @property
    def releases(self) -> int:
        return len(self.executions)

    @property
    def succeeded(self) -> int:
        return sum(each.error is None for each in self.executions)

    @property
    def walls(self) -> list[float]:
        """The seconds that each release took."""
        return [(each.ended or each.started) - each.started for each in self.executions]

    @property
    def overheads(self) -> list[float]:
        """The seconds of each release beyond Elastic Beanstalk's own, its drain and its watch."""
        return [
            wall - own - each.deployment.get("drain_seconds", 0) - each.deployment.get("bake_seconds", 0)
            for wall, own, each in zip(self.walls, self.own, self.executions, strict=True)
        ]

    @property
    def overhead_share(self) -> float:
        """The overheads as a share of the walls."""
        return sum(self.overheads) / sum(self.walls)

    @property
    def looks_a_release(self) -> float:
        return len(self.looks) / self.releases

    @property
    def mean_rate(self) -> float:
        """Calls of DescribeEnvironments a second, from the begin to the last end."""
        return len(self.looks) / max(self.walls)

    @property
    def peak_rate(self) -> float:
        """The same in the minute with the most."""
        moments = sorted(self.looks)
        return max(sum(start <= each < start + 60 for each in moments) for start in moments) / 60

    @property
    def throttled_share(self) -> float:
        return self.throttled / len(self.looks)

    @property
    def dollars(self) -> float:
        """What a release costs at list prices."""
        invocations = sum(each.invocations for each in self.executions)
        transitions = invocations + (BILLED_STATES - 15) * self.releases
        functions = invocations * (INVOCATION + FUNCTION_SECONDS * MEMORY_GB * GIGABYTE_SECOND)
        objects = self.s3_calls["PutObject"] * PUT + self.s3_calls["GetObject"] * GET
        return (transitions * TRANSITION + functions + objects) / self.releases


def share(values: Sequence[float], percent: int) -> float:
    """Return the value that so many percent of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


HEADINGS: Final = (
    "at once", "succeeded", "wall p50 / p95", "looks a release", "looks a second, mean / peak minute", "throttled",
    "lag p50 / p95 / max", "$ a release",
)  # fmt: skip


def row(figures: Figures) -> tuple[str, ...]:
    """Return the texts of the columns in HEADINGS."""
    walls, lags = figures.walls, figures.lags
    return (
        f"{figures.releases}",
        f"{figures.succeeded}",
        f"{share(walls, 50):.0f} / {share(walls, 95):.0f} s",
        f"{figures.looks_a_release:.0f}",
        f"{figures.mean_rate:.2f} / {figures.peak_rate:.2f}",
        f"{figures.throttled_share:.1%}",
        f"{share(lags, 50):.0f} / {share(lags, 95):.0f} / {max(lags):.0f} s",
        f"{figures.dollars:.4f}",
    )
