"""The states that call stage functions: what each passes on, how each waits, what each retries."""

from collections.abc import Mapping
from dataclasses import dataclass

from aws_cdk import Duration
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from infra.retry_delays import FAULTS, SOON, WAITING
from lambdas.errors import EnvironmentNotReadyError, EnvironmentReadySoonError, ServiceUnavailableError
from lambdas.look_times import SOON as RETRIES_SOON


@dataclass(frozen=True)
class Pace:
    """How long a state waits between two looks: at first, by how much more each time, and at most."""

    first: Duration
    growth: float
    longest: Duration
    jitter: sfn.JitterType


QUICK = Pace(Duration.seconds(WAITING.first), WAITING.rate, Duration.seconds(WAITING.longest), sfn.JitterType.FULL)
"""For what Elastic Beanstalk does."""
SLOW = Pace(Duration.seconds(60), 1.02, Duration.seconds(300), sfn.JitterType.NONE)
"""For what people do: a history has room for days. The 80th look is after 3 hours, and the rest every 5 minutes."""
TASK_TOKEN = "{% $states.context.Task.Token %}"  # noqa: S105 - an expression, no secret
RESULT = "{% $states.result.Payload %}"
FUNCTION_FAULTS = [
    "Lambda.AWSLambdaException",
    "Lambda.ClientExecutionTimeoutException",
    "Lambda.SdkClientException",
    "Lambda.ServiceException",
    "Lambda.TooManyRequestsException",
    "Lambda.Unknown",  # the function was killed
    "Runtime.ExitError",
    "Sandbox.Timedout",
    "States.Timeout",
]
"""Faults of functions, which pass by themselves. What the function asked for before may have been done.

A retry is safe after each of them: every stage looks before it acts, and a swap is in the record before it is made.
"""


class StageTasks:
    """Makes the states. `functions`: the stage functions by the names of their modules in lambdas/stages."""

    def __init__(self, scope: Construct, functions: Mapping[str, lambda_.Function]) -> None:
        self._scope = scope
        self._functions = functions

    def task(
        self,
        name: str,
        function: str,
        comment: str,
        *,
        payload: Mapping[str, str] | None = None,
        outputs: Mapping[str, str] | None = None,
        timeout: Duration | None = None,
        attempts: int = FAULTS.attempts,
        waits: bool = True,
        soon: bool = False,
        pace: Pace = QUICK,
        answers: bool = False,
    ) -> tasks.LambdaInvoke:
        """Return a state that calls a stage function with the context object and `payload`.

        `outputs`: what the state passes on; by default the function's result, as `deployment`. `attempts`: how often a
        fault is retried. `waits`: whether the stage asks for a retry by an error of its own, at `pace`. `soon`:
        whether it also asks for one after a few seconds. `answers`: whether the stage ends the task by its token,
        instead of by what it returns.
        """
        given = {
            "context": "{% $states.context %}",
            **(payload or {}),
            **({RETRIES_SOON: True} if soon else {}),
            **({"token": TASK_TOKEN} if answers else {}),
        }
        state = tasks.LambdaInvoke.jsonata(
            self._scope,
            name,
            comment=comment,
            lambda_function=self._functions[function],
            payload=sfn.TaskInput.from_object(given),
            integration_pattern=sfn.IntegrationPattern.WAIT_FOR_TASK_TOKEN if answers else None,
            outputs={"deployment": RESULT} if outputs is None else outputs,
            task_timeout=sfn.Timeout.duration(timeout or Duration.seconds(150)),
            retry_on_service_exceptions=False,  # FUNCTION_FAULTS has these exceptions, and more
        )
        if waits:
            state.add_retry(
                errors=[EnvironmentNotReadyError.__name__],
                interval=pace.first,
                backoff_rate=pace.growth,
                max_delay=pace.longest,
                jitter_strategy=pace.jitter,
                max_attempts=WAITING.attempts,
            )
        if soon:
            state.add_retry(
                errors=[EnvironmentReadySoonError.__name__],
                interval=Duration.seconds(SOON.first),
                backoff_rate=SOON.rate,
                max_delay=Duration.seconds(SOON.longest),
                max_attempts=SOON.attempts,
            )
        state.add_retry(
            errors=[ServiceUnavailableError.__name__, *FUNCTION_FAULTS],
            interval=Duration.seconds(FAULTS.first),
            backoff_rate=FAULTS.rate,
            max_delay=Duration.seconds(FAULTS.longest),
            jitter_strategy=sfn.JitterType.FULL,
            max_attempts=attempts,
        )
        return state
