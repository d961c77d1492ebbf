"""Walking through the states of a machine, or of a branch in it."""

import json
from typing import Any

from ministack.services import stepfunctions

from emulator.ministack.stepfunctions.execution_run import EnteredState, ExecutionError, ExecutionRun, encode, iso

States = dict[str, dict[str, Any]]
Context = dict[str, Any]
"""The emulator's context: the context object, and beside it `QueryLanguage` and the workflow's `variables`."""

_TAKES_EXECUTION = ("Task", "Parallel", "Map")


def walk(run: ExecutionRun) -> None:
    """Walk through a run's whole definition, from the state that it resumes at if any, and let it succeed.

    Raises ExecutionError or RunEnded.
    """
    states = run.definition["States"]
    context = _context(run)
    with run.changing:
        entry = run.entry or _enter(run, states, run.definition["StartAt"], context["Execution"]["Input"], context)
        run.entry = entry
    while True:
        output, following = _perform(run, states, entry, context)
        # At once: an execution that ends between two states would resume in one that it has left.
        with run.changing:
            _leave(run, states, entry, output)
            if following is None:
                run.succeed(output)
                return
            run.entry = entry = _enter(run, states, following, output, context)


def walk_states(run: ExecutionRun, states: States, start: str, data: Any, context: Context) -> Any:
    """Walk through a branch, and return its output. Raises ExecutionError or RunEnded."""
    following: str | None = start
    while following is not None:
        entry = _enter(run, states, following, data, context)
        data, following = _perform(run, states, entry, context)
        _leave(run, states, entry, data)
    return data


def _context(run: ExecutionRun) -> Context:
    execution = run.execution
    about = {
        "Id": execution["executionArn"],
        "Input": json.loads(execution["input"]),
        "Name": execution["name"],
        "RoleArn": run.state_machine["roleArn"],
        "StartTime": execution["startDate"],
        "RedriveCount": execution.get("redriveCount", 0),
    }
    if "redriveDate" in execution:
        about["RedriveTime"] = execution["redriveDate"]
    return {
        "QueryLanguage": run.definition.get("QueryLanguage", "JSONPath"),
        "Execution": about,
        "StateMachine": {"Id": execution["stateMachineArn"], "Name": run.state_machine["name"]},
        "variables": json.loads(run.entry.variables) if run.entry else {},
    }


def _enter(run: ExecutionRun, states: States, name: str, data: Any, context: Context) -> EnteredState:
    if name not in states:
        raise ExecutionError("States.Runtime", f"The state '{name}' is not in the state machine.")
    written = encode(data)
    time = iso(run.clock.time())
    details = {"name": name, "input": written, "inputDetails": {"truncated": False}}
    event = run.record(f"{states[name]['Type']}StateEntered", details)
    return EnteredState(name, written, json.dumps(context["variables"]), time, event)


def _leave(run: ExecutionRun, states: States, entry: EnteredState, output: Any) -> None:
    details = {"name": entry.name, "output": encode(output), "outputDetails": {"truncated": False}}
    run.record(f"{states[entry.name]['Type']}StateExited", details)


def _perform(run: ExecutionRun, states: States, entry: EnteredState, context: Context) -> tuple[Any, str | None]:
    """Do what a state does; return its output and the next state's name."""
    state = states[entry.name]
    data = json.loads(entry.data)
    context["State"] = {"EnteredTime": entry.time, "Name": entry.name, "RetryCount": 0}
    if state["Type"] == "Fail":
        raise ExecutionError(*stepfunctions._fail_state_error(state, data, context))
    if state["Type"] == "Succeed":
        return _succeed(state, data, context)
    return _execute(run, state["Type"], state, data, context)


def _execute(
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
