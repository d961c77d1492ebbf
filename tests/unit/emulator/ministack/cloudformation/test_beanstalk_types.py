"""AWS::ElasticBeanstalk::Application, ApplicationVersion and ConfigurationTemplate.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_ElasticBeanstalk.html
"""

from collections.abc import Callable
from typing import Any

import pytest

from emulator.ministack.cloudformation.account_api import ResourceHandlerError
from emulator.ministack.cloudformation.resource_type import ResourceNotCreatedError, ResourceType, random_suffix
from tests.support.beanstalk import BUCKET, PLATFORM, environment_property
from tests.support.in_memory import VirtualBeanstalk

Types = Callable[[str], ResourceType]


def created(resource_type: ResourceType, properties: dict[str, Any]) -> str:
    name = resource_type.generated_name("mystack", "resource", "1A2B3C4D5E6F")
    return resource_type.create(name, properties, started=lambda _id: None)[0]


def application(account: VirtualBeanstalk, name: str) -> dict[str, Any]:
    [found] = account.client.describe_applications(ApplicationNames=[name])["Applications"]
    return dict(found)


def test_ref_returns_the_name_of_an_application_given_or_generated(account: VirtualBeanstalk, types: Types) -> None:
    applications = types("Application")
    assert created(applications, {"ApplicationName": "blog", "Description": "a blog"}) == "blog"
    assert application(account, "blog")["Description"] == "a blog"
    assert created(applications, {}) == "mystack-resource-1A2B3C4D5E6F"


def test_an_applications_description_changes_in_place(account: VirtualBeanstalk, types: Types) -> None:
    types("Application").update("shop", {}, {"Description": "sells bulbs"})
    assert application(account, "shop")["Description"] == "sells bulbs"


def test_the_lifecycle_of_an_applications_versions_changes_in_place(account: VirtualBeanstalk, types: Types) -> None:
    """Templates may write numbers and booleans as strings."""
    rule = {"Enabled": "true", "MaxCount": "50", "DeleteSourceFromS3": "false"}
    lifecycle = {
        "ServiceRole": "arn:aws:iam::123456789012:role/aws-elasticbeanstalk-service-role",
        "VersionLifecycleConfig": {"MaxCountRule": rule},
    }
    types("Application").update("shop", {}, {"ResourceLifecycleConfig": lifecycle})
    found = application(account, "shop")["ResourceLifecycleConfig"]["VersionLifecycleConfig"]["MaxCountRule"]
    assert found == {"Enabled": True, "MaxCount": 50, "DeleteSourceFromS3": False}


def test_an_application_is_deleted_with_its_versions(account: VirtualBeanstalk, types: Types) -> None:
    types("Application").delete("shop", {})
    assert account.client.describe_applications()["Applications"] == []
    types("Application").delete("shop", {})  # nothing is left to do


def test_an_application_with_a_running_environment_cannot_be_deleted(account: VirtualBeanstalk, types: Types) -> None:
    account.launched()
    with pytest.raises(ResourceHandlerError, match="deployed to a running environment"):
        types("Application").delete("shop", {})


def test_an_application_that_exists_cannot_be_created(account: VirtualBeanstalk, types: Types) -> None:
    with pytest.raises(ResourceHandlerError) as refused:
        created(types("Application"), {"ApplicationName": "shop"})
    assert refused.value.code == "AlreadyExists"


BUNDLE = {"S3Bucket": BUCKET, "S3Key": "v1.zip"}


def test_the_label_of_a_version_is_always_generated(account: VirtualBeanstalk, types: Types) -> None:
    """VersionLabel is no property of the type; `Ref` returns the label."""
    label = created(types("ApplicationVersion"), {"ApplicationName": "shop", "SourceBundle": BUNDLE})
    assert label == "mystack-resource-1A2B3C4D5E6F"
    [found] = account.client.describe_application_versions(VersionLabels=[label])["ApplicationVersions"]
    assert found["SourceBundle"] == BUNDLE


@pytest.mark.parametrize("process", [True, "true"])
def test_a_version_with_process_is_created_once_it_is_processed(
    account: VirtualBeanstalk, types: Types, process: object
) -> None:
    label = created(
        types("ApplicationVersion"), {"ApplicationName": "shop", "SourceBundle": BUNDLE, "Process": process}
    )
    assert account.version_status(label).upper() == "PROCESSED"


