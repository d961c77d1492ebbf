import pytest
from botocore.exceptions import ClientError

from tests.support.beanstalk import ENHANCED
from tests.support.in_memory import VirtualBeanstalk


@pytest.mark.parametrize("action", ["describe_environment_health", "describe_instances_health"])
def test_enhanced_health_is_not_supported_under_basic_reporting(account: VirtualBeanstalk, action: str) -> None:
    id_ = account.launched()

    with pytest.raises(ClientError, match=r"\(InvalidRequestException\).*Health is not supported\."):
        getattr(account.client, action)(EnvironmentId=id_)


def test_only_the_requested_attributes_are_returned(account: VirtualBeanstalk) -> None:
    id_ = account.launched("shop-prod", ENHANCED)

    reported = account.client.describe_environment_health(EnvironmentId=id_, AttributeNames=["Color"])

    assert set(reported) - {"ResponseMetadata"} == {"EnvironmentName", "Color"}


def test_instances_health_shows_the_instance_and_its_version(account: VirtualBeanstalk) -> None:
    id_ = account.healthy("shop-prod", ENHANCED, VersionLabel="v1")

    instances = account.client.describe_instances_health(EnvironmentId=id_, AttributeNames=["All"])[
        "InstanceHealthList"
    ]

    resources = account.client.describe_environment_resources(EnvironmentId=id_)["EnvironmentResources"]
    assert [instance["InstanceId"] for instance in instances] == [resources["Instances"][0]["Id"]]
    assert instances[0]["Deployment"]["VersionLabel"] == "v1"
    assert (instances[0]["HealthStatus"], instances[0]["Color"]) == ("Ok", "Green")
