"""The view of all executions: their state machines, names, statuses and times."""

from typing import Any

from emulator.console.view import Routes, ViewContext, ViewRequest

SHOWN = 100
"""Executions of a state machine that the page shows, the newest first."""


def routes(context: ViewContext) -> Routes:
    """Return what the page asks."""
    return {"GET executions": lambda request: _executions(context, request)}


def _executions(context: ViewContext, _: ViewRequest) -> dict[str, Any]:
    states = context.client("stepfunctions")
    machines = states.list_state_machines()["stateMachines"]
    return {
        "machines": [{"arn": each["stateMachineArn"], "name": each["name"]} for each in machines],
        "executions": sorted(
            (summary(each) for machine in machines for each in _newest(states, machine["stateMachineArn"])),
            key=lambda execution: execution["started"],
            reverse=True,
        ),
    }


def _newest(states: Any, machine: str) -> list[Any]:
    executions: list[Any] = states.list_executions(stateMachineArn=machine, maxResults=SHOWN)["executions"]
    return executions


def summary(execution: Any) -> dict[str, Any]:
    """Return what each view shows of an execution. Shape: an item of ListExecutions, or DescribeExecution's answer."""
    return {
        "arn": execution["executionArn"],
        "name": execution["name"],
        "machine": execution["stateMachineArn"],
        "status": execution["status"],
        "started": execution["startDate"].timestamp(),
        "stopped": execution["stopDate"].timestamp() if "stopDate" in execution else None,
        "redrives": execution.get("redriveCount", 0),
    }