def test_a_version_whose_bundle_is_not_valid_is_a_failed_creation(account: VirtualBeanstalk, types: Types) -> None:
    account.objects[f"/{BUCKET}/v1.zip"] = b"no zip"
    with pytest.raises(ResourceNotCreatedError, match="did not stabilize"):
        created(types("ApplicationVersion"), {"ApplicationName": "shop", "SourceBundle": BUNDLE, "Process": True})


def test_a_version_without_a_bundle_in_s3_is_refused(account: VirtualBeanstalk, types: Types) -> None:
    missing = {**BUNDLE, "S3Key": "v9.zip"}
    with pytest.raises(ResourceHandlerError, match="Unable to download from S3 location"):
        created(types("ApplicationVersion"), {"ApplicationName": "shop", "SourceBundle": missing})


def test_a_versions_description_changes_in_place(account: VirtualBeanstalk, types: Types) -> None:
    types("ApplicationVersion").update("v1", {}, {"ApplicationName": "shop", "Description": "the first"})
    [found] = account.client.describe_application_versions(VersionLabels=["v1"])["ApplicationVersions"]
    assert found["Description"] == "the first"


def test_a_version_is_deleted_and_its_bundle_is_kept(account: VirtualBeanstalk, types: Types) -> None:
    types("ApplicationVersion").delete("v1", {"ApplicationName": "shop"})
    assert application(account, "shop")["Versions"] == ["v2"]
    assert f"/{BUCKET}/v1.zip" in account.objects
    types("ApplicationVersion").delete("v1", {"ApplicationName": "shop"})  # nothing is left to do


TEMPLATE = {
    "ApplicationName": "shop",
    "SolutionStackName": PLATFORM,
    "OptionSettings": [environment_property("COLOR", "green")],
}


def test_the_name_of_a_saved_configuration_is_always_generated(account: VirtualBeanstalk, types: Types) -> None:
    name = created(types("ConfigurationTemplate"), {**TEMPLATE, "TemplateName": "ignored: it is read-only"})
    assert name == "mystack-resource-1A2B3C4D5E6F"
    assert account.settings(TemplateName=name)[0]["COLOR"] == "green"


def test_the_options_of_a_saved_configuration_change_in_place(account: VirtualBeanstalk, types: Types) -> None:
    name = created(types("ConfigurationTemplate"), TEMPLATE)
    changed = {**TEMPLATE, "OptionSettings": [environment_property("SIZE", "5")]}
    types("ConfigurationTemplate").update(name, TEMPLATE, changed)
    [settings] = account.settings(TemplateName=name)
    assert (settings.get("COLOR"), settings["SIZE"]) == (None, "5")


def test_an_environment_can_be_made_from_a_saved_configuration(account: VirtualBeanstalk, types: Types) -> None:
    name = created(types("ConfigurationTemplate"), TEMPLATE)
    environment = created(types("Environment"), {"ApplicationName": "shop", "TemplateName": name})
    assert account.settings(EnvironmentName=environment)[0]["COLOR"] == "green"


def test_a_saved_configuration_is_deleted(account: VirtualBeanstalk, types: Types) -> None:
    name = created(types("ConfigurationTemplate"), TEMPLATE)
    types("ConfigurationTemplate").delete(name, TEMPLATE)
    assert application(account, "shop")["ConfigurationTemplates"] == []
    types("ConfigurationTemplate").delete(name, TEMPLATE)  # nothing is left to do


@pytest.mark.parametrize(
    ("name", "replacing"),
    [
        ("Application", {"ApplicationName"}),
        (
            "ApplicationVersion",
            {"ApplicationName", "SourceBundle", "BuildConfiguration", "ImageConfiguration", "Process"},
        ),
        (
            "ConfigurationTemplate",
            {"ApplicationName", "EnvironmentId", "PlatformArn", "SolutionStackName", "SourceConfiguration"},
        ),
    ],
)
def test_the_properties_that_replace_a_resource_are_those_of_the_schema(
    types: Types, name: str, replacing: set[str]
) -> None:
    """Source: `createOnlyProperties` of the schemas in CloudFormation's registry."""
    assert set(types(name).replacing) == replacing


def test_generated_names_fit_into_the_limit_of_the_service(types: Types) -> None:
    assert len(types("Application").generated_name("s" * 128, "l" * 255, random_suffix())) == 100
    assert len(types("Environment").generated_name("s" * 128, "l" * 255, random_suffix())) <= 40
