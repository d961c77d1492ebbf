"""States of a fleet: the Map that releases a group, the request for approval, the messages."""

from typing import Final

from aws_cdk import Stack
from aws_cdk import aws_sns as sns
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.fleet_expressions import (
    APPROVAL_EXPIRED,
    CAUGHT,
    FAILED_RELEASE,
    FLEET,
    FLEET_APPROVAL_REQUEST,
    NEXT_ITEM,
    RELEASE_NAME,
    SUCCEEDED_RELEASE,
)
from infra.fleet_role import MAP_LABEL
from infra.messages import question

START_FAULTS: Final = [
    "StepFunctions.AWSStepFunctionsException",  # throttling has no name of its own
    "StepFunctions.ExecutionLimitExceededException",
    "StepFunctions.SdkClientException",
]
"""Faults of StartExecution, which pass by themselves. The same name and input start one execution."""
AS_FLEET: Final = {"fleet": f"{{% {FLEET} %}}"}


def release_group(scope: Construct, releases: sfn.StateMachine) -> sfn.DistributedMap:
    """Return the Map that releases a group. A failed release does not fail it."""
    # The CDK's own task would also allow what has the machine's name as a prefix: the executions of fleets.
    release = sfn.CustomState(
        scope,
        "ReleaseOne",
        state_json={
            "Type": "Task",
            "Comment": "Release one environment, by an execution of its own, and wait for its end.",
            "Resource": f"arn:{Stack.of(scope).partition}:states:::states:startExecution.sync:2",
            "Arguments": {
                "StateMachineArn": releases.state_machine_arn,
                "Name": RELEASE_NAME,
                "Input": "{% $states.input.request %}",
            },
            "Output": SUCCEEDED_RELEASE,
            "Retry": [
                {
                    "ErrorEquals": START_FAULTS,
                    "IntervalSeconds": 2,
                    "BackoffRate": 2,
                    "MaxDelaySeconds": 60,
                    "JitterStrategy": "FULL",
                    "MaxAttempts": 10,
                }
            ],
            "Catch": [{"ErrorEquals": ["States.ALL"], "Output": FAILED_RELEASE, "Next": "ReleaseEnded"}],
        },
    )
    ended = sfn.Succeed(scope, "ReleaseEnded", comment="The fleet counts it. One that failed keeps its green.")
    group = sfn.DistributedMap.jsonata(
        scope,
        "ReleaseGroup",
        comment="Release the environments of a group side by side.",
        items=sfn.ProvideItems.jsonata(f"{{% {FLEET}.group %}}"),
        item_selector=NEXT_ITEM,
        tolerated_failure_percentage=100,
        map_execution_type=sfn.StateMachineType.STANDARD,
        label=MAP_LABEL,
        outputs={**AS_FLEET, "results": "{% $states.result %}"},
    )
    return group.item_processor(release.next(ended))


def fleet_approval(scope: Construct, topic: sns.ITopic) -> sfn.CustomState:
    """Return the state that tells of a wave and waits for a person."""
    return sfn.CustomState(
        scope,
        "AwaitFleetApproval",
        state_json={
            **question(
                scope,
                "Tell people of the wave, and ask for the next one. Without an answer the fleet stops.",
                topic=topic,
                subject=f"{{% {FLEET}.notice.subject %}}",
                message=FLEET_APPROVAL_REQUEST,
                seconds=f"{{% {FLEET}.approval_seconds %}}",
            ),
            "Output": AS_FLEET,
            # add_catch of a CustomState leaves out the outputs.
            "Catch": [
                {"ErrorEquals": ["States.Timeout"], "Output": APPROVAL_EXPIRED, "Next": "NotifyFleetFailure"},
                {"ErrorEquals": ["States.ALL"], "Output": CAUGHT, "Next": "NotifyFleetFailure"},
            ],
        },
    )
