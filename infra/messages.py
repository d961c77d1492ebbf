"""The states that publish to the topic: one tells people, the other one waits for their answer."""

from collections.abc import Mapping
from typing import Any

from aws_cdk import Duration, Stack
from aws_cdk import aws_sns as sns
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct


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
    """Return the JSON of a state that sends a message and waits for an answer. `seconds`: an expression."""
    return {
        "Type": "Task",
        "Comment": comment,
        "Resource": f"arn:{Stack.of(scope).partition}:states:::sns:publish.waitForTaskToken",
        "Arguments": {"TopicArn": topic.topic_arn, "Subject": subject, "Message": message},
        "TimeoutSeconds": seconds,
    }
