"""The Step Functions action: starts an execution of a state machine, and passes or fails with it.

Source: https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-StepFunctions.html
"""

from typing import ClassVar

from emulator.codepipeline.errors import ActionFailedError
from emulator.codepipeline.model import Json
from emulator.codepipeline.providers.provider import Acting, ActionContext, ActionOutcome, Range, slowly

POLL_SECONDS = 10.0
"""Account seconds between two looks at the execution."""
LIMIT_SECONDS = 7 * 24 * 3_600.0
INPUT_LENGTH = 1_000
"""The most characters of a literal input, after its variables got their values."""


class StepFunctionsInvocation:
    """Starts an execution and waits for its end. A later redrive of the execution does not count."""

    required: ClassVar[tuple[str, ...]] = ("StateMachineArn",)
    artifacts: ClassVar[tuple[Range, Range]] = ((0, 1), (0, 0))

    def run(self, context: ActionContext) -> Acting:
        """Return the variables ExecutionArn and StateMachineArn."""
        machine = context.configuration["StateMachineArn"]
        given = yield slowly(_input, context)
        prefix = context.configuration.get("ExecutionNamePrefix")
        name = f"{prefix}-{context.run.id}" if prefix else context.run.id
        states = yield slowly(context.client, "stepfunctions")
        yield slowly(states.describe_state_machine, stateMachineArn=machine)
        started = yield slowly(states.start_execution, stateMachineArn=machine, name=name, input=given)
        context.run.external_id = arn = started["executionArn"]
        context.run.external_url = _console(context.store.region, arn)
        end = context.store.clock.time() + LIMIT_SECONDS
        while True:
            found: Json = yield slowly(states.describe_execution, executionArn=arn)
            if found["status"] != "RUNNING":
                break
            if context.store.clock.time() > end:
                raise ActionFailedError("JobFailed", f"{arn} has not ended in seven days.")
            yield POLL_SECONDS
        if found["status"] != "SUCCEEDED":
            raise ActionFailedError("JobFailed", _failure(found))
        return ActionOutcome(variables={"ExecutionArn": arn, "StateMachineArn": machine})


def _input(context: ActionContext) -> str:
    """Return the input of the execution: a literal, or a file of the input artifact. Slow."""
    kind, given = context.configuration.get("InputType", "Literal"), context.configuration.get("Input", "{}")
    if kind == "FilePath":
        if not context.input_artifacts:
            raise ActionFailedError("ConfigurationError", "The InputType FilePath needs an input artifact.")
        return context.read_artifact(context.input_artifacts[0], given).decode()
    if len(given) > INPUT_LENGTH:
        raise ActionFailedError(
            "ConfigurationError",
            f"A literal Input has at most {INPUT_LENGTH} characters; this one has {len(given)}, with the values of its"
            " variables. Give a file: InputType FilePath.",
        )
    return given


def _failure(execution: Json) -> str:
    """Return how an execution ended. AWS does not document its words."""
    reasons = [
        f"{name}: {execution[key]}" for name, key in (("Error", "error"), ("Cause", "cause")) if key in execution
    ]
    return ". ".join([f"The execution {execution['executionArn']} ended {execution['status']}", *reasons])


def _console(region: str, arn: str) -> str:
    return f"https://console.aws.amazon.com/states/home?region={region}#/executions/details/{arn}"
