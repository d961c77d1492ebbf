"""The limits that the figures of releases must keep."""

from collections.abc import Iterator, Mapping

from tools.bench.figures import Figures, share
from tools.bench.large import CallRun

LOOKS_ALONE = 40
DOLLARS = 0.01
OVERHEAD_ALONE = 0.03
"""Of a release that runs alone, on average of several: Elastic Beanstalk takes longer for some than for others."""
GIVEN_BACK = {100: 90}
THROTTLED = {30: 0.01, 100: 0.01, 300: 0.2, 1_000: 0.2}
"""The share of looks, and of reads of events."""
LAG_P95 = {30: 45, 100: 60}
MEAN_RATE = {100: 1.5}
PEAK_RATE = {100: 2.0}
"""Calls of DescribeEnvironments a second. Elastic Beanstalk answers two, for all that runs in an account and region:
https://github.com/aws/aws-toolkit-azure-devops/issues/62
"""


def exceeded(figures: Figures) -> Iterator[str]:
    """Yield a sentence for each limit that the figures exceed."""
    number, back = figures.at_once, figures.given_back
    looks, events = figures.throttled_shares
    measured = {
        "failed releases": (figures.releases - figures.succeeded, 0),
        "looks of one release": (figures.looks_a_release if number == 1 else 0, LOOKS_ALONE),
        "of the time beyond Elastic Beanstalk's, drain and watch": (
            figures.overhead_share if number == 1 else 0,
            OVERHEAD_ALONE,
        ),
        "seconds until users are back after an alarm": (back or 0, GIVEN_BACK.get(number, float("inf"))),
        "dollars a release": (figures.dollars, DOLLARS),
        "share of throttled looks": (looks, THROTTLED.get(number, 1)),
        "share of throttled reads of events": (events, THROTTLED.get(number, 1)),
        "seconds of lag, p95": (share(figures.lags, 95), LAG_P95.get(number, float("inf"))),
        "calls a second, mean": (figures.mean_rate, MEAN_RATE.get(number, float("inf"))),
        "calls a second, peak minute": (figures.peak_rate, PEAK_RATE.get(number, float("inf"))),
    }
    yield from _sentences(f"{number} at once{', enhanced' if figures.enhanced else ''}", measured)


def exceeded_by_calls(run: CallRun) -> Iterator[str]:
    """Yield a sentence for each limit that the calls of releases exceed."""
    limit = THROTTLED.get(run.releases, 1)
    measured = {
        f"share of throttled {what}": (share, limit)
        for what, share in zip(("looks", "reads of events"), run.throttled_shares, strict=True)
    }
    yield from _sentences(f"{run.releases} at once, by their calls", measured)


def _sentences(who: str, measured: Mapping[str, tuple[float, float]]) -> Iterator[str]:
    for name, (found, limit) in measured.items():
        if found > limit:
            yield f"{who}: expected at most {limit:g} {name}, found {found:.4g}."
