"""A stand-in for CodePipeline's Step Functions action: what the service documents of it, and no more.

Source: https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-StepFunctions.html
"""

import re
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

PATIENCE_SECONDS = 300.0
LOOK_SECONDS = 0.2
INPUT_LENGTH = 1_000

Variables = Mapping[str, Mapping[str, str]]
"""The output variables of earlier actions, by their namespaces."""


@dataclass(frozen=True)
class Done:
    """How the action ended: `status` is Succeeded or Failed, `variables` are what later actions may use."""

    status: str
    variables: Mapping[str, str]
    error: str | None


class StepFunctionsAction:
    """Starts an execution by its configuration, waits for its end, and passes or fails with it."""

    def __init__(self, states: Any) -> None:
        self._states = states

    def run(self, configuration: Mapping[str, str], variables: Variables) -> Done:
        resolved = {name: _resolved(value, variables) for name, value in configuration.items()}
        assert resolved["InputType"] == "Literal", "a file would come from an artifact"
        assert len(resolved["Input"]) <= INPUT_LENGTH, "the service refuses a longer literal"
        arn = self._states.start_execution(
            stateMachineArn=resolved["StateMachineArn"],
            name=f"{resolved['ExecutionNamePrefix']}-{uuid.uuid4()}",
            input=resolved["Input"],
        )["executionArn"]
        ended = self._end_of(arn)
        status = "Succeeded" if ended["status"] == "SUCCEEDED" else "Failed"
        outputs = {"ExecutionArn": arn, "StateMachineArn": resolved["StateMachineArn"]}
        return Done(status, outputs, ended.get("error"))

    def _end_of(self, arn: str) -> dict[str, Any]:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            found: dict[str, Any] = self._states.describe_execution(executionArn=arn)
            if found["status"] != "RUNNING":
                return found
            assert time.monotonic() < deadline, f"{arn} should have ended"
            time.sleep(LOOK_SECONDS)


def _resolved(text: str, variables: Variables) -> str:
    """With `#{Namespace.Variable}` replaced; one that no earlier action gave fails the action."""
    return re.sub(r"#\{(\w+)\.(\w+)\}", lambda named: variables[named[1]][named[2]], text)
