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


def test_the_metrics_count_recent_requests_by_status_and_latency(account: VirtualBeanstalk) -> None:
    """Source: https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/health-enhanced-metrics.html."""
    id_ = account.healthy("shop-prod", ENHANCED, VersionLabel="v1")
    account.hosting("shop-prod").load = 3

    metrics = account.client.describe_environment_health(EnvironmentId=id_, AttributeNames=["ApplicationMetrics"])[
        "ApplicationMetrics"
    ]

    assert (metrics["Duration"], metrics["RequestCount"]) == (10, 30)
    assert metrics["StatusCodes"] == {"Status2xx": 30, "Status3xx": 0, "Status4xx": 0, "Status5xx": 0}
    assert set(metrics["Latency"]) == {"P999", "P99", "P95", "P90", "P85", "P75", "P50", "P10"}


def test_without_requests_there_is_no_latency(account: VirtualBeanstalk) -> None:
    id_ = account.healthy("shop-prod", ENHANCED, VersionLabel="v1")

    [instance] = account.client.describe_instances_health(EnvironmentId=id_, AttributeNames=["All"])[
        "InstanceHealthList"
    ]

    assert instance["ApplicationMetrics"]["RequestCount"] == 0
    assert "Latency" not in instance["ApplicationMetrics"]
    assert instance["System"]["LoadAverage"] == [0.0, 0.0, 0.0]
    assert instance["System"]["CPUUtilization"] == {"Idle": 100.0}


def test_instances_are_listed_by_pages(account: VirtualBeanstalk) -> None:
    """Source: https://docs.aws.amazon.com/elasticbeanstalk/latest/api/API_DescribeInstancesHealth.html."""
    id_ = account.healthy("shop-prod", ENHANCED, VersionLabel="v1")

    assert account.client.describe_instances_health(EnvironmentId=id_, NextToken="1")["InstanceHealthList"] == []
    with pytest.raises(ClientError, match="NextToken 'x' is not valid"):
        account.client.describe_instances_health(EnvironmentId=id_, NextToken="x")


def test_an_instance_has_the_first_of_its_types(account: VirtualBeanstalk) -> None:
    types = {"Namespace": "aws:ec2:instances", "OptionName": "InstanceTypes", "Value": "t3.large, t3.small"}
    id_ = account.healthy("shop-prod", ENHANCED, types)

    [instance] = account.client.describe_instances_health(EnvironmentId=id_, AttributeNames=["All"])[
        "InstanceHealthList"
    ]

    assert instance["InstanceType"] == "t3.large"
