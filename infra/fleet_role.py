"""What the role of the fleets' state machine may do: start releases, call its functions, publish, run its Map.

Source: https://docs.aws.amazon.com/step-functions/latest/dg/connect-stepfunctions.html
and https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html
"""

import json
from collections.abc import Iterable
from typing import Final, cast

from aws_cdk import CfnElement, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from aws_cdk import aws_stepfunctions as sfn

from infra.acknowledgments import acknowledge
from infra.machine_role import allow_machine
from infra.policies import allow, explain

RULE: Final = "StepFunctionsGetEventsForStepFunctionsExecutionRule"
MAP_LABEL: Final = "releases"
"""In the ARNs of the executions that the Map makes."""
MAP_RUN: Final = ["states:DescribeExecution", "states:RedriveExecution", "states:StopExecution"]


def allow_fleet(
    machine: sfn.StateMachine,
    functions: Iterable[lambda_.Function],
    topic: sns.ITopic,
    releases: sfn.StateMachine,
    name: str,
) -> None:
    """Let the machine publish, and start, follow and stop releases; give the reason for all that its role may do.

    The CDK grants what a distributed Map needs, and the calls of functions. `name`: of the releases' machine.
    """
    allow_machine(machine, functions, topic)
    role, stack = cast(iam.Role, machine.role), Stack.of(machine)
    within = f"{stack.region}:{stack.account}"
    why = "Each release of a fleet is an execution of its own."
    allow(role, ["states:StartExecution"], [releases.state_machine_arn], why=why)
    executions = f"arn:{stack.partition}:states:{within}:execution:{name}:*"
    why = "The end of a release is waited for, and a release ends with its fleet."
    allow(role, ["states:DescribeExecution", "states:StopExecution"], [executions], why=why)
    rule = f"arn:{stack.partition}:events:{within}:rule/{RULE}"
    why = "Step Functions hears of the end of a release by a rule that it manages."
    allow(role, ["events:DescribeRule", "events:PutRule", "events:PutTargets"], [rule], why=why)
    why = "The Map of a fleet runs each release in an execution of the fleet's machine."
    explain(role, ["states:StartExecution", *MAP_RUN], why)
    own = json.dumps({"Fn::Select": [6, {"Fn::Split": [":", {"Ref": _logical_id(machine)}]}]}, separators=(",", ":"))
    for child in ("", f"/{MAP_LABEL}"):
        arn = f"arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:execution:{own}{child}:*"
        acknowledge(machine, f"IAM5[Resource::{arn}]", why)


def _logical_id(machine: sfn.StateMachine) -> str:
    return Stack.of(machine).get_logical_id(cast(CfnElement, machine.node.default_child))
