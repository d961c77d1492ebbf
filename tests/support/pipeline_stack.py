"""A stack with a pipeline, as CloudFormation makes it in the account."""

import json
import uuid
from typing import Any

from rehearsal.account.account import Account
from tests.support.roles import administrator
from tests.support.running_pipeline import RunningPipeline
from tests.support.waiting import eventually

Json = dict[str, Any]
KEY = "sources/shop.zip"
ALLOWED = {
    "s3:GetBucketVersioning",
    "s3:GetObject",
    "s3:GetObjectVersion",
    "s3:ListBucket",
    "s3:PutObject",
    "states:DescribeStateMachine",
    "states:StartExecution",
    "states:DescribeExecution",
    "sns:Publish",
}
"""Source: https://docs.aws.amazon.com/codepipeline/latest/userguide/how-to-custom-role.html"""


def allows(*actions: str) -> Json:
    statement = {"Effect": "Allow", "Action": sorted(actions), "Resource": "*"}
    return {"PolicyName": "own", "PolicyDocument": {"Version": "2012-10-17", "Statement": [statement]}}


def role(service: str, *actions: str) -> Json:
    trust = {"Effect": "Allow", "Principal": {"Service": f"{service}.amazonaws.com"}, "Action": "sts:AssumeRole"}
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
            "Policies": [allows(*actions)] if actions else [],
        },
    }


def bucket(name: str) -> Json:
    return {
        "Type": "AWS::S3::Bucket",
        "Properties": {
            "BucketName": name,
            "VersioningConfiguration": {"Status": "Enabled"},
            "NotificationConfiguration": {"EventBridgeConfiguration": {"EventBridgeEnabled": True}},
        },
    }


def action(name: str, category: str, provider: str, configuration: Json, **more: Any) -> Json:
    kind = {"Category": category, "Owner": "AWS", "Provider": provider, "Version": "1"}
    return {
        "Name": name,
        "ActionTypeId": kind,
        "Configuration": configuration,
        "Namespace": name,
        "RunOrder": 1,
        **more,
    }


class PipelineStack:
    """A stack with a pipeline of three stages, its role, its buckets and the rule that starts it."""

    def __init__(self, account: Account, topic: str) -> None:
        self.formation = administrator(account, "cloudformation")
        self._client = administrator(account, "codepipeline")
        self.states = administrator(account, "stepfunctions")
        self.s3 = administrator(account, "s3")
        self.topic = topic
        self.name = f"piped-{uuid.uuid4().hex[:6]}"
        self.bucket = f"{self.name}-sources"

    def create(self, *, allowed: set[str] = ALLOWED, rule_may: str = "codepipeline:StartPipelineExecution") -> str:
        """Create the stack, and return the status in which it ends."""
        template = json.dumps(self.template(allowed, rule_may))
        self.formation.create_stack(
            StackName=self.name, TemplateBody=template, Capabilities=["CAPABILITY_IAM"], OnFailure="DO_NOTHING"
        )
        return self.ended()

    def ended(self) -> str:
        eventually(lambda: not self.status().endswith("IN_PROGRESS"), 40)
        return self.status()

    def status(self) -> str:
        return str(self.formation.describe_stacks(StackName=self.name)["Stacks"][0]["StackStatus"])

    def delete(self) -> None:
        self.formation.delete_stack(StackName=self.name)

    @property
    def outputs(self) -> dict[str, str]:
        found = self.formation.describe_stacks(StackName=self.name)["Stacks"][0]["Outputs"]
        return {each["OutputKey"]: each["OutputValue"] for each in found}

    @property
    def pipeline(self) -> RunningPipeline:
        return RunningPipeline(self._client, self.outputs["Pipeline"], 20)

    def upload(self, content: bytes = b"a bundle") -> str:
        return str(self.s3.put_object(Bucket=self.bucket, Key=KEY, Body=content)["VersionId"])

    def template(self, allowed: set[str], rule_may: str) -> Json:
        machine = {"StartAt": "Work", "States": {"Work": {"Type": "Pass", "End": True}}}
        invoked = {
            "StateMachineArn": {"Ref": "Machine"},
            "ExecutionNamePrefix": "shop-deploy",
            "Input": '{"version": "#{Source.VersionId}"}',
        }
        source = {"S3Bucket": {"Ref": "Sources"}, "S3ObjectKey": KEY, "PollForSourceChanges": False}
        stages = [
            action("Source", "Source", "S3", source, OutputArtifacts=[{"Name": "Source"}]),
            action("Deploy", "Invoke", "StepFunctions", invoked),
            action("Approve", "Approval", "Manual", {"NotificationArn": self.topic}),
        ]
        pipeline_arn = {"Fn::Sub": "arn:aws:codepipeline:${AWS::Region}:${AWS::AccountId}:${Pipeline}"}
        pattern = {
            "source": ["aws.s3"],
            "detail-type": ["Object Created"],
            "detail": {"bucket": {"name": [self.bucket]}, "object": {"key": [KEY]}},
        }
        return {
            "Resources": {
                "Sources": bucket(self.bucket),
                "Store": bucket(f"{self.name}-store"),
                "Role": role("codepipeline", *allowed),
                "MachineRole": role("states"),
                "Machine": {
                    "Type": "AWS::StepFunctions::StateMachine",
                    "Properties": {
                        "DefinitionString": json.dumps(machine),
                        "RoleArn": {"Fn::GetAtt": ["MachineRole", "Arn"]},
                    },
                },
                "Pipeline": {
                    "Type": "AWS::CodePipeline::Pipeline",
                    "Properties": {
                        "RoleArn": {"Fn::GetAtt": ["Role", "Arn"]},
                        "ArtifactStore": {"Type": "S3", "Location": {"Ref": "Store"}},
                        "Stages": [{"Name": each["Name"], "Actions": [each]} for each in stages],
                        "Tags": [{"Key": "team", "Value": "web"}],
                    },
                },
                "RuleRole": role("events", rule_may),
                "Uploaded": {
                    "Type": "AWS::Events::Rule",
                    "Properties": {
                        "EventPattern": pattern,
                        "Targets": [
                            {"Id": "Pipeline", "Arn": pipeline_arn, "RoleArn": {"Fn::GetAtt": ["RuleRole", "Arn"]}}
                        ],
                    },
                },
            },
            "Outputs": {
                "Pipeline": {"Value": {"Ref": "Pipeline"}},
                "Version": {"Value": {"Fn::GetAtt": ["Pipeline", "Version"]}},
                "Rule": {"Value": {"Fn::GetAtt": ["Uploaded", "Arn"]}},
            },
        }
