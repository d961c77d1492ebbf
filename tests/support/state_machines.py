"""State machines in the emulated account, and Task states for them."""

import json
import uuid
from typing import Any

from tests.support.roles import UNRESTRICTED_ROLE
from tests.support.waiting import eventually

INVOKE = "arn:aws:states:::lambda:invoke"


class StateMachines:
    """Makes state machines and runs their executions."""

    def __init__(self, client: Any) -> None:
        self.client = client

    def make(self, states: dict[str, Any], **fields: Any) -> str:
        """Make a state machine that starts at the first of the states; return its ARN. JSONata by default."""
        definition = {"QueryLanguage": "JSONata", "StartAt": next(iter(states)), "States": states, **fields}
        machine = self.client.create_state_machine(
            name=f"m{uuid.uuid4().hex[:8]}", definition=json.dumps(definition), roleArn=UNRESTRICTED_ROLE
        )
        arn: str = machine["stateMachineArn"]
        return arn

    def start(self, states: dict[str, Any], data: Any = None, **fields: Any) -> str:
        """Start an execution of a new state machine; return the execution's ARN."""
        arn: str = self.client.start_execution(
            stateMachineArn=self.make(states, **fields), input=json.dumps({} if data is None else data)
        )["executionArn"]
        return arn

    def run(self, states: dict[str, Any], data: Any = None, **fields: Any) -> dict[str, Any]:
        """Run an execution of a new state machine to its end; return its description."""
        return self.end(self.start(states, data, **fields))

    def output(self, states: dict[str, Any], data: Any = None, **fields: Any) -> Any:
        """Run an execution of a new state machine that must succeed; return its output."""
        described = self.run(states, data, **fields)
        assert described["status"] == "SUCCEEDED", described
        return json.loads(described["output"])

    def describe(self, execution: str) -> dict[str, Any]:
        described: dict[str, Any] = self.client.describe_execution(executionArn=execution)
        return described

    def end(self, execution: str) -> dict[str, Any]:
        """Wait for the end of an execution; return its description."""
        eventually(lambda: self.describe(execution)["status"] != "RUNNING")
        return self.describe(execution)

    def fail(self, states: dict[str, Any], data: Any = None, **fields: Any) -> str:
        """Run an execution of a new state machine that must not succeed; return the execution's ARN."""
        execution = self.start(states, data, **fields)
        assert self.end(execution)["status"] != "SUCCEEDED"
        return execution

    def redrive(self, execution: str, **arguments: str) -> dict[str, Any]:
        """Redrive an execution to its next end; return its description."""
        self.client.redrive_execution(executionArn=execution, **arguments)
        return self.end(execution)

    def history(self, execution: str) -> list[dict[str, Any]]:
        """Return all events of an execution, oldest first."""
        pages = self.client.get_paginator("get_execution_history").paginate(executionArn=execution)
        return [event for page in pages for event in page["events"]]

    def entered(self, execution: str, state: str) -> bool:
        """Return whether an execution has entered a state."""
        return any(event.get("stateEnteredEventDetails", {}).get("name") == state for event in self.history(execution))


def invoke_state(function: str, payload: Any = None, **fields: Any) -> dict[str, Any]:
    """Return a Task state that invokes a function and ends the machine."""
    arguments = {"FunctionName": function, "Payload": {} if payload is None else payload}
    return {"Type": "Task", "Resource": INVOKE, "Arguments": arguments, "End": True, **fields}


def endless(**states: dict[str, Any]) -> dict[str, Any]:
    """Return states that never end. AWS refuses a machine without a terminal state, so there is one, too."""
    rule = {"Condition": "{% $exists($states.input.end) %}", "Next": "Done"}
    choice = {"Type": "Choice", "Choices": [rule], "Default": next(iter(states))}
    return {"Choose": choice, **states, "Done": {"Type": "Succeed"}}


FAILS_UNTIL_REDRIVEN = """
    def handler(event, context):
        if event["redrives"] < event.pop("until"):
            raise LookupError("not yet")
        return event
"""
"""Code of a function for `redriven_state`."""


def redriven_state(
    function: str, redrives: int = 1, *, payload: dict[str, Any] | None = None, **fields: Any
) -> dict[str, Any]:
    """Return a Task state that fails with LookupError until its execution has been redriven so many times."""
    counts = {"redrives": "{% $states.context.Execution.RedriveCount %}", "until": redrives}
    return invoke_state(function, {**counts, **(payload or {})}, **fields)
