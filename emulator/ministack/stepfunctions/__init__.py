"""Step Functions: how executions run, wait, retry, end and are redriven. What else it does stays the emulator's."""

from emulator.clock import Clock
from emulator.ministack.replacement import Replacement


def replacements(clock: Clock) -> list[Replacement]:
    """Every replacement in the emulator's Step Functions."""
    from emulator.ministack.stepfunctions import (  # noqa: PLC0415 - they import the emulator
        branches,
        executions,
        jsonata,
        jsonpath,
        lambda_task,
        retries,
        status_changes,
        tasks,
        topics,
        waits,
    )

    areas = (
        branches,
        executions,
        jsonata,
        lambda_task,
        jsonpath,
        retries,
        status_changes,
        tasks,
        topics,
        waits,
    )
    return [replacement for area in areas for replacement in area.replacements(clock)]
