"""AWS::ElasticBeanstalk::Environment.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-elasticbeanstalk-environment.html
"""

import re
from collections.abc import Callable
from typing import Any

import pytest

from emulator.ministack.cloudformation.account_api import ResourceHandlerError
from emulator.ministack.cloudformation.resource_type import ResourceNotCreatedError, ResourceType
from tests.support.beanstalk import PLATFORM, environment_property
from tests.support.in_memory import VirtualBeanstalk
from tests.support.option_settings import option
from tests.support.source_bundles import dying

ROLLBACK = option("aws:elasticbeanstalk:control", "RollbackLaunchOnFailure", "true")
"""Let a launch whose command fails end Terminated."""
PROPERTIES: dict[str, Any] = {
    "ApplicationName": "shop",
    "EnvironmentName": "shop-prod",
    "CNAMEPrefix": "shop",
    "SolutionStackName": PLATFORM,
    "VersionLabel": "v1",
    "OptionSettings": [environment_property("COLOR", "green")],
    "Tags": [{"Key": "team", "Value": "web"}, {"Key": "aws:cloudformation:stack-name", "Value": "shop"}],
}


@pytest.fixture
def environments(types: Callable[[str], ResourceType]) -> ResourceType:
    return types("Environment")


def create(environments: ResourceType, **changes: Any) -> tuple[str, dict[str, Any]]:
    return environments.create("generated", {**PROPERTIES, **changes}, started=lambda _id: None)


def described(account: VirtualBeanstalk, name: str = "shop-prod") -> dict[str, Any]:
    [found] = account.client.describe_environments(EnvironmentNames=[name])["Environments"]
    return dict(found)


def tags(account: VirtualBeanstalk) -> dict[str, str]:
    arn = described(account)["EnvironmentArn"]
    found = account.client.list_tags_for_resource(ResourceArn=arn)["ResourceTags"]
    return {tag["Key"]: tag["Value"] for tag in found if ":" not in tag["Key"] and tag["Key"] != "Name"}


def test_it_is_created_once_the_environment_is_ready(account: VirtualBeanstalk, environments: ResourceType) -> None:
    name, attributes = create(environments)
    found = described(account)
    assert (name, found["Status"], found["VersionLabel"]) == ("shop-prod", "Ready", "v1")
    assert attributes == {"EndpointURL": found["EndpointURL"]}
    assert found["CNAME"].startswith("shop.")


def test_its_start_is_noted_before_it_is_ready(account: VirtualBeanstalk, environments: ResourceType) -> None:
    noted: list[tuple[str, str]] = []

    def note(physical_id: str) -> None:
        noted.append((physical_id, described(account)["Status"]))

    environments.create("generated", PROPERTIES, started=note)
    assert noted == [("shop-prod", "Launching")]


def test_it_has_options_and_tags_without_those_that_no_client_may_set(
    account: VirtualBeanstalk, environments: ResourceType
) -> None:
    create(environments)
    assert account.settings(EnvironmentName="shop-prod")[0]["COLOR"] == "green"
    assert tags(account) == {"team": "web"}


def test_without_a_name_it_gets_a_generated_one(account: VirtualBeanstalk, environments: ResourceType) -> None:
    """The documented endpoint of a generated environment is `awseb-myst-myen-132MQC4KRLAMD-...`."""
    generated = environments.generated_name("mystack", "myenvironment", "132MQC4KRLAMD")
    assert generated == "myst-myen-132MQC4KRLAMD"
    unnamed = {key: value for key, value in PROPERTIES.items() if key != "EnvironmentName"}
    assert environments.create(generated, unnamed, started=lambda _id: None)[0] == generated


def test_a_launch_that_fails_is_a_failed_creation_in_cloudformations_words(
    account: VirtualBeanstalk, environments: ResourceType
) -> None:
    """Source: https://github.com/aws-samples/aws-cdk-examples/issues/1126"""
    account.version("broken", dying())
    with pytest.raises(ResourceNotCreatedError) as failed:
        create(environments, VersionLabel="broken", OptionSettings=[ROLLBACK])
    assert failed.value.physical_id == "shop-prod"
    assert re.fullmatch(
        r"Resource handler returned message: \"Resource of type 'AWS::ElasticBeanstalk::Environment' with identifier"
        r" 'shop-prod' did not stabilize\.\" \(RequestToken: [0-9a-f-]{36}, HandlerErrorCode: NotStabilized\)",
        str(failed.value),
    )


