"""The limits that the figures of releases must keep."""

from collections.abc import Iterator

from tools.bench.figures import Figures, share

LOOKS_ALONE = 40
DOLLARS = 0.01
OVERHEAD_ALONE = 0.03
"""Of a release that runs alone, on average of several: Elastic Beanstalk takes longer for some than for others."""
GIVEN_BACK = {100: 90}
THROTTLED = {30: 0.01}
LAG_P95 = {30: 45, 100: 60}
MEAN_RATE = {100: 1.5}
PEAK_RATE = {100: 2.0}
"""Calls of DescribeEnvironments a second. Elastic Beanstalk answers two, for all that runs in an account and region:
https://github.com/aws/aws-toolkit-azure-devops/issues/62
"""


def exceeded(figures: Figures) -> Iterator[str]:
    """Yield a sentence for each limit that the figures exceed."""
    number, back = figures.at_once, figures.given_back
    measured = {
        "failed releases": (figures.releases - figures.succeeded, 0),
        "looks of one release": (figures.looks_a_release if number == 1 else 0, LOOKS_ALONE),
        "of the time beyond Elastic Beanstalk's, drain and watch": (
            figures.overhead_share if number == 1 else 0,
            OVERHEAD_ALONE,
        ),
        "seconds until users are back after an alarm": (back or 0, GIVEN_BACK.get(number, float("inf"))),
        "dollars a release": (figures.dollars, DOLLARS),
        "share of throttled calls": (figures.throttled_share, THROTTLED.get(number, 1)),
        "seconds of lag, p95": (share(figures.lags, 95), LAG_P95.get(number, float("inf"))),
        "calls a second, mean": (figures.mean_rate, MEAN_RATE.get(number, float("inf"))),
        "calls a second, peak minute": (figures.peak_rate, PEAK_RATE.get(number, float("inf"))),
    }
    for name, (found, limit) in measured.items():
        if found > limit:
            yield f"{number} at once: expected at most {limit:g} {name}, found {found:.4g}."
