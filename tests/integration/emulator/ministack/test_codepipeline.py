"""A pipeline in the account: made by CloudFormation, started by an upload, with the permissions of its roles.

Source: https://docs.aws.amazon.com/codepipeline/latest/userguide/integrations-action-type.html
"""

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from emulator.identity import ACCOUNT_ID, REGION
from rehearsal.account.account import Account
from tests.support.roles import Role, administrator, client
from tests.support.running_pipeline import RunningPipeline
from tests.support.topics import Topics
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


@pytest.fixture
def stack(account: Account, topics: Topics) -> Iterator[PipelineStack]:
    stack = PipelineStack(account, topics.make())
    yield stack
    stack.delete()


def test_an_upload_runs_the_pipeline_that_cloudformation_made(stack: PipelineStack) -> None:
    assert stack.create() == "CREATE_COMPLETE"
    assert stack.pipeline.name.startswith(f"{stack.name}-Pipeline-")
    assert stack.outputs["Version"] == "1"
    first = stack.pipeline.until_state("Source", "Failed")
    assert "has no object with the key" in first["errorDetails"]["message"], "a new pipeline runs at once"

    version = stack.upload()
    eventually(lambda: len(stack.pipeline.executions()) == 2)
    execution = stack.pipeline.executions()[0]
    assert execution["trigger"] == {"triggerType": "CloudWatchEvent", "triggerDetail": stack.outputs["Rule"]}
    stack.pipeline.until_state("Approve", "InProgress")
    deploy = stack.pipeline.state("Deploy")
    started = stack.states.describe_execution(executionArn=deploy["externalExecutionId"])
    assert json.loads(started["input"]) == {"version": version}
    assert started["name"] == f"shop-deploy-{deploy['actionExecutionId']}"

    stack.pipeline.answer()
    assert stack.pipeline.executions()[0]["status"] == "Succeeded"
    (revision,) = stack.pipeline.executions()[0]["sourceRevisions"]
    assert revision["revisionId"] == version
    names = [each["Key"] for each in stack.s3.list_objects_v2(Bucket=f"{stack.name}-store")["Contents"]]
    assert len(names) == 1


def test_an_update_of_the_stack_changes_the_pipeline_and_does_not_run_it(stack: PipelineStack) -> None:
    assert stack.create() == "CREATE_COMPLETE"
    template = stack.template(ALLOWED, "codepipeline:StartPipelineExecution")
    properties = template["Resources"]["Pipeline"]["Properties"]
    properties["ExecutionMode"] = "QUEUED"
    properties["Tags"] = [{"Key": "cost", "Value": "7"}]
    stack.formation.update_stack(
        StackName=stack.name, TemplateBody=json.dumps(template), Capabilities=["CAPABILITY_IAM"]
    )
    assert stack.ended() == "UPDATE_COMPLETE"
    found = stack.pipeline.client.get_pipeline(name=stack.pipeline.name)
    assert (found["pipeline"]["executionMode"], found["pipeline"]["version"]) == ("QUEUED", 2)
    assert stack.outputs["Version"] == "2"
    assert len(stack.pipeline.executions()) == 1
    tags = stack.pipeline.client.list_tags_for_resource(resourceArn=found["metadata"]["pipelineArn"])["tags"]
    assert {each["key"] for each in tags if not each["key"].startswith("aws:")} == {"cost"}


@pytest.mark.parametrize(
    ("missing", "failed"),
    [("s3:GetObject", "Source"), ("states:StartExecution", "Deploy"), ("sns:Publish", "Approve")],
)
def test_the_pipelines_role_is_enforced(stack: PipelineStack, missing: str, failed: str) -> None:
    assert stack.create(allowed=ALLOWED - {missing}) == "CREATE_COMPLETE"
    stack.upload()
    eventually(lambda: [each["status"] for each in stack.pipeline.executions()] == ["Failed", "Failed"])
    error = stack.pipeline.state(failed)["errorDetails"]
    assert error["code"] == "PermissionError"
    assert missing in error["message"] or "AccessDenied" in error["message"]


def test_the_rule_of_an_upload_needs_its_permission(stack: PipelineStack) -> None:
    assert stack.create(rule_may="codepipeline:GetPipeline") == "CREATE_COMPLETE"
    stack.pipeline.until_state("Source", "Failed")
    stack.upload()
    stack.pipeline.start()
    stack.pipeline.until_state("Deploy", "Succeeded")
    assert [each["trigger"]["triggerType"] for each in stack.pipeline.executions()] == [
        "StartPipelineExecution",
        "CreatePipeline",
    ]


def test_a_role_for_another_service_is_refused_in_cloudformations_words(stack: PipelineStack) -> None:
    template = stack.template(ALLOWED, "codepipeline:StartPipelineExecution")
    template["Resources"]["Role"] = role("lambda", *ALLOWED)
    stack.formation.create_stack(
        StackName=stack.name,
        TemplateBody=json.dumps(template),
        Capabilities=["CAPABILITY_IAM"],
        OnFailure="DO_NOTHING",
    )
    assert stack.ended() == "CREATE_FAILED"
    events = stack.formation.describe_stack_events(StackName=stack.name)["StackEvents"]
    (reason,) = [
        each["ResourceStatusReason"]
        for each in events
        if (each["LogicalResourceId"], each["ResourceStatus"]) == ("Pipeline", "CREATE_FAILED")
    ]
    assert 'Resource handler returned message: "CodePipeline is not authorized to perform AssumeRole on role' in reason
    assert "(Service: CodePipeline, Status Code: 400, Request ID: " in reason
    assert "HandlerErrorCode: InvalidRequest" in reason


def test_a_caller_of_codepipeline_needs_permissions(account: Account) -> None:
    reader = Role(account, {"Action": "codepipeline:ListPipelines", "Resource": "*"})
    assert reader.call("codepipeline", "list_pipelines")["status"] == 200
    refused = reader.call("codepipeline", "start_pipeline_execution", name="shop")
    arn = f"arn:aws:codepipeline:{REGION}:{ACCOUNT_ID}:shop"
    assert refused["Code"] == "AccessDeniedException"
    assert refused["Message"] == reader.denial("codepipeline:StartPipelineExecution", arn)


def test_a_call_with_an_invalid_signature_is_refused(account: Account) -> None:
    credentials = Role(account, {"Action": "codepipeline:*", "Resource": "*"}).credentials()
    key, token = credentials["AWS_ACCESS_KEY_ID"], credentials["AWS_SESSION_TOKEN"]
    with pytest.raises(ClientError) as refused:
        client(account, "codepipeline", key, "another secret", token).list_pipelines()
    assert refused.value.response["Error"]["Code"] in ("InvalidSignatureException", "SignatureDoesNotMatch")
