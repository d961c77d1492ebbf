"""Users get an environment with as many instances as they need, or `capacity` says why not."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from unittest.mock import Mock

import pytest

from lambdas.aws.environment import Environment
from lambdas.aws.environment_options import EnvironmentOptions
from lambdas.aws.scaling import InstanceGroup
from lambdas.capacity import HOLD_SECONDS, START_SECONDS
from lambdas.decision import describe
from lambdas.deployment import Deployment, Mode
from lambdas.errors import EnvironmentNotReadyError, ReleaseRefusedError
from lambdas.failure import Failure
from lambdas.recovery import recover
from tests.support.beanstalk import ENHANCED, group_size
from tests.support.in_memory import VirtualBeanstalk
from tests.support.option_settings import option
from tests.support.stages import CAUSE, PRODUCTION, Release

BLUE, GREEN = "shop-prod", "shop-prod-green"


@pytest.fixture
def scaled(account: VirtualBeanstalk, autoscaling: Any) -> Release:
    """shop-prod, of 1 to 6 instances, has scaled out to 3."""
    release = Release.of(account, autoscaling, ENHANCED, *group_size(1, 6))
    resize(release, BLUE, 3)
    return release


def group(release: Release, name: str) -> InstanceGroup:
    (found,) = release.scaling.groups(release.look(name)).values()
    return found


def resize(release: Release, name: str, number: int) -> None:
    """Give the group so many instances, as its trigger or a person does, and wait until they serve."""
    release.scaling.set_desired(group(release, name), number)
    release.account.until(lambda: serving(release, name) == number, lambda: f"{number} instances of {name}")


def serving(release: Release, name: str) -> int:
    """Return how many instances get requests."""
    return len(release.account.hosting(name).in_service())


def test_green_is_launched_with_as_many_instances_as_blue_has_in_service(scaled: Release) -> None:
    """Source for MinSize in place of the saved configuration's:
    https://docs.aws.amazon.com/elasticbeanstalk/latest/api/API_CreateEnvironment.html
    """
    deployment = scaled.cloned()
    assert serving(scaled, GREEN) == 3
    assert (group(scaled, GREEN).minimum, group(scaled, GREEN).maximum) == (3, 6)
    assert scaled.swapped(deployment, "green")
    assert scaled.look(GREEN).cname == PRODUCTION


@pytest.mark.parametrize(("capacity", "instances"), [("template", 1), (2, 2), (5, 5), (9, 6)])
def test_green_is_launched_with_what_capacity_says_within_max_size(
    scaled: Release, capacity: str | int, instances: int
) -> None:
    deployment = scaled.cloned(capacity=capacity)
    assert serving(scaled, GREEN) == instances
    scaled.swapped(deployment, "green")
    assert scaled.look(GREEN).cname == PRODUCTION


def test_a_number_below_min_size_leaves_min_size(account: VirtualBeanstalk, autoscaling: Any) -> None:
    release = Release.of(account, autoscaling, *group_size(3, 4))
    release.cloned(capacity=2)
    assert group(release, GREEN).minimum == 3


def test_blue_that_has_scaled_in_gets_instances_before_it_gets_the_users(scaled: Release) -> None:
    deployment = scaled.deployed(scaled.swapped(scaled.cloned(), "green"))
    resize(scaled, BLUE, 1)
    scaled.wait(60)
    with pytest.raises(EnvironmentNotReadyError, match=r"shop-prod to have 3 instances in service.+Found 1"):
        scaled.swap(deployment, "blue")
    assert group(scaled, BLUE).desired == 3
    with pytest.raises(EnvironmentNotReadyError, match="shop-prod to have 3 instances"):
        scaled.swap(deployment, "blue")
    assert scaled.look(GREEN).cname == PRODUCTION
    scaled.eventually(lambda: scaled.swap(deployment, "blue"))
    assert serving(scaled, BLUE) == 3
    assert scaled.account.messages(EnvironmentName=BLUE).count("Environment update is starting.") == 1, "the deployment"


def test_an_instance_that_is_up_and_still_set_up_does_not_count(
    scaled: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Auto Scaling shows instances in service that Elastic Beanstalk still sets up, Pending:
    https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/health-enhanced-status.html
    """
    deployment = scaled.deployed(scaled.swapped(scaled.cloned(), "green"))
    resize(scaled, BLUE, 1)
    scaled.wait(60)
    scaled.scaling.set_desired(group(scaled, BLUE), 3)
    groups = scaled.scaling.groups

    def shown_early(*environments: Environment) -> dict[str, InstanceGroup]:
        return {id_: replace(each, in_service=each.desired) for id_, each in groups(*environments).items()}

    monkeypatch.setattr(scaled.scaling, "groups", shown_early)
    with pytest.raises(EnvironmentNotReadyError, match=r"shop-prod to have 3 instances in service.+Found 1"):
        scaled.swap(deployment, "blue")
    scaled.eventually(lambda: scaled.swap(deployment, "blue"))
    assert serving(scaled, BLUE) == 3


