"""Step Functions: how executions run, wait, retry, end and are redriven. What else it does stays the emulator's."""

from rehearsal.clock import Clock
from rehearsal.corrections.registry import Replacement


def replacements(clock: Clock) -> list[Replacement]:
    """Every replacement in the emulator's Step Functions."""
    from rehearsal.corrections.states import (  # noqa: PLC0415 - they import the emulator
        branches,
        executions,
        expressions,
        lambdas,
        paths,
        retries,
        status_changes,
        tasks,
        topics,
        waits,
    )

    areas = (
        branches,
        executions,
        expressions,
        lambdas,
        paths,
        retries,
        status_changes,
        tasks,
        topics,
        waits,
    )
    return [replacement for area in areas for replacement in area.replacements(clock)]
