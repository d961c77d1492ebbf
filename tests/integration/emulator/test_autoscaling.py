"""Auto Scaling over the wire: groups of environments, other groups, permissions, and instances as processes."""

import http.client
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from emulator.identity import ACCOUNT_ID, REGION
from rehearsal.account.account import Account
from rehearsal.account.control import Control
from tests.support.beanstalk import PLATFORM, group_size
from tests.support.roles import OK, Role, administrator, statement
from tests.support.waiting import eventually

GROUPS = f"arn:aws:autoscaling:{REGION}:{ACCOUNT_ID}:autoScalingGroup:*:autoScalingGroupName"


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    """Give an account with shop-prod, which runs the sample application on 2 instances of at most 3."""
    with Account(scale=0.01, home=tmp_path_factory.mktemp("account")) as account:
        Control(account.url).set_durations({"launch": 10, "instance_launch": 10, "instance_terminate": 10})
        beanstalk = administrator(account, "elasticbeanstalk")
        beanstalk.create_application(ApplicationName="shop")
        beanstalk.create_environment(
            ApplicationName="shop",
            EnvironmentName="shop-prod",
            SolutionStackName=PLATFORM,
            OptionSettings=group_size(2, 3),
        )
        eventually(lambda: environment(account)["Status"] == "Ready")
        yield account


def environment(account: Account) -> Any:
    found = administrator(account, "elasticbeanstalk").describe_environments(EnvironmentNames=["shop-prod"])
    return found["Environments"][0]


def group(account: Account) -> Any:
    [found] = administrator(account, "autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]
    return found


def serving(account: Account) -> int:
    """Return how many instances are InService."""
    return [one["LifecycleState"] for one in group(account)["Instances"]].count("InService")


def page(account: Account) -> tuple[int, str | None]:
    """Return the status and the header X-Answered-By that a user of shop-prod gets."""
    answer = Control(account.url).resolve(environment(account)["CNAME"])
    connection = http.client.HTTPConnection(answer.address, answer.port, timeout=10)
    try:
        connection.request("GET", "/")
        response = connection.getresponse()
        response.read()
        return response.status, response.getheader("X-Answered-By")
    finally:
        connection.close()


def test_instances_are_processes_that_come_and_go_with_the_desired_capacity(account: Account) -> None:
    autoscaling, name = administrator(account, "autoscaling"), group(account)["AutoScalingGroupName"]
    assert serving(account) == 2

    autoscaling.set_desired_capacity(AutoScalingGroupName=name, DesiredCapacity=3)
    eventually(lambda: serving(account) == 3)
    assert page(account) == (200, "shop-prod/Sample Application")

    autoscaling.set_desired_capacity(AutoScalingGroupName=name, DesiredCapacity=2)
    eventually(lambda: len(group(account)["Instances"]) == 2)
    assert page(account) == (200, "shop-prod/Sample Application")


def test_the_control_api_limits_what_each_instance_takes(account: Account) -> None:
    control = Control(account.url)
    control.set_capacity(environments={"shop-prod": {"requests_per_second": 4}})
    try:
        with ThreadPoolExecutor(30) as pool:
            answers = Counter(status for status, _ in pool.map(lambda _: page(account), range(30)))
    finally:
        control.set_capacity()

    assert 4 <= answers[200] < 30
    assert answers[503] == 30 - answers[200]
    with pytest.raises(ValueError, match="A capacity must be an object"):
        control.set_capacity(requests=4)


def test_groups_of_other_stacks_stay_at_ministack(account: Account) -> None:
    autoscaling = administrator(account, "autoscaling")
    autoscaling.create_launch_configuration(LaunchConfigurationName="own", ImageId="ami-1", InstanceType="t3.micro")
    autoscaling.create_auto_scaling_group(
        AutoScalingGroupName="own",
        LaunchConfigurationName="own",
        MinSize=0,
        MaxSize=1,
        AvailabilityZones=["us-east-1a"],
    )

    found = autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=["own"])["AutoScalingGroups"]

    assert [one["MaxSize"] for one in found] == [1]


def test_a_role_needs_the_permission_on_the_group(account: Account) -> None:
    """https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2autoscaling.html."""
    found = group(account)
    call = {"AutoScalingGroupName": found["AutoScalingGroupName"], "DesiredCapacity": found["DesiredCapacity"]}
    role = Role(account, statement("autoscaling:SetDesiredCapacity", f"{GROUPS}/awseb-e-other-*"))

    denied = role.call("autoscaling", "set_desired_capacity", **call)
    assert (denied["status"], denied["Code"]) == (403, "AccessDenied")
    assert denied["Message"] == role.denial("autoscaling:SetDesiredCapacity", found["AutoScalingGroupARN"])

    role.allow(statement("autoscaling:SetDesiredCapacity", f"{GROUPS}/awseb-e-*"))
    assert role.call("autoscaling", "set_desired_capacity", **call)["status"] == OK
    assert role.call("autoscaling", "describe_auto_scaling_groups")["Code"] == "AccessDenied"
