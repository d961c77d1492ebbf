"""Parallel and Map: branches record their states in the history, and have copies of the machine's variables."""

import json
from collections.abc import Callable
from typing import Any

from ministack.services import stepfunctions

from emulator.clock import Clock
from emulator.ministack.replacement import Replacement
from emulator.ministack.stepfunctions.execution_run import ExecutionRun, current_run
from emulator.ministack.stepfunctions.internals import MODULE
from emulator.ministack.stepfunctions.walk import Context, States, walk_branch

Outcome = tuple[Any, str | None]
RunBranches = Callable[[dict[str, Any], Any, dict[str, Any], Context], Outcome]


def replacements(clock: Clock) -> list[Replacement]:
    branches = Branches(clock, stepfunctions._run_parallel_branches)
    return [
        Replacement(MODULE, "_run_sub_machine", "f8d844168b14", branches.walk),
        Replacement(MODULE, "_run_parallel_branches", "b8c7f6915297", branches.run_parallel),
    ]


class Branches:
    """Runs the branches of Parallel states and the iterations of Map states."""

    def __init__(self, clock: Clock, original: RunBranches) -> None:
        self._clock = clock
        self._original = original

    def walk(self, states: States, start: str, data: Any, execution: dict[str, Any], context: Context) -> Any:
        """Walk through a branch and return its output. Each has its own context: branches run at the same time."""
        run = current_run.get()
        if run is None or run.execution is not execution:
            # This is a child execution of a distributed Map.
            run = ExecutionRun(self._clock, execution, {"definition": "{}"})
        own = {**context, "variables": dict(context["variables"])}
        return walk_branch(run, states, start, json.loads(json.dumps(data)), own)

    def run_parallel(self, state: dict[str, Any], data: Any, execution: dict[str, Any], context: Context) -> Outcome:
        """Run a Parallel state. In JSONata it has Arguments, Output and Assign, like a Task."""
        if stepfunctions._state_query_language(state, context) != "JSONata":
            return self._original(state, data, execution, context)
        arguments = stepfunctions._apply_jsonata_arguments(state, data, context)
        bare: dict[str, Any] = {name: state[name] for name in ("Branches", "Next", "End") if name in state}
        results, following = self._original(bare, arguments, execution, context)
        output = stepfunctions._apply_jsonata_output(state, data, context, result=results, default=results)
        stepfunctions._apply_state_assign(state, data, context, result=results)
        return output, following
