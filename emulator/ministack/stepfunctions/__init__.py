"""Step Functions: how executions start, run, wait, retry, end and are redriven. MiniStack does the rest."""

from emulator.clock import Clock
from emulator.ministack.replacement import Replacement


def replacements(clock: Clock) -> list[Replacement]:
    """Return all replacements in MiniStack's Step Functions."""
    from emulator.ministack.stepfunctions import (  # noqa: PLC0415 - they import MiniStack
        account_time,
        branches,
        choices,
        definition_api,
        executions,
        jsonata,
        jsonpath,
        lambda_task,
        retries,
        status_changes,
        tasks,
    )

    return [
        *account_time.replacements(clock),
        *branches.replacements(clock),
        *choices.replacements(),
        *definition_api.replacements(),
        *executions.replacements(clock),
        *jsonata.replacements(),
        *jsonpath.replacements(),
        *lambda_task.replacements(),
        *retries.replacements(),
        *status_changes.replacements(clock),
        *tasks.replacements(),
    ]