@pytest.mark.parametrize(
    ("changes", "message", "code"),
    [
        ({"SolutionStackName": "COBOL"}, "COBOL", "InvalidRequest"),
        ({"VersionLabel": "v9"}, "No Application Version named 'v9' found.", "InvalidRequest"),
        ({"EnvironmentName": "shop-taken"}, "already exists", "AlreadyExists"),
    ],
)
def test_what_elastic_beanstalk_refuses_is_refused_in_its_words(
    account: VirtualBeanstalk, environments: ResourceType, changes: dict[str, str], message: str, code: str
) -> None:
    account.launched("shop-taken")
    with pytest.raises(ResourceHandlerError) as refused:
        create(environments, **changes)
    assert message in str(refused.value)
    assert "(Service: ElasticBeanstalk, Status Code: 400, Request ID: " in str(refused.value)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({"VersionLabel": "v2"}, {"VersionLabel": "v2"}),
        ({"Description": "sells bulbs"}, {"Description": "sells bulbs"}),
    ],
)
def test_it_is_updated_in_place(
    account: VirtualBeanstalk, environments: ResourceType, changes: dict[str, str], shown: dict[str, str]
) -> None:
    create(environments)
    before = described(account)
    name, attributes = environments.update("shop-prod", PROPERTIES, {**PROPERTIES, **changes})
    found = described(account)
    assert found.items() >= {**shown, "Status": "Ready", "EnvironmentId": before["EnvironmentId"]}.items()
    assert (name, attributes) == ("shop-prod", {"EndpointURL": before["EndpointURL"]})


def test_options_are_changed_added_and_removed(account: VirtualBeanstalk, environments: ResourceType) -> None:
    create(environments)
    options = [environment_property("SIZE", "5")]
    environments.update("shop-prod", PROPERTIES, {**PROPERTIES, "OptionSettings": options})
    [settings] = account.settings(EnvironmentName="shop-prod")
    assert (settings.get("COLOR"), settings["SIZE"]) == (None, "5")


def test_version_and_options_change_in_one_update(account: VirtualBeanstalk, environments: ResourceType) -> None:
    create(environments)
    options = [environment_property("COLOR", "red")]
    environments.update("shop-prod", PROPERTIES, {**PROPERTIES, "VersionLabel": "v2", "OptionSettings": options})
    assert described(account)["VersionLabel"] == "v2"
    assert account.settings(EnvironmentName="shop-prod")[0]["COLOR"] == "red"


def test_tags_are_changed_added_and_removed(account: VirtualBeanstalk, environments: ResourceType) -> None:
    """The schema of the type has tagUpdatable: true."""
    create(environments)
    changed = {**PROPERTIES, "Tags": [{"Key": "cost", "Value": "7"}]}
    environments.update("shop-prod", PROPERTIES, changed)
    assert tags(account) == {"cost": "7"}
    assert described(account)["Status"] == "Ready"


def test_a_deployment_that_fails_is_a_failed_update(account: VirtualBeanstalk, environments: ResourceType) -> None:
    create(environments)
    account.version("broken", dying())
    with pytest.raises(ResourceHandlerError, match="did not stabilize"):
        environments.update("shop-prod", PROPERTIES, {**PROPERTIES, "VersionLabel": "broken"})
    environments.update("shop-prod", {**PROPERTIES, "VersionLabel": "broken"}, PROPERTIES)
    assert described(account)["VersionLabel"] == "v1"


def test_it_is_deleted_once_the_environment_is_terminated(
    account: VirtualBeanstalk, environments: ResourceType
) -> None:
    create(environments)
    environments.delete("shop-prod", PROPERTIES)
    assert described(account)["Status"] == "Terminated"
    environments.delete("shop-prod", PROPERTIES)  # nothing is left to do


def test_one_that_is_being_launched_cannot_be_deleted(account: VirtualBeanstalk, environments: ResourceType) -> None:
    account.create("shop-prod")
    with pytest.raises(ResourceHandlerError, match="currently pending creation"):
        environments.delete("shop-prod", PROPERTIES)


def test_the_properties_that_replace_it_are_those_of_the_schema(environments: ResourceType) -> None:
    """`createOnlyProperties`; of Tier its Name and Type, which are all that an update may not change."""
    assert set(environments.replacing) == {
        "ApplicationName",
        "CNAMEPrefix",
        "EnvironmentName",
        "SolutionStackName",
        "Tier",
    }
