"""What the state machine's role may do: call the stage functions, publish to the topic, deliver logs and traces."""

from collections.abc import Iterable

from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from aws_cdk import aws_stepfunctions as sfn

from infra.acknowledgments import acknowledge, acknowledge_wildcards, arn_in_findings
from infra.policies import explain

LOG_DELIVERY = [
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "logs:GetLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:UpdateLogDelivery",
]
TRACES = [
    "xray:GetSamplingRules",
    "xray:GetSamplingTargets",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
]


def allow_machine(machine: sfn.StateMachine, functions: Iterable[lambda_.Function], topic: sns.ITopic) -> None:
    """Let the machine publish to the topic, and give the reason for all that its role may do."""
    topic.grant_publish(machine)
    role = machine.role
    explain(role, ["lambda:InvokeFunction"], "Each state calls its function.")
    explain(role, ["sns:Publish", "kms:Decrypt", "kms:GenerateDataKey*"], "People are asked, and told of failures.")
    explain(role, LOG_DELIVERY, "Step Functions delivers its log; that is authorised on * only.")
    explain(role, TRACES, "Step Functions sends its traces; that is authorised on * only.")
    acknowledge_wildcards(machine, resources=["*"], why="Log delivery and X-Ray authorise on * only.")
    for function in functions:
        acknowledge(machine, f"IAM5[Resource::{arn_in_findings(function)}:*]", "The function's versions.")
    acknowledge(machine, "IAM5[Action::kms:GenerateDataKey*]", "To publish to the encrypted topic.")
    acknowledge(machine, "IAM5[Action::kms:ReEncrypt*]", "To publish to the encrypted topic.")
