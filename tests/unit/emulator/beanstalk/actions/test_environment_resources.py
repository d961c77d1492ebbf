"""The resources of an environment.

Sources: https://docs.aws.amazon.com/elasticbeanstalk/latest/api/API_DescribeEnvironmentResources.html, and answers that
https://github.com/aws/aws-elastic-beanstalk-cli/blob/master/tests/unit/mock_responses.py keeps
"""

import re
from typing import Any

import pytest

from tests.support.in_memory import VirtualBeanstalk

NAMESPACE = "aws:elasticbeanstalk:environment"


def _resources(account: VirtualBeanstalk, *options: dict[str, str], **more: Any) -> dict[str, list[dict[str, str]]]:
    id_ = account.launched("shop-prod", *options, **more)
    found: Any = account.client.describe_environment_resources(EnvironmentId=id_)["EnvironmentResources"]
    assert found.pop("EnvironmentName") == "shop-prod"
    return dict(found)


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("classic", r"awseb-e-\w+-\w+"),
        ("application", r"arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/awseb-e-[\w-]+/\w{16}"),
        ("network", r"arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/net/awseb-e-[\w-]+/\w{16}"),
    ],
)
def test_a_load_balancer_has_a_name_or_an_arn_by_its_type(account: VirtualBeanstalk, kind: str, name: str) -> None:
    setting = {"Namespace": NAMESPACE, "OptionName": "LoadBalancerType", "Value": kind}

    [balancer] = _resources(account, setting)["LoadBalancers"]

    assert re.fullmatch(name, balancer["Name"])


def test_the_group_its_template_and_its_instances_are_shown(account: VirtualBeanstalk) -> None:
    resources = _resources(account)

    assert re.fullmatch(r"awseb-e-\w+-stack-AWSEBAutoScalingGroup-\w+", resources["AutoScalingGroups"][0]["Name"])
    assert re.fullmatch(r"lt-0\w{16}", resources["LaunchTemplates"][0]["Id"])
    assert re.fullmatch(r"i-0\w{16}", resources["Instances"][0]["Id"])
    assert resources["LaunchConfigurations"] == resources["Triggers"] == resources["Queues"] == []


def test_a_single_instance_has_no_load_balancer(account: VirtualBeanstalk) -> None:
    single = {"Namespace": NAMESPACE, "OptionName": "EnvironmentType", "Value": "SingleInstance"}

    assert _resources(account, single)["LoadBalancers"] == []
    [environment] = account.client.describe_environments()["Environments"]
    assert "Resources" not in environment


def test_a_worker_has_a_queue(account: VirtualBeanstalk) -> None:
    [queue] = _resources(account, Tier={"Name": "Worker", "Type": "SQS/HTTP"})["Queues"]

    assert queue["Name"] == "WorkerQueue"
    assert queue["URL"].startswith("https://sqs.us-east-1.amazonaws.com/123456789012/awseb-e-")


def test_an_environment_shows_its_load_balancer_and_listeners(account: VirtualBeanstalk) -> None:
    """Source: https://docs.aws.amazon.com/elasticbeanstalk/latest/api/API_LoadBalancerDescription.html."""
    environment = account.describe(account.launched())

    balancer = environment["Resources"]["LoadBalancer"]
    assert environment["EndpointURL"] == f"{balancer['LoadBalancerName']}.{balancer['Domain']}"
    assert balancer["Listeners"] == [{"Protocol": "HTTP", "Port": 80}]
