"""Elastic Beanstalk makes a security group for the instances, and one for the load balancer.

Source: https://github.com/hashicorp/terraform-provider-aws/issues/2002 for the name, and the settings in
https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/command-options-general.html
"""

import pytest

from emulator.beanstalk.security_groups import made_groups
from tests.support.in_memory import VirtualBeanstalk

LAUNCH, ENVIRONMENT = "aws:autoscaling:launchconfiguration", "aws:elasticbeanstalk:environment"
SINGLE = (ENVIRONMENT, "EnvironmentType", "SingleInstance")
NETWORK = (ENVIRONMENT, "LoadBalancerType", "network")
OWN_BALANCER_GROUP = ("aws:elbv2:loadbalancer", "ManagedSecurityGroup", "sg-own")
NONE_FOR_INSTANCES = (LAUNCH, "DisableDefaultEC2SecurityGroup", "true")
KEY = (LAUNCH, "EC2KeyName", "admin")


def groups(account: VirtualBeanstalk, *options: tuple[str, str, str]) -> dict[str, list[tuple[int, str]]]:
    """Return the open ports by the logical name of a new environment's groups."""
    settings = [{"Namespace": space, "OptionName": name, "Value": value} for space, name, value in options]
    account.launched("shop-prod", *settings)
    found = made_groups(account.service.state)
    names = {each.id: each.tags["aws:cloudformation:logical-id"] for each in found}
    return {
        names[each.id]: [(one.port, names.get(one.source, one.source)) for one in each.open_ports] for each in found
    }


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ([], {
            "AWSEBLoadBalancerSecurityGroup": [(80, "0.0.0.0/0")],
            "AWSEBSecurityGroup": [(80, "AWSEBLoadBalancerSecurityGroup")],
        }),
        ([KEY, SINGLE], {"AWSEBSecurityGroup": [(80, "0.0.0.0/0"), (22, "0.0.0.0/0")]}),
        ([NETWORK], {"AWSEBSecurityGroup": [(80, "0.0.0.0/0")]}),
        ([OWN_BALANCER_GROUP], {"AWSEBSecurityGroup": [(80, "sg-own")]}),
        ([OWN_BALANCER_GROUP, NONE_FOR_INSTANCES], {}),
    ],
    ids=["balanced", "single with a key", "network", "an own group", "own groups"],
)  # fmt: skip
def test_the_groups_open_what_the_settings_need(
    account: VirtualBeanstalk, options: list[tuple[str, str, str]], expected: dict[str, list[tuple[int, str]]]
) -> None:
    assert groups(account, *options) == expected


def test_the_groups_tell_their_environment_and_go_with_it(account: VirtualBeanstalk) -> None:
    id_ = account.launched("shop-prod")
    found = made_groups(account.service.state)
    assert {each.tags["elasticbeanstalk:environment-id"] for each in found} == {id_}
    assert {each.name.startswith(f"awseb-{id_}-stack-AWSEB") for each in found} == {True}
    account.client.terminate_environment(EnvironmentId=id_)
    account.until_status(id_, "Terminated")
    assert made_groups(account.service.state) == []
