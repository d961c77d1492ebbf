"""A fake of CodePipeline's Step Functions action: the documented behaviour, and no more.

Source: https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-StepFunctions.html
"""

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rehearsal.wait import until

TIMEOUT_SECONDS = 300.0
MAX_INPUT_LENGTH = 1_000

Variables = Mapping[str, Mapping[str, str]]
"""The output variables of earlier actions, by namespace."""


@dataclass(frozen=True)
class ActionResult:
    """The result of the action: `status` is Succeeded or Failed, `variables` are for later actions."""

    status: str
    variables: Mapping[str, str]
    error: str | None


class FakeStepFunctionsAction:
    """Starts an execution as configured, waits for its end, and passes or fails with it."""

    def __init__(self, states: Any) -> None:
        self._states = states

    def run(self, configuration: Mapping[str, str], variables: Variables) -> ActionResult:
        """Run the action and return its result."""
        resolved = {name: _resolve(value, variables) for name, value in configuration.items()}
        assert resolved["InputType"] == "Literal", "a file is not supported here"
        assert len(resolved["Input"]) <= MAX_INPUT_LENGTH, "the service refuses a longer literal"
        arn = self._states.start_execution(
            stateMachineArn=resolved["StateMachineArn"],
            name=f"{resolved['ExecutionNamePrefix']}-{uuid.uuid4()}",
            input=resolved["Input"],
        )["executionArn"]
        ended = self._wait_for(arn)
        status = "Succeeded" if ended["status"] == "SUCCEEDED" else "Failed"
        outputs = {"ExecutionArn": arn, "StateMachineArn": resolved["StateMachineArn"]}
        return ActionResult(status, outputs, ended.get("error"))

    def _wait_for(self, arn: str) -> dict[str, Any]:
        def describe() -> dict[str, Any]:
            found: dict[str, Any] = self._states.describe_execution(executionArn=arn)
            return found

        until(lambda: describe()["status"] != "RUNNING", f"{arn} to end", TIMEOUT_SECONDS)
        return describe()


def _resolve(text: str, variables: Variables) -> str:
    """Return the text with each `#{Namespace.Variable}` replaced. Raises KeyError for an unknown one."""
    return re.sub(r"#\{(\w+)\.(\w+)\}", lambda named: variables[named[1]][named[2]], text)
