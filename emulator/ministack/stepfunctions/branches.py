"""Parallel and Map: their branches walk as the machine does, and see the machine's variables without changing them."""

import json
from collections.abc import Callable
from typing import Any

from ministack.services import stepfunctions

from emulator.clock import Clock
from emulator.ministack.replacement import Replacement
from emulator.ministack.stepfunctions.execution_run import SERVICE, ExecutionRun, current
from emulator.ministack.stepfunctions.walk import Context, States, walk_states

Outcome = tuple[Any, str | None]
RunBranches = Callable[[dict[str, Any], Any, dict[str, Any], Context], Outcome]


def replacements(clock: Clock) -> list[Replacement]:
    branches = Branches(clock, stepfunctions._run_parallel_branches)
    return [
        Replacement(SERVICE, "_run_sub_machine", "f8d844168b14", branches.walk),
        Replacement(SERVICE, "_run_parallel_branches", "b8c7f6915297", branches.run_parallel),
    ]


class Branches:
    """The branches of Parallel states and the iterations of Map states."""

    def __init__(self, clock: Clock, run_branches: RunBranches) -> None:
        self._clock = clock
        self._run_branches = run_branches

    def walk(self, states: States, start: str, data: Any, execution: dict[str, Any], context: Context) -> Any:
        """Walk through a branch. It has a context of its own: branches run at the same time, in different states."""
        run = current.get()
        if run is None or run.execution is not execution:
            # A child execution of a distributed Map.
            run = ExecutionRun(self._clock, execution, {"definition": "{}"})
        own = {**context, "variables": dict(context["variables"])}
        return walk_states(run, states, start, json.loads(json.dumps(data)), own)

    def run_parallel(self, state: dict[str, Any], data: Any, execution: dict[str, Any], context: Context) -> Outcome:
        """A Parallel state in JSONata has Arguments, Output and Assign, as a Task has."""
        if stepfunctions._state_query_language(state, context) != "JSONata":
            return self._run_branches(state, data, execution, context)
        arguments = stepfunctions._apply_jsonata_arguments(state, data, context)
        bare: dict[str, Any] = {name: state[name] for name in ("Branches", "Next", "End") if name in state}
        results, following = self._run_branches(bare, arguments, execution, context)
        output = stepfunctions._apply_jsonata_output(state, data, context, result=results, default=results)
        stepfunctions._apply_state_assign(state, data, context, result=results)
        return output, following
