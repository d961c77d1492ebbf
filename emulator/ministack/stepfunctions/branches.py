"""Parallel states: their events, and branches with copies of the machine's variables. One that fails stops the others.

Source of the events: https://github.com/localstack/localstack/tree/main/tests/aws/services/stepfunctions/v2/scenarios,
recorded on AWS.
"""

import json
import threading
from concurrent.futures import FIRST_EXCEPTION, Future, wait
from contextvars import copy_context
from typing import Any

from ministack.services import stepfunctions

from emulator.ministack.replacement import Replacement
from emulator.ministack.stepfunctions.branch_scope import BranchScope, current_branch
from emulator.ministack.stepfunctions.execution_run import ExecutionRun, RunEnded, require_run
from emulator.ministack.stepfunctions.internals import MODULE, ExecutionError
from emulator.ministack.stepfunctions.walk import Context, States, walk_branch

Outcome = tuple[Any, str | None]


def replacements() -> list[Replacement]:
    branches = Branches()
    return [
        Replacement(MODULE, "_run_sub_machine", "f8d844168b14", branches.walk),
        Replacement(MODULE, "_run_parallel_branches", "b8c7f6915297", branches.run_parallel),
    ]


class Branches:
    """Runs the branches of Parallel states."""

    def walk(self, states: States, start: str, data: Any, _: dict[str, Any], context: Context) -> Any:
        """Walk through a branch and return its output. Each has its own context: branches run at the same time."""
        own = {**context, "variables": dict(context["variables"])}
        return walk_branch(require_run(), states, start, json.loads(json.dumps(data)), own)

    def run_parallel(self, state: dict[str, Any], data: Any, _: dict[str, Any], context: Context) -> Outcome:
        """Run a Parallel state."""
        run = require_run()
        run.record("ParallelStateStarted")
        try:
            outcome = _outcome(run, state, data, context)
        except ExecutionError:
            run.follow_last()
            run.record("ParallelStateFailed")
            raise
        run.follow_last()
        run.record_aside("ParallelStateSucceeded")
        return outcome


def _outcome(run: ExecutionRun, state: dict[str, Any], data: Any, context: Context) -> Outcome:
    """Return a state's output and the next state. In JSONata it has Arguments, Output and Assign, like a Task."""
    following = stepfunctions._next_or_end(state)
    if stepfunctions._state_query_language(state, context) == "JSONata":
        arguments = stepfunctions._apply_jsonata_arguments(state, data, context)
        results = _results(run, state, arguments, context)
        output = stepfunctions._apply_jsonata_output(state, data, context, result=results, default=results)
        stepfunctions._apply_state_assign(state, data, context, result=results)
        return output, following
    effective = stepfunctions._apply_parameters(state, stepfunctions._apply_input_path(state, data, context), context)
    results = _results(run, state, effective, context)
    output = stepfunctions._apply_result_path(state, data, stepfunctions._apply_result_selector(state, results))
    return stepfunctions._apply_output_path(state, output, context), following


def _results(run: ExecutionRun, state: dict[str, Any], data: Any, context: Context) -> list[Any]:
    """Return the results of all branches, in order. Raises the error of the branch that fails first."""
    parent = current_branch.get()
    scopes = [BranchScope(parent) for _ in state["Branches"]]

    futures: list[Future[Any]] = [Future() for _ in scopes]

    def walk(branch: dict[str, Any], scope: BranchScope, future: Future[Any]) -> None:
        current_branch.set(scope)
        try:
            future.set_result(
                stepfunctions._run_sub_machine(branch["States"], branch["StartAt"], data, run.execution, context)
            )
        except Exception as error:  # noqa: BLE001 - it is raised in the thread that waits
            future.set_exception(error)

    for branch in zip(state["Branches"], scopes, futures, strict=True):
        # A daemon, since a branch may wait for days when the emulator ends.
        threading.Thread(target=copy_context().run, args=(walk, *branch), daemon=True).start()
    done, _ = wait(futures, return_when=FIRST_EXCEPTION)
    for scope in scopes:
        run.stop(scope)
    run.check()
    errors = [error for error in (future.exception() for future in done) if error and not isinstance(error, RunEnded)]
    if errors:
        raise errors[0]
    return [future.result() for future in futures]
