"""What releases that ran at once cost, as figures."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean
from typing import Final

from tools.bench.execution import FUNCTION_SECONDS, BenchExecution

LOOK: Final = "DescribeEnvironments"
EVENTS: Final = "DescribeEvents"
APART_SECONDS: Final = 1_000_000
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
    """The figures of one run, or of several that are alike and came one after the other.

    `looks`: when DescribeEnvironments was called, in seconds since the begin. `calls`: all calls of Elastic Beanstalk,
    by action, and `throttled`: those that it refused since they were too many.
    """

    executions: Sequence[BenchExecution]
    looks: Sequence[float]
    throttled: Counter[str]
    calls: Counter[str]
    s3_calls: Counter[str]
    lags: Sequence[float]
    given_back: float | None
    """The seconds from an alarm until users had the version before again; None without an alarm."""
    own: Sequence[float]
    """The seconds of each release in which Elastic Beanstalk worked: launch, update, swaps, termination."""

    runs: int = 1
    enhanced: bool = False
    """Whether the environments have enhanced health reporting."""

    @property
    def releases(self) -> int:
        """How many releases there were in all runs together."""
        return len(self.executions)

    @property
    def at_once(self) -> int:
        """How many releases ran at the same time."""
        return self.releases // self.runs

    @property
    def succeeded(self) -> int:
        return sum(each.error is None for each in self.executions)

    @property
    def walls(self) -> list[float]:
        """The seconds that each release took."""
        return [(each.ended or each.started) - each.started for each in self.executions]

    @property
    def overhead(self) -> float:
        """The seconds of a release beyond Elastic Beanstalk's own, its drain and its watch, on average."""
        return mean(self.walls) - mean(self.own) - mean(self.watches)

    @property
    def overhead_share(self) -> float:
        """The overhead as a share of the wall time."""
        return self.overhead / mean(self.walls)

    @property
    def watches(self) -> list[float]:
        """The seconds of the drain and of the watch of each release, as its input says."""
        given = [each.deployment for each in self.executions]
        return [float(each.get("drain_seconds", 0) + each.get("bake_seconds", 0)) for each in given]

    @property
    def looks_a_release(self) -> float:
        return len(self.looks) / self.releases

    @property
    def mean_rate(self) -> float:
        """Calls of DescribeEnvironments a second, from the begin to the last end."""
        return len(self.looks) / max(self.walls) / self.runs

    @property
    def peak_rate(self) -> float:
        """The same in the minute with the most."""
        moments = sorted(self.looks)
        return max(sum(start <= each < start + 60 for each in moments) for start in moments) / 60

    @property
    def throttled_shares(self) -> tuple[float, float]:
        """The shares of looks and of reads of events that were throttled."""
        return self.throttled[LOOK] / len(self.looks), self.throttled[EVENTS] / max(1, self.calls[EVENTS])

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


def together(runs: Sequence[Figures]) -> Figures:
    """Return the figures of runs that are alike."""
    return Figures(
        executions=[each for one in runs for each in one.executions],
        looks=[APART_SECONDS * number + moment for number, one in enumerate(runs) for moment in one.looks],
        throttled=sum((one.throttled for one in runs), Counter()),
        calls=sum((one.calls for one in runs), Counter()),
        s3_calls=sum((one.s3_calls for one in runs), Counter()),
        lags=[lag for one in runs for lag in one.lags],
        given_back=max((one.given_back for one in runs if one.given_back is not None), default=None),
        own=[own for one in runs for own in one.own],
        runs=len(runs),
        enhanced=all(one.enhanced for one in runs),
    )


HEADINGS: Final = (
    "at once", "succeeded", "wall p50 / p95", "own + drain and watch", "overhead", "looks a release",
    "looks a second, mean / peak minute", "throttled looks / events", "lag p50 / p95 / max", "back after an alarm",
    "$ a release",
)  # fmt: skip


def row(figures: Figures) -> tuple[str, ...]:
    """Return the texts of the columns in HEADINGS."""
    walls, lags = figures.walls, figures.lags
    looks, events = figures.throttled_shares
    return (
        f"{figures.at_once}{', enhanced' if figures.enhanced else ''}",
        f"{figures.succeeded} of {figures.releases}",
        f"{share(walls, 50):.0f} / {share(walls, 95):.0f} s",
        f"{mean(figures.own):.0f} + {mean(figures.watches):.0f} s",
        f"{figures.overhead:.0f} s, {figures.overhead_share:.1%}",
        f"{figures.looks_a_release:.0f}",
        f"{figures.mean_rate:.2f} / {figures.peak_rate:.2f}",
        f"{looks:.1%} / {events:.1%}",
        f"{share(lags, 50):.0f} / {share(lags, 95):.0f} / {max(lags):.0f} s",
        "-" if figures.given_back is None else f"{figures.given_back:.0f} s",
        f"{figures.dollars:.4f}",
    )
