"""The verdict on releases that ran at once in the emulated account, unless the machine was too busy to judge."""

import os
import platform
from collections.abc import Sequence
from typing import Final

from tools.bench.deployed import DeployedRun
from tools.bench.limits import exceeded

LEAST_IDLE: Final = 0.2
"""The idle share of the processors below which the machine itself delays releases."""
NOT_JUDGED: Final = 2


def verdict(run: DeployedRun) -> tuple[int, Sequence[str]]:
    """Return the exit status and the lines: 0 within the limits, 1 beyond them, 2 when the machine was too busy."""
    machine = f"{os.cpu_count()} processors, scale {run.scale:g}, Python {platform.python_version()}"
    if run.shares is None:
        return NOT_JUDGED, [f"Not judged: this machine does not tell how idle it is ({machine})."]
    idle, own = run.shares
    lines = [f"The processors were idle for {idle:.0%} of the time; this run took {own:.0%} of them ({machine})."]
    if idle < LEAST_IDLE:
        advice = "Give a larger --scale." if own > 1 - own - idle else "Close other programs."
        return NOT_JUDGED, [*lines, f"Not judged: expected at least {LEAST_IDLE:.0%} idle. {advice}"]
    found = list(exceeded(run.figures))
    failed = [str(each.error) for each in run.figures.executions if each.error]
    return int(bool(found)), [*lines, *failed, *(found or ["All figures are within their limits."])]