def test_under_basic_health_a_new_instance_counts_after_some_minutes(
    account: VirtualBeanstalk, autoscaling: Any
) -> None:
    """Nothing tells whether it has started: https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/using-features.healthstatus.html."""
    release = Release.of(account, autoscaling, *group_size(1, 6))
    deployment = release.deployed(release.swapped(release.cloned(), "green"))
    deployment = replace(deployment, capacity=2)
    account.memory.advance(60)
    with pytest.raises(EnvironmentNotReadyError, match="Found 1"):
        release.swap(deployment, "blue")
    resize(release, BLUE, 2)
    account.memory.advance(START_SECONDS - 15)
    with pytest.raises(EnvironmentNotReadyError, match="Found 1"):
        release.swap(deployment, "blue")
    account.memory.advance(15)
    release.swap(deployment, "blue")


@pytest.fixture
def triggered(account: VirtualBeanstalk, autoscaling: Any) -> Release:
    """shop-prod, of 1 to 6 instances, has scaled out to 3. Without load, its trigger takes one away every 3 minutes."""
    measure = {"MeasureName": "RequestCount", "Unit": "Count", "Period": "1", "BreachDuration": "1"}
    trigger = [
        option("aws:autoscaling:trigger", name, value)
        for name, value in {**measure, "LowerThreshold": "1", "UpperThreshold": "1000"}.items()
    ]
    cooldown = option("aws:autoscaling:asg", "Cooldown", "180")
    release = Release.of(account, autoscaling, ENHANCED, *group_size(1, 6), cooldown, *trigger)
    resize(release, BLUE, 3)
    return release


def test_blue_keeps_its_instances_until_its_trigger_has_measured_the_load_of_its_users(triggered: Release) -> None:
    """A new minimum also raises the desired capacity, and a scheduled action runs once at its StartTime:
    https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_UpdateAutoScalingGroup.html
    https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PutScheduledUpdateGroupAction.html
    """
    deployment = triggered.deployed(triggered.swapped(triggered.cloned(), "green"))
    triggered.account.until(lambda: serving(triggered, BLUE) == 1, lambda: "the trigger to find blue idle")
    triggered.swapped(deployment, "blue")
    triggered.wait(10 * 60)  # its users come, and their load is measured over 5 minutes by default
    assert serving(triggered, BLUE) == 3
    triggered.wait(HOLD_SECONDS + deployment.drain_seconds)
    assert group(triggered, BLUE).minimum == 1
    triggered.account.until(lambda: serving(triggered, BLUE) == 1, lambda: "the trigger to find blue idle again")


def test_blue_that_has_not_shrunk_yet_keeps_its_instances_too(triggered: Release) -> None:
    deployment = triggered.deployed(triggered.swapped(triggered.cloned(), "green"))
    resize(triggered, BLUE, 3)
    triggered.swapped(deployment, "blue")
    triggered.wait(10 * 60)
    assert serving(triggered, BLUE) == 3


def test_a_later_swap_holds_the_instances_anew_and_knows_the_minimum_of_before(triggered: Release) -> None:
    deployment = triggered.deployed(triggered.swapped(triggered.cloned(), "green"))
    triggered.swapped(deployment, "blue")
    triggered.swapped(replace(deployment, mode=Mode.ROLLBACK), "green")
    triggered.wait(10 * 60)
    triggered.swapped(deployment, "blue")
    triggered.wait(10 * 60)
    assert (serving(triggered, BLUE), group(triggered, BLUE).minimum) == (3, 3)
    triggered.wait(HOLD_SECONDS + deployment.drain_seconds)
    assert group(triggered, BLUE).minimum == 1


