"""The actions that change groups, and what they refuse.

The file is long because each action stands beside its refusals.
"""

from collections.abc import Callable

import pytest
from botocore.exceptions import ClientError

from tests.support.auto_scaling import ScalingShop


def refusal(call: Callable[[], object]) -> tuple[str, str]:
    """Return the code and the message of the error that a call gets."""
    with pytest.raises(ClientError) as raised:
        call()
    error = raised.value.response["Error"]
    return error["Code"], error["Message"]


def test_a_new_desired_capacity_launches_instances_with_the_deployed_version(shop: ScalingShop) -> None:
    """Recorded: `a user request explicitly set group desired capacity changing the desired capacity from 1 to 2.`"""
    before = shop.instances()

    shop.set_desired(3)

    [new] = set(shop.instances("Pending"))
    assert new not in before
    assert len(shop.hosting.in_service()) == 2
    shop.until_serving(3)
    assert {instance.running_label for instance in shop.hosting.instances} == {"v1"}
    activity = shop.activities()[0]
    assert activity["Description"] == f"Launching a new EC2 instance: {new}"
    assert (
        "a user request explicitly set group desired capacity changing the desired capacity from 2 to 3."
        in (activity["Cause"])
    )
    assert activity["Cause"].endswith(
        "an instance was started in response to a difference between desired and actual capacity,"
        " increasing the capacity from 2 to 3."
    )
    assert activity["StatusCode"] == "Successful"
    assert f"Added instance [{new}] to your environment." in shop.account.messages(EnvironmentId=shop.id)


def test_an_instance_gets_no_requests_before_its_health_checks_are_good(shop: ScalingShop) -> None:
    shop.account.service.durations.set({"in_service": 60})
    shop.set_desired(3)
    shop.account.until(lambda: len(shop.instances("InService")) == 3, lambda: "three instances")

    assert len(shop.hosting.in_service()) == 2
    shop.until_serving(3)


def test_a_smaller_desired_capacity_terminates_the_oldest_instance_after_a_delay(shop: ScalingShop) -> None:
    """https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-termination-policies.html.

    Recorded cause: `... shrinking the capacity from 4 to 1.  At 2017-11-02T00:11:28Z instance i-07bdd327dee78c4b9 was
    selected for termination.`
    """
    shop.set_desired(3)
    shop.until_serving(3)
    oldest = shop.instances()[0]

    shop.set_desired(2)

    assert shop.instances("Terminating") == [oldest]
    assert len(shop.hosting.in_service()) == 2
    shop.until_serving(2)
    assert oldest not in shop.instances()
    activity = shop.activities()[0]
    assert activity["Description"] == f"Terminating EC2 instance: {oldest}"
    assert activity["Cause"].endswith(f"instance {oldest} was selected for termination.")
    assert "shrinking the capacity from 3 to 2." in activity["Cause"]
    assert f"Removed instance [{oldest}] from your environment." in shop.account.messages(EnvironmentId=shop.id)


@pytest.mark.parametrize(
    ("desired", "message"),
    [
        (5, "New SetDesiredCapacity value 5 is above max value 4 for the AutoScalingGroup."),
        (1, "New SetDesiredCapacity value 1 is below min value 2 for the AutoScalingGroup."),
    ],
)
def test_a_desired_capacity_outside_the_sizes_is_refused(shop: ScalingShop, desired: int, message: str) -> None:
    """Recorded in logs of September 2026: `... value 2 is above max value 1 for the AutoScalingGroup.`"""
    assert refusal(lambda: shop.set_desired(desired)) == ("ValidationError", message)


def test_a_call_that_honours_the_cooldown_is_refused_in_it(shop: ScalingShop) -> None:
    """Recorded: `Scaling activity 15449fcf-acdb-4ca0-abc4-1ab111203267 is in progress and blocks this action`.

    https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_SetDesiredCapacity.html
    """
    shop.set_desired(3, HonorCooldown=True)

    code, message = refusal(lambda: shop.set_desired(4, HonorCooldown=True))

    assert code == "ScalingActivityInProgress"
    assert message == f"Scaling activity {shop.activities()[0]['ActivityId']} is in progress and blocks this action"
    shop.set_desired(4)
    shop.account.memory.advance(360)
    shop.set_desired(3, HonorCooldown=True)


def test_new_sizes_take_the_desired_capacity_with_them(shop: ScalingShop) -> None:
    """https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_UpdateAutoScalingGroup.html."""
    shop.autoscaling.update_auto_scaling_group(AutoScalingGroupName=shop.name, MinSize=3, MaxSize=6)

    group = shop.group()
    assert (group["MinSize"], group["MaxSize"], group["DesiredCapacity"]) == (3, 6, 3)
    shop.until_serving(3)
    assert (
        "a user request update of AutoScalingGroup constraints to min: 3, max: 6, desired: 3"
        in (shop.activities()[0]["Cause"])
    )


def test_sizes_that_contradict_each_other_are_refused(shop: ScalingShop) -> None:
    """Recorded: github.com/weaveworks/eksctl documents quote `Desired capacity:15 must be between ...`."""

    def update(**sizes: int) -> Callable[[], object]:
        return lambda: shop.autoscaling.update_auto_scaling_group(AutoScalingGroupName=shop.name, **sizes)

    assert refusal(update(MinSize=5, MaxSize=3)) == (
        "ValidationError", "Max bound, 3, must be greater than or equal to min bound, 5",
    )  # fmt: skip
    assert refusal(update(DesiredCapacity=15)) == (
        "ValidationError", "Desired capacity:15 must be between the specified min size:2 and max size:4",
    )  # fmt: skip
    assert shop.group()["DesiredCapacity"] == 2


