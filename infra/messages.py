"""The states that publish to the topic: one tells people, the other one waits for their answer."""

from collections.abc import Mapping
from typing import Any, Final

from aws_cdk import Duration, Stack
from aws_cdk import aws_sns as sns
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from infra.retry_delays import FAULTS

NOT_SENT: Final = (
    "SNS.InternalErrorException",
    "SNS.SdkClientException",
    "SNS.SnsException",
    "SNS.ThrottledException",
)
"""Faults of SNS: https://docs.aws.amazon.com/sns/latest/api/API_Publish.html, by the names of AWS's SDK for Java."""


def tell_people(
    scope: Construct,
    construct_id: str,
    comment: str,
    *,
    topic: sns.ITopic,
    subject: str,
    message: str,
    outputs: Mapping[str, Any],
    attempts: int = 3,
) -> tasks.SnsPublish:
    """Return a state that sends a message and passes on `outputs`. `attempts`: how often a failure is retried."""
    state = tasks.SnsPublish.jsonata(
        scope,
        construct_id,
        comment=comment,
        topic=topic,
        subject=subject,
        message=sfn.TaskInput.from_text(message),
        outputs=outputs,
        task_timeout=sfn.Timeout.duration(Duration.seconds(60)),
    )
    state.add_retry(errors=["States.ALL"], interval=Duration.seconds(2), backoff_rate=2, max_attempts=attempts)
    return state


def question(
    scope: Construct, comment: str, *, topic: sns.ITopic, subject: str, message: str, seconds: str
) -> dict[str, Any]:
    """Return the JSON of a state that sends a message and waits for an answer. `seconds`: an expression.

    Only a message that could not be sent is sent again: a person may answer with any other error.
    """
    return {
        "Type": "Task",
        "Comment": comment,
        "Resource": f"arn:{Stack.of(scope).partition}:states:::sns:publish.waitForTaskToken",
        "Arguments": {"TopicArn": topic.topic_arn, "Subject": subject, "Message": message},
        "TimeoutSeconds": seconds,
        "Retry": [
            {
                "ErrorEquals": list(NOT_SENT),
                "IntervalSeconds": FAULTS.first,
                "BackoffRate": FAULTS.rate,
                "MaxDelaySeconds": FAULTS.longest,
                "MaxAttempts": FAULTS.attempts,
                "JitterStrategy": "FULL",
            }
        ],
    }