def test_auto_scaling_is_asked_once_for_what_is_missing(scaled: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    deployment = scaled.deployed(scaled.swapped(scaled.cloned(), "green"))
    resize(scaled, BLUE, 1)
    scaled.wait(60)
    set_desired = Mock(wraps=scaled.scaling.set_desired)
    monkeypatch.setattr(scaled.scaling, "set_desired", set_desired)
    scaled.swapped(deployment, "blue")
    assert [call.args[1] for call in set_desired.call_args_list] == [3]


def test_blue_that_shrinks_again_while_it_waits_is_asked_for_again(scaled: Release) -> None:
    deployment = scaled.deployed(scaled.swapped(scaled.cloned(), "green"))
    resize(scaled, BLUE, 1)
    scaled.wait(60)
    with pytest.raises(EnvironmentNotReadyError):
        scaled.swap(deployment, "blue")
    scaled.scaling._client.update_auto_scaling_group(
        AutoScalingGroupName=group(scaled, BLUE).name, MinSize=1, DesiredCapacity=1
    )  # somebody does
    scaled.swapped(deployment, "blue")
    assert serving(scaled, BLUE) == 3


@pytest.mark.parametrize(("capacity", "instances"), [("template", 1), (2, 2), (9, 6)])
def test_blue_gets_the_users_with_what_capacity_says_within_max_size(
    scaled: Release, capacity: str | int, instances: int
) -> None:
    deployment = scaled.deployed(scaled.swapped(scaled.cloned(capacity=capacity), "green"))
    resize(scaled, BLUE, 1)
    scaled.wait(60)
    scaled.swapped(deployment, "blue")
    assert serving(scaled, BLUE) == instances


def test_a_group_that_may_be_no_larger_gets_the_users_with_its_max_size(scaled: Release) -> None:
    deployment = scaled.deployed(scaled.swapped(scaled.cloned(), "green"))
    resize(scaled, BLUE, 1)
    scaled.wait(60)
    limit(scaled, BLUE, 2)
    scaled.swapped(deployment, "blue")
    assert serving(scaled, BLUE) == 2


def test_users_leave_a_sick_environment_without_waiting_for_instances(scaled: Release) -> None:
    deployment = scaled.deployed(scaled.swapped(scaled.cloned(), "green"))
    resize(scaled, BLUE, 1)
    scaled.wait(60)
    scaled.break_down(GREEN)
    scaled.swap(deployment, "blue")
    assert group(scaled, BLUE).desired == 3


def test_a_deployment_of_an_older_plan_is_matched(scaled: Release) -> None:
    document = scaled.plan().to_json()
    del document["capacity"], document["sizing"]
    scaled.clone(Deployment.from_json(document))
    scaled.account.until(lambda: serving(scaled, GREEN) == 3, lambda: "3 instances of green")


def test_an_environment_of_a_single_instance_needs_no_other(account: VirtualBeanstalk, autoscaling: Any) -> None:
    single = {"Namespace": "aws:elasticbeanstalk:environment", "OptionName": "EnvironmentType"}
    release = Release.of(account, autoscaling, {**single, "Value": "SingleInstance"})
    deployment = release.cloned(capacity=3)
    release.swapped(release.deployed(release.swapped(deployment, "green")), "blue")
    assert (serving(release, BLUE), serving(release, GREEN)) == (1, 1)


def test_environment_options_without_sizes_have_awss_defaults() -> None:
    """Source: https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/command-options-general.html."""
    assert (EnvironmentOptions({}).minimum, EnvironmentOptions({}).maximum) == (1, 4)


# --- what Plan says


def test_the_plan_says_with_how_many_instances_each_environment_gets_the_users(scaled: Release) -> None:
    assert describe(scaled.plan()).endswith(
        "terminate shop-prod-green. shop-prod-green gets the users with at least 3 instances, as many as shop-prod has"
        " in service"
    )
    assert "with at least 1 instance, as many as `capacity` asks for" in describe(scaled.plan(capacity=1))
    assert "with 6 instances, its MaxSize, fewer than the 8 that `capacity` asks for" in describe(
        scaled.plan(capacity=8)
    )
    assert "with the instances that its configuration gives it, whatever shop-prod has" in describe(
        scaled.plan(capacity="template")
    )
    assert describe(scaled.plan(version="v1")) == "nothing: shop-prod serves v1 already"


def test_the_plan_of_a_release_that_finds_green_serving_tells_of_blue(scaled: Release) -> None:
    scaled.swapped(scaled.cloned(), "green")
    assert describe(scaled.plan()).endswith(
        "shop-prod gets the users with at least 3 instances, as many as shop-prod-green has in service"
    )
    limit(scaled, BLUE, 2)
    assert describe(scaled.plan()).endswith(
        "shop-prod gets the users with 2 instances, its MaxSize, fewer than the 3 that shop-prod-green has in service"
    )


def test_a_group_that_auto_scaling_does_not_show_is_refused_with_a_way_out(
    scaled: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scaled.scaling, "groups", lambda *_: {})
    with pytest.raises(ReleaseRefusedError, match=r"the Auto Scaling group of shop-prod.+`capacity`: `template`"):
        scaled.plan()
    deployment = scaled.plan(capacity="template")
    with pytest.raises(EnvironmentNotReadyError, match="the Auto Scaling group of shop-prod"):
        scaled.clone(replace(deployment, capacity="match"))


# --- the failure branch


def recovered(release: Release, deployment: Deployment, state: str, error: str = "SomeError") -> str:
    """Run the branch to its end, and return who serves then."""
    entered = release.account.now()

    def run() -> str:
        return recover(
            deployment,
            Failure(state, error, CAUSE, 0),
            release.visit(since=entered),
            release.records,
            release.beanstalk,
            scaling=release.scaling,
        ).served_by

    return release.eventually(run).partition(" ")[0]


def seconds_until_swap(release: Release, began: datetime) -> float:
    """Return the account seconds from `began` to the last swap."""
    record = release.records.read("shop", BLUE)
    assert record
    assert record.swap
    return (record.swap.at - began).total_seconds()


def test_users_leave_a_sick_green_at_once_and_blue_gets_instances(scaled: Release) -> None:
    deployment = scaled.swapped(scaled.cloned(), "green")
    resize(scaled, BLUE, 1)
    scaled.wait(60)
    scaled.break_down(GREEN)
    began = scaled.account.now()
    assert recovered(scaled, deployment, "DrainBlue") == BLUE
    assert seconds_until_swap(scaled, began) < 1
    assert group(scaled, BLUE).desired == 3


def test_users_go_back_to_an_untouched_blue_once_it_has_enough_instances(scaled: Release) -> None:
    deployment = scaled.swapped(scaled.cloned(), "green")
    resize(scaled, BLUE, 1)
    scaled.wait(60)
    assert recovered(scaled, deployment, "DrainBlue") == BLUE
    assert serving(scaled, BLUE) == 3


@pytest.mark.parametrize(("error", "at_once"), [("ReleaseUnhealthyError", True), ("SomeError", False)])
def test_green_that_has_fewer_instances_than_blue_gets_more_with_the_users_or_before(
    scaled: Release, error: str, at_once: bool
) -> None:
    deployment = scaled.swapped(scaled.deployed(scaled.swapped(scaled.cloned(), "green")), "blue")
    resize(scaled, BLUE, 6)
    began = scaled.account.now()
    assert recovered(scaled, deployment, "WatchRelease", error) == GREEN
    assert (seconds_until_swap(scaled, began) < 1) is at_once
    assert group(scaled, GREEN).desired == 6


def test_users_stay_when_instances_do_not_come_in_time(scaled: Release) -> None:
    deployment = scaled.swapped(scaled.cloned(timeouts={"swap_traffic": 60}), "green")
    resize(scaled, BLUE, 1)
    scaled.wait(60)
    scaled.account.service.durations.set({"instance_launch": 10_000})
    assert recovered(scaled, deployment, "DrainBlue") == GREEN


@pytest.mark.parametrize("action", ["DescribeAutoScalingGroups", "SetDesiredCapacity"])
def test_users_leave_a_sick_green_although_auto_scaling_does_not_answer(scaled: Release, action: str) -> None:
    deployment = scaled.swapped(scaled.cloned(), "green")
    resize(scaled, BLUE, 1)
    scaled.wait(60)
    scaled.break_down(GREEN)
    fault = {"kind": "error_before", "service": "autoscaling", "action": action, "for_seconds": 10_000}
    scaled.account.memory.set_faults(fault)
    assert recovered(scaled, deployment, "DrainBlue") == BLUE


def limit(release: Release, name: str, maximum: int) -> None:
    """Lower the largest size of the group, as a person does through Auto Scaling."""
    release.scaling._client.update_auto_scaling_group(AutoScalingGroupName=group(release, name).name, MaxSize=maximum)
