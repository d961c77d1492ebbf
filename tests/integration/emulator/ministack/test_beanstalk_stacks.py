"""Stacks with Elastic Beanstalk's resources, through CloudFormation's own API.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_ElasticBeanstalk.html
"""

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from rehearsal.account.account import Account
from rehearsal.account.control import Control
from tests.support.beanstalk import PLATFORM, SHORT_DURATIONS, environment_property
from tests.support.option_settings import option
from tests.support.source_bundles import dying, release
from tests.support.waiting import eventually

Json = dict[str, Any]
BUCKET = "source-bundles"
ROLLBACK = option("aws:elasticbeanstalk:control", "RollbackLaunchOnFailure", "true")
"""Let a launch whose command fails end Terminated."""
BUNDLES = {"good.zip": release(), "better.zip": release(), "dying.zip": dying()}
SECONDS = 60.0


class Stack:
    """A stack with an application, a version, a saved configuration and an environment of it."""

    def __init__(self, account: Account) -> None:
        self.formation = account.client("cloudformation")
        self.beanstalk = account.client("elasticbeanstalk")
        self.name = f"mystack-{uuid.uuid4().hex[:6]}"
        self.id = ""

    def create(self, template: str) -> str:
        """Create the stack and return the status in which it ends."""
        self.start(template)
        return self.ended()

    def start(self, template: str, **options: Any) -> None:
        self.id = self.formation.create_stack(StackName=self.name, TemplateBody=template, **options)["StackId"]

    def update(self, template: str) -> str:
        """Update the stack and return the status in which it ends."""
        self.formation.update_stack(StackName=self.name, TemplateBody=template)
        return self.ended()

    def delete(self) -> None:
        self.formation.delete_stack(StackName=self.name)
        assert self.ended() == "DELETE_COMPLETE"

    def ended(self) -> str:
        eventually(lambda: not self.status().endswith("IN_PROGRESS"), SECONDS)
        return self.status()

    def status(self) -> str:
        return str(self.described()["StackStatus"])

    def described(self) -> Json:
        (found,) = self.formation.describe_stacks(StackName=self.id)["Stacks"]
        return dict(found)

    @property
    def outputs(self) -> dict[str, str]:
        return {each["OutputKey"]: each["OutputValue"] for each in self.described()["Outputs"]}

    def events(self, logical_id: str) -> list[tuple[str, str, str]]:
        """Return status, physical id and reason of a resource's events, the oldest first."""
        found = self.formation.describe_stack_events(StackName=self.id)["StackEvents"]
        return [
            (each["ResourceStatus"], each.get("PhysicalResourceId", ""), each.get("ResourceStatusReason", ""))
            for each in reversed(found)
            if each["LogicalResourceId"] == logical_id
        ]

    def environments(self) -> list[Json]:
        """Return the application's environments that are not Terminated."""
        found = self.beanstalk.describe_environments(ApplicationName=self.name, IncludeDeleted=False)
        return [dict(each) for each in found["Environments"]]

    def versions(self) -> list[str]:
        found = self.beanstalk.describe_application_versions(ApplicationName=self.name)["ApplicationVersions"]
        return [each["VersionLabel"] for each in found]

    def template(self, bundle: str = "good.zip", *options: dict[str, str], **environment: str) -> str:
        application = {"Ref": "Shop"}
        resources = {
            "Shop": ("Application", {"ApplicationName": self.name}),
            "Release": (
                "ApplicationVersion",
                {"ApplicationName": application, "SourceBundle": {"S3Bucket": BUCKET, "S3Key": bundle}},
            ),
            "Saved": (
                "ConfigurationTemplate",
                {
                    "ApplicationName": application,
                    "SolutionStackName": PLATFORM,
                    "OptionSettings": [environment_property("COLOR", "green")],
                },
            ),
            "Prod": (
                "Environment",
                {
                    "ApplicationName": application,
                    "TemplateName": {"Ref": "Saved"},
                    "VersionLabel": {"Ref": "Release"},
                    "OptionSettings": list(options),
                    **environment,
                },
            ),
        }
        outputs = {
            "Version": {"Ref": "Release"},
            "Environment": {"Ref": "Prod"},
            "Endpoint": {"Fn::GetAtt": ["Prod", "EndpointURL"]},
        }
        return json.dumps(
            {
                "Resources": {
                    name: {"Type": f"AWS::ElasticBeanstalk::{kind}", "Properties": properties}
                    for name, (kind, properties) in resources.items()
                },
                "Outputs": {name: {"Value": value} for name, value in outputs.items()},
            }
        )


@pytest.fixture(scope="module")
def beanstalk_account(account: Account) -> Account:
    Control(account.url).set_durations(SHORT_DURATIONS)
    s3 = account.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    for key, bundle in BUNDLES.items():
        s3.put_object(Bucket=BUCKET, Key=key, Body=bundle)
    return account


@pytest.fixture
def stack(beanstalk_account: Account) -> Iterator[Stack]:
    """A stack, which is deleted after the test."""
    stack = Stack(beanstalk_account)
    yield stack
    stack.delete()
    assert stack.environments() == []
    assert stack.beanstalk.describe_applications(ApplicationNames=[stack.name])["Applications"] == []


