"""Parallel states: their events, and branches with copies of the machine's variables.

Source of the events: https://github.com/localstack/localstack/tree/main/tests/aws/services/stepfunctions/v2/scenarios,
recorded on AWS.
"""

import json
from collections.abc import Callable
from typing import Any

from ministack.services import stepfunctions

from emulator.ministack.replacement import Replacement
from emulator.ministack.stepfunctions.execution_run import require_run
from emulator.ministack.stepfunctions.internals import MODULE, ExecutionError
from emulator.ministack.stepfunctions.walk import Context, States, walk_branch

Outcome = tuple[Any, str | None]
RunBranches = Callable[[dict[str, Any], Any, dict[str, Any], Context], Outcome]


def replacements() -> list[Replacement]:
    branches = Branches(stepfunctions._run_parallel_branches)
    return [
        Replacement(MODULE, "_run_sub_machine", "f8d844168b14", branches.walk),
        Replacement(MODULE, "_run_parallel_branches", "b8c7f6915297", branches.run_parallel),
    ]


class Branches:
    """Runs the branches of Parallel states."""

    def __init__(self, original: RunBranches) -> None:
        self._original = original

    def walk(self, states: States, start: str, data: Any, _: dict[str, Any], context: Context) -> Any:
        """Walk through a branch and return its output. Each has its own context: branches run at the same time."""
        own = {**context, "variables": dict(context["variables"])}
        return walk_branch(require_run(), states, start, json.loads(json.dumps(data)), own)

    def run_parallel(self, state: dict[str, Any], data: Any, execution: dict[str, Any], context: Context) -> Outcome:
        """Run a Parallel state."""
        run = require_run()
        run.record("ParallelStateStarted")
        try:
            outcome = self._results(state, data, execution, context)
        except ExecutionError:
            run.follow_last()
            run.record("ParallelStateFailed")
            raise
        run.follow_last()
        run.record_aside("ParallelStateSucceeded")
        return outcome

    def _results(self, state: dict[str, Any], data: Any, execution: dict[str, Any], context: Context) -> Outcome:
        """Return a state's output and the next state. In JSONata it has Arguments, Output and Assign, like a Task."""
        if stepfunctions._state_query_language(state, context) != "JSONata":
            return self._original(state, data, execution, context)
        arguments = stepfunctions._apply_jsonata_arguments(state, data, context)
        bare: dict[str, Any] = {name: state[name] for name in ("Branches", "Next", "End") if name in state}
        results, following = self._original(bare, arguments, execution, context)
        output = stepfunctions._apply_jsonata_output(state, data, context, result=results, default=results)
        stepfunctions._apply_state_assign(state, data, context, result=results)
        return output, following
