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
        descriptions,
        executions,
        jsonata,
        jsonpath,
        lambda_task,
        maps,
        retries,
        runs,
        state_tests,
        status_changes,
        tasks,
    )

    all_runs = runs.Runs(clock)
    return [
        *account_time.replacements(clock),
        *branches.replacements(),
        *choices.replacements(),
        *definition_api.replacements(),
        *descriptions.replacements(clock),
        *executions.replacements(clock, all_runs),
        *jsonata.replacements(),
        *jsonpath.replacements(),
        *lambda_task.replacements(),
        *maps.replacements(all_runs),
        *retries.replacements(),
        *state_tests.replacements(clock),
        *status_changes.replacements(clock),
        *tasks.replacements(all_runs),
    ]