def test_a_stack_is_created_updated_in_place_and_deleted(stack: Stack) -> None:
    assert stack.create(stack.template()) == "CREATE_COMPLETE"
    (first,) = stack.environments()
    outputs = stack.outputs
    assert (first["Status"], first["VersionLabel"]) == ("Ready", outputs["Version"])
    assert (first["EnvironmentName"], first["EndpointURL"]) == (outputs["Environment"], outputs["Endpoint"])
    assert outputs["Version"].startswith(f"{stack.name}-Release-")
    assert outputs["Environment"].startswith("myst-Prod-")
    assert [(status, reason) for status, _, reason in stack.events("Prod")] == [
        ("CREATE_IN_PROGRESS", ""),
        ("CREATE_IN_PROGRESS", "Resource creation Initiated"),
        ("CREATE_COMPLETE", ""),
    ]

    assert stack.update(stack.template("better.zip")) == "UPDATE_COMPLETE"
    (updated,) = stack.environments()
    assert updated["EnvironmentId"] == first["EnvironmentId"]
    assert updated["VersionLabel"] == stack.outputs["Version"] != outputs["Version"]
    assert stack.versions() == [stack.outputs["Version"]], "the version before is deleted, its bundle is kept"


def test_the_account_answers_while_an_environment_launches(stack: Stack) -> None:
    stack.start(stack.template())
    eventually(stack.environments)
    assert stack.status() == "CREATE_IN_PROGRESS"
    assert {each["Status"] for each in stack.environments()} == {"Launching"}
    assert stack.ended() == "CREATE_COMPLETE"


def test_a_change_that_needs_a_new_environment_makes_one_before_it_terminates_the_old_one(stack: Stack) -> None:
    assert stack.create(stack.template()) == "CREATE_COMPLETE"
    (old,) = stack.environments()
    assert stack.update(stack.template(CNAMEPrefix=stack.name)) == "UPDATE_COMPLETE"
    (new,) = stack.environments()
    assert new["EnvironmentId"] != old["EnvironmentId"]
    assert new["CNAME"].startswith(stack.name)
    assert stack.outputs["Environment"] == new["EnvironmentName"] != old["EnvironmentName"]


def test_an_environment_with_a_chosen_name_cannot_be_replaced(stack: Stack) -> None:
    """Source: the property EnvironmentName in the template reference."""
    name = f"{stack.name}-prod"
    assert stack.create(stack.template(EnvironmentName=name)) == "CREATE_COMPLETE"
    assert stack.update(stack.template(EnvironmentName=name, CNAMEPrefix=stack.name)) == "UPDATE_ROLLBACK_COMPLETE"
    (reason,) = [reason for status, _, reason in stack.events("Prod") if status == "UPDATE_FAILED"]
    assert reason == (
        "CloudFormation cannot update a stack when a custom-named resource requires replacing."
        f" Rename {name} and update the stack again."
    )
    (environment,) = stack.environments()
    assert environment["EnvironmentName"] == name


def test_a_failed_launch_fails_the_stack_and_the_rollback_leaves_nothing(stack: Stack) -> None:
    """Source of the words: https://github.com/aws-samples/aws-cdk-examples/issues/1126"""
    assert stack.create(stack.template("dying.zip", ROLLBACK)) == "ROLLBACK_COMPLETE"
    statuses = [status for status, _, _ in stack.events("Prod")]
    assert statuses[-3:] == ["CREATE_FAILED", "DELETE_IN_PROGRESS", "DELETE_COMPLETE"]
    (reason,) = [reason for status, _, reason in stack.events("Prod") if status == "CREATE_FAILED"]
    assert reason.startswith(
        "Resource handler returned message: \"Resource of type 'AWS::ElasticBeanstalk::Environment' with identifier"
        f" '{stack.events('Prod')[1][1]}' did not stabilize.\" (RequestToken: "
    )
    assert stack.environments() == []


def test_a_failed_launch_that_leaves_an_environment_is_removed_too(stack: Stack) -> None:
    """With DisableRollback the environment stays until the stack is deleted, which the fixture does."""
    stack.start(stack.template("dying.zip", ROLLBACK), DisableRollback=True)
    assert stack.ended() == "CREATE_FAILED"
    (prod,) = [
        each
        for each in stack.formation.describe_stack_resources(StackName=stack.name)["StackResources"]
        if each["LogicalResourceId"] == "Prod"
    ]
    assert prod["ResourceStatus"] == "CREATE_FAILED"


def test_a_failed_deployment_rolls_the_stack_back_to_the_version_before(stack: Stack) -> None:
    assert stack.create(stack.template()) == "CREATE_COMPLETE"
    label = stack.outputs["Version"]
    assert stack.update(stack.template("dying.zip")) == "UPDATE_ROLLBACK_COMPLETE"
    assert [status for status, _, _ in stack.events("Prod")][-4:] == [
        "UPDATE_IN_PROGRESS",
        "UPDATE_FAILED",
        "UPDATE_IN_PROGRESS",
        "UPDATE_COMPLETE",
    ]
    (environment,) = stack.environments()
    assert (environment["Status"], environment["VersionLabel"]) == ("Ready", label)
    assert stack.versions() == [label]
