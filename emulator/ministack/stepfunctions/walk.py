"""Walks through the states of a state machine, or of a branch in it."""

import json
import logging
from typing import Any

from ministack.services import stepfunctions

from emulator.ministack.stepfunctions.encoding import encode_payload, format_time
from emulator.ministack.stepfunctions.entered_state import EnteredState
from emulator.ministack.stepfunctions.execution_run import ExecutionRun, RunEnded, current_run
from emulator.ministack.stepfunctions.internals import ExecutionError

States = dict[str, dict[str, Any]]
Context = dict[str, Any]
"""MiniStack's context: the context object, and in it MiniStack's own fields `QueryLanguage` and `variables`."""

OWN_FIELDS = ("QueryLanguage", "variables", "EnteredEvent", "Assigned")
"""Fields of the context that expressions do not see; the last two: the id of StateEntered, and what Assign has set."""

_log = logging.getLogger(__name__)
_TAKES_EXECUTION = ("Task", "Parallel", "Map")


def run_to_end(run: ExecutionRun) -> None:
    """Run an execution to its end, in the thread of the caller."""
    token = current_run.set(run)
    try:
        run.start()
        walk_machine(run)
    except RunEnded:
        pass
    except ExecutionError as failure:
        run.fail(failure.error, failure.cause)
    except Exception as error:  # noqa: BLE001 - after any error the execution must end
        _log.exception("The execution %s failed by an error of the emulator", run.execution["executionArn"])
        run.fail("States.Runtime", repr(error))
    finally:
        current_run.reset(token)


def walk_machine(run: ExecutionRun) -> None:
    """Walk through a run's states to its success, from the start or from where it resumes.

    Raises ExecutionError or RunEnded.
    """
    states = run.definition["States"]
    context = _context(run)
    with run.lock:
        entry = run.entry or _enter(run, states, run.definition["StartAt"], context["Execution"]["Input"])
        run.entry = entry
    while True:
        output, following = _execute_state(run, states, entry, context)
        # One step under the lock: a run that ends between two states would resume in the one that it has left.
        with run.lock:
            _leave(run, states, entry, output, context)
            if following is None:
                run.succeed(output)
                return
            run.entry = entry = _enter(run, states, following, output)


def walk_branch(run: ExecutionRun, states: States, start: str, data: Any, context: Context) -> Any:
    """Walk through a branch's states; return its output. Raises ExecutionError or RunEnded."""
    following: str | None = start
    while following is not None:
        entry = _enter(run, states, following, data)
        data, following = _execute_state(run, states, entry, context)
        _leave(run, states, entry, data, context)
    return data


def _context(run: ExecutionRun) -> Context:
    execution = run.execution
    fields = {
        "Id": execution["executionArn"],
        "Input": json.loads(execution["input"]),
        "Name": execution["name"],
        "RoleArn": run.state_machine["roleArn"],
        "StartTime": execution["startDate"],
        "RedriveCount": execution.get("redriveCount", 0),
    }
    if "redriveDate" in execution:
        fields["RedriveTime"] = execution["redriveDate"]
    return {
        "QueryLanguage": run.definition.get("QueryLanguage", "JSONPath"),
        "Execution": fields,
        "StateMachine": {"Id": execution["stateMachineArn"], "Name": run.state_machine["name"]},
        "variables": {},  # AWS does not document that variables survive a redrive
    }


def _enter(run: ExecutionRun, states: States, name: str, data: Any) -> EnteredState:
    if name not in states:
        raise ExecutionError("States.Runtime", f"The state '{name}' is not in the state machine.")
    payload = encode_payload(data)
    time = format_time(run.clock.time())
    details = {"name": name, "input": payload, "inputDetails": {"truncated": False}}
    event = run.record(f"{states[name]['Type']}StateEntered", details)
    return EnteredState(name, payload, time, event)


def _leave(run: ExecutionRun, states: States, entry: EnteredState, output: Any, context: Context) -> None:
    details = {"name": entry.name, "output": encode_payload(output), "outputDetails": {"truncated": False}}
    if assigned := context.pop("Assigned", None):
        details["assignedVariables"] = {name: encode_payload(value) for name, value in assigned.items()}
        details["assignedVariablesDetails"] = {"truncated": False}
    run.record(f"{states[entry.name]['Type']}StateExited", details)


def _execute_state(run: ExecutionRun, states: States, entry: EnteredState, context: Context) -> tuple[Any, str | None]:
    """Execute a state; return its output and the next state's name."""
    context["State"] = {"EnteredTime": entry.time, "Name": entry.name, "RetryCount": 0}
    context["EnteredEvent"] = entry.event
    context.pop("Assigned", None)
    return execute_state(run, states[entry.name], json.loads(entry.data), context)


def execute_state(run: ExecutionRun, state: dict[str, Any], data: Any, context: Context) -> tuple[Any, str | None]:
    """Execute a state with an input; return its output and the next state's name. Raises ExecutionError or RunEnded."""
    if state["Type"] == "Fail":
        raise ExecutionError(*stepfunctions._fail_state_error(state, data, context))
    if state["Type"] == "Succeed":
        return _succeed(state, data, context)
    return _execute_type(run, state["Type"], state, data, context)


def _execute_type(
    run: ExecutionRun, kind: str, state: dict[str, Any], data: Any, context: Context
) -> tuple[Any, str | None]:
    execute = getattr(stepfunctions, f"_execute_{kind.lower()}")
    if kind in _TAKES_EXECUTION:
        output, following = execute(state, data, run.execution, context)
    else:
        output, following = execute(state, data, context)
    return output, following


def _succeed(state: dict[str, Any], data: Any, context: Context) -> tuple[Any, None]:
    if stepfunctions._state_query_language(state, context) == "JSONata":
        return stepfunctions._apply_jsonata_output(state, data, context, default=data), None
    effective = stepfunctions._apply_input_path(state, data, context)
    return stepfunctions._apply_output_path(state, effective, context), None