def test_a_terminated_instance_is_replaced(shop: ScalingShop) -> None:
    """https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-health-checks.html."""
    first, second = shop.instances()

    answer = shop.autoscaling.terminate_instance_in_auto_scaling_group(
        InstanceId=first, ShouldDecrementDesiredCapacity=False
    )

    cause = f"instance {first} was taken out of service in response to a user request."
    assert answer["Activity"]["Cause"].endswith(cause)
    assert len(shop.hosting.in_service()) == 1
    shop.until_serving(2)
    assert second in shop.instances()
    assert first not in shop.instances()


def test_health_says_that_instances_are_missing_until_they_are_replaced(shop: ScalingShop) -> None:
    """https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/health-enhanced-status.html: `4 active instances is below
    Auto Scaling group minimum size 5`."""
    first = shop.instances()[0]
    shop.autoscaling.terminate_instance_in_auto_scaling_group(InstanceId=first, ShouldDecrementDesiredCapacity=False)

    shop.account.until_health(shop.id, "Degraded")
    health = shop.account.client.describe_environment_health(EnvironmentId=shop.id, AttributeNames=["Causes"])
    assert health["Causes"] == ["1 active instance is below Auto Scaling group minimum size 2."]
    shop.account.until_health(shop.id, "Ok")


def test_a_termination_may_make_the_group_smaller_but_not_below_its_minimum(shop: ScalingShop) -> None:
    """Words: github.com/eucalyptus/eucalyptus and many scripts that match on them."""
    shop.set_desired(3)
    shop.until_serving(3)
    first, second = shop.instances()[:2]

    shop.autoscaling.terminate_instance_in_auto_scaling_group(InstanceId=first, ShouldDecrementDesiredCapacity=True)

    assert shop.group()["DesiredCapacity"] == 2
    shop.until_serving(2)
    code, message = refusal(
        lambda: shop.autoscaling.terminate_instance_in_auto_scaling_group(
            InstanceId=second, ShouldDecrementDesiredCapacity=True
        )
    )
    assert code == "ValidationError"
    assert message == (
        "Currently, desiredSize equals minSize (2). Terminating instance without replacement will violate group's min"
        " size constraint. Either set shouldDecrementDesiredCapacity flag to false or lower group's min size."
    )


@pytest.mark.parametrize(
    ("action", "message"),
    [
        ("SetDesiredCapacity", "AutoScalingGroup name not found - AutoScalingGroup awseb-e-0 not found"),
        ("Terminate", "Instance Id not found - No managed instance found for instance ID: i-0"),
    ],
)
def test_what_does_not_exist_is_refused(shop: ScalingShop, action: str, message: str) -> None:
    client = shop.autoscaling
    calls: dict[str, Callable[[], object]] = {
        "SetDesiredCapacity": lambda: client.set_desired_capacity(AutoScalingGroupName="awseb-e-0", DesiredCapacity=1),
        "Terminate": lambda: client.terminate_instance_in_auto_scaling_group(
            InstanceId="i-0", ShouldDecrementDesiredCapacity=False
        ),
    }

    assert refusal(calls[action]) == ("ValidationError", message)


def test_a_suspended_group_neither_launches_nor_terminates(shop: ScalingShop) -> None:
    """https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-suspend-resume-processes.html."""
    shop.autoscaling.suspend_processes(AutoScalingGroupName=shop.name, ScalingProcesses=["Launch"])
    shop.set_desired(3)
    shop.account.memory.advance(100)
    assert len(shop.instances()) == 2
    assert [one["ProcessName"] for one in shop.group()["SuspendedProcesses"]] == ["Launch"]
    assert shop.group()["SuspendedProcesses"][0]["SuspensionReason"].startswith("User suspended at ")

    shop.autoscaling.resume_processes(AutoScalingGroupName=shop.name)
    shop.until_serving(3)

    shop.autoscaling.suspend_processes(AutoScalingGroupName=shop.name)
    shop.set_desired(2)
    shop.account.memory.advance(100)
    assert len(shop.instances()) == 3


def test_an_unknown_process_is_refused(shop: ScalingShop) -> None:
    def suspend() -> object:
        return shop.autoscaling.suspend_processes(AutoScalingGroupName=shop.name, ScalingProcesses=["Sleep"])

    assert refusal(suspend)[0] == "ValidationError"


class DenyingCaller:
    """A caller that may do everything but change the sizes of groups. `asked`: what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    def authenticate(self) -> None:
        """Accept any credentials."""

    def refusal(self, action: str, resource: str, conditions: object = None) -> str | None:  # noqa: ARG002
        self.asked.append((action, resource))
        return f"User: me is not authorized to perform: {action}" if action.endswith("SetDesiredCapacity") else None


def test_the_caller_needs_the_permission_on_the_group(shop: ScalingShop) -> None:
    """https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2autoscaling.html."""
    caller, group = DenyingCaller(), shop.group()
    shop.account.memory.caller = caller

    code, message = refusal(
        lambda: shop.autoscaling.set_desired_capacity(
            AutoScalingGroupName=group["AutoScalingGroupName"], DesiredCapacity=3
        )
    )
    shop.autoscaling.describe_auto_scaling_groups()

    assert (code, message) == ("AccessDenied", "User: me is not authorized to perform: autoscaling:SetDesiredCapacity")
    assert caller.asked == [
        ("autoscaling:SetDesiredCapacity", group["AutoScalingGroupARN"]),
        ("autoscaling:DescribeAutoScalingGroups", "*"),
    ]
