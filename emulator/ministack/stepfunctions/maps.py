"""Map states: their events, inline iterations, and distributed ones as a map run.

Source of the events: https://github.com/localstack/localstack/tree/main/tests/aws/services/stepfunctions/v2/scenarios,
recorded on AWS.
"""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any

from ministack.core.responses import new_uuid
from ministack.services import stepfunctions

from emulator.ministack.replacement import Replacement
from emulator.ministack.stepfunctions.execution_run import ExecutionRun, require_run
from emulator.ministack.stepfunctions.integration_permissions import require_map_allowed
from emulator.ministack.stepfunctions.internals import MODULE, ExecutionError
from emulator.ministack.stepfunctions.jsonata import evaluate_template
from emulator.ministack.stepfunctions.map_items import given_items, inputs_of, is_jsonata, read_items, with_item
from emulator.ministack.stepfunctions.map_runs import MapLimits, MapRun
from emulator.ministack.stepfunctions.runs import Runs
from emulator.ministack.stepfunctions.walk import Context, walk_branch

MAX_INLINE_THREADS = 40
"""AWS's own limit of an inline Map."""

State = dict[str, Any]


def replacements(runs: Runs) -> list[Replacement]:
    return [Replacement(MODULE, "_run_map_items", "5df19a8074ce", MapStates(runs).execute)]


class MapStates:
    """Executes Map states. Each attempt begins anew."""

    def __init__(self, runs: Runs) -> None:
        self._runs = runs

    def execute(self, state: State, data: Any, _: dict[str, Any], context: Context) -> tuple[Any, str | None]:
        """Execute one attempt; return the output and the next state's name. Raises ExecutionError or RunEnded."""
        run = require_run()
        processor = state.get("ItemProcessor") or state.get("Iterator") or {}
        distributed = (processor.get("ProcessorConfig") or {}).get("Mode") == "DISTRIBUTED"
        try:
            if distributed:
                results = self._distributed(run, state, processor, data, context)
            else:
                results = _inline(run, state, processor, data, context)
        except ExecutionError:
            run.record("MapStateFailed")
            raise
        run.record_aside("MapStateSucceeded")
        return _output(state, data, context, results), stepfunctions._next_or_end(state)

    def _distributed(self, run: ExecutionRun, state: State, processor: State, data: Any, context: Context) -> list[Any]:
        run.record("MapStateStarted", {"length": 0})
        limits = MapLimits(
            int(_number(state, "MaxConcurrency", data, context) or 0),
            _number(state, "ToleratedFailureCount", data, context),
            _number(state, "ToleratedFailurePercentage", data, context),
        )
        child = {name: value for name, value in processor.items() if name != "ProcessorConfig"}
        map_run = MapRun(run, self._runs, child, state.get("Label") or new_uuid(), limits)
        run.record("MapRunStarted", {"mapRunArn": map_run.arn})
        try:
            require_map_allowed(run.state_machine["roleArn"], run.state_machine["stateMachineArn"])
            if "ItemReader" in state:
                items = read_items(state, data, context, run.state_machine["roleArn"])
            else:
                items = given_items(state, data, context)
            results = map_run.run(inputs_of(state, items, data, context), len(items))
        except ExecutionError as error:
            map_run.end("FAILED")
            run.record("MapRunFailed", {"error": error.error, "cause": error.cause})
            raise
        run.record("MapRunSucceeded")
        return results


def _inline(run: ExecutionRun, state: State, processor: State, data: Any, context: Context) -> list[Any]:
    items = given_items(state, data, context)
    inputs = inputs_of(state, items, data, context)
    run.record("MapStateStarted", {"length": len(inputs)})
    concurrency = int(_number(state, "MaxConcurrency", data, context) or 0)
    workers = min(concurrency or MAX_INLINE_THREADS, MAX_INLINE_THREADS, len(inputs) or 1)
    name, failed = context["State"]["Name"], threading.Event()

    def iterate(index: int) -> Any:
        if failed.is_set():
            return None
        details = {"name": name, "index": index}
        run.record("MapIterationStarted", details)
        own = with_item(context, index, items[index] if index < len(items) else None)
        try:
            output = walk_branch(run, processor["States"], processor["StartAt"], inputs[index], own)
        except ExecutionError:
            failed.set()
            run.record_aside("MapIterationFailed", details)
            raise
        run.record_aside("MapIterationSucceeded", details)
        return output

    with ThreadPoolExecutor(workers, thread_name_prefix="map") as pool:
        futures = [pool.submit(copy_context().run, iterate, index) for index in range(len(inputs))]
        errors = [error for error in (future.exception() for future in futures) if error]
    run.follow_last()
    if errors:
        raise errors[0]
    return [future.result() for future in futures]


def _number(state: State, field: str, data: Any, context: Context) -> float | None:
    """Return a number that may be an expression or, under another name, a path."""
    if f"{field}Path" in state:
        value = stepfunctions._resolve_path_or_ctx(state[f"{field}Path"], data, context)
    elif is_jsonata(state, context):
        value = evaluate_template(state.get(field), data, context, location=field)
    else:
        value = state.get(field)
    return None if value is None else float(value)


def _output(state: State, data: Any, context: Context, results: list[Any]) -> Any:
    if is_jsonata(state, context):
        output = stepfunctions._apply_jsonata_output(state, data, context, result=results, default=results)
        stepfunctions._apply_state_assign(state, data, context, result=results)
        return output
    selected = stepfunctions._apply_result_selector(state, results)
    output = stepfunctions._apply_result_path(state, data, selected)
    return stepfunctions._apply_output_path(state, output, context)
