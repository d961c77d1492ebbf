"""Environments that turn sick while they serve: users are on the other one soon, and people are told."""

import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

from tests.support.testbed import ScenarioTestbed

SEVERE: Mapping[str, Any] = {"status": 500}
WARNING: Mapping[str, Any] = {"warning": True}
RESCUED = 400
"""Account seconds in which users of a sick environment lose requests.

At most 50 until its health shows, two polls of 30, a swap of 5, 15 until DNS answers expire; the rest is the time of
functions on a busy machine.
"""


@contextmanager
def impaired(testbed: ScenarioTestbed, environment: str, how: Mapping[str, Any]) -> Iterator[None]:
    """Impair the environment of that name that stands now, while the block runs."""
    (found,) = testbed.beanstalk.describe_environments(EnvironmentNames=[environment], IncludeDeleted=False)[
        "Environments"
    ]
    testbed.control.set_impairments({found["EnvironmentId"]: how})
    try:
        yield
    finally:
        testbed.control.set_impairments({})


def calls(testbed: ScenarioTestbed, arn: str) -> int:
    """Return how many calls of functions an execution has made."""
    pages = testbed.states.get_paginator("get_execution_history").paginate(executionArn=arn)
    return sum(event["type"] == "TaskScheduled" for page in pages for event in page["events"])


def test_a_green_that_does_not_answer_gets_no_users_and_is_removed(testbed: ScenarioTestbed) -> None:
    """Its health is still good: its security group may let nobody else in."""
    shop = testbed.open_shop()
    with shop.traffic() as traffic:
        with ExitStack() as held:
            held.enter_context(testbed.held("verify_green"))
            arn = shop.started("VerifyGreen")
            with impaired(testbed, shop.green, SEVERE):
                held.close()
                release = testbed.follow(arn)
        versions_then = shop.versions
    assert (release.status, release.error, release.failed_in) == ("FAILED", "GreenTestFailedError", "VerifyGreen")
    assert re.search(r"Found 50[03], 50[03], 50[03]\.", release.cause), release.cause
    assert f"{shop.blue} serves on" in release.cause
    (message,) = testbed.mailbox.about(arn)
    assert f"{shop.green}, half-made, is being terminated" in message.text
    assert versions_then == {shop.blue: "v1"}
    assert traffic.failed == []
    assert traffic.served_by == [f"{shop.blue}/v1"]


def test_users_of_a_green_that_turns_sick_in_the_drain_are_back_on_blue_and_a_redrive_makes_a_new_green(
    testbed: ScenarioTestbed,
) -> None:
    shop = testbed.open_shop()
    with shop.traffic() as traffic:
        arn = shop.started("DrainBlue", drain_seconds=400)
        sick_green = shop.environment(shop.green)["EnvironmentId"]
        with impaired(testbed, shop.green, SEVERE):
            release = testbed.follow(arn)
            testbed.until(lambda: traffic.last_served_by == [f"{shop.blue}/v1"], "blue to serve v1")
            rescued = traffic.requests[-1].at
            redriven = testbed.redrive(release)
    assert (release.status, release.error, release.failed_in) == ("FAILED", "GreenUnhealthyError", "DrainBlue")
    assert redriven.status == "SUCCEEDED", redriven.cause
    launched = [event for event in shop.events() if event.message.startswith("createEnvironment is starting")]
    assert len(launched) == 3, f"blue, {sick_green}, and a new green"
    lost = [request.at for request in traffic.failed]
    assert lost, "a green that answers 500 loses requests, on AWS too"
    assert (max(lost) - min(lost)) / testbed.control.clock().scale < RESCUED
    assert traffic.failed_since(rescued) == []
    assert f"Users are served by: {shop.blue}" in testbed.mailbox.about(arn)[0].text
    assert shop.versions == {shop.blue: "v2"}


def test_users_of_a_blue_that_turns_sick_right_after_the_swap_back_are_soon_on_green(
    testbed: ScenarioTestbed,
) -> None:
    """Once, AwaitBlueLive waited for its health: users were lost for 810 account seconds."""
    shop = testbed.open_shop()
    with shop.traffic() as traffic:
        arn = shop.started("AwaitBlueLive", bake_seconds=2000)
        with impaired(testbed, shop.blue, SEVERE):
            release = testbed.follow(arn)
            testbed.until(lambda: traffic.last_served_by == [f"{shop.green}/v1"], "green to serve v1")
            rescued = traffic.requests[-1].at
    assert (release.status, release.error) == ("FAILED", "ReleaseUnhealthyError")
    lost = [request.at for request in traffic.failed]
    assert lost
    assert (max(lost) - min(lost)) / testbed.control.clock().scale < RESCUED
    assert traffic.failed_since(rescued) == []
    assert f"Users are served by: {shop.green}" in testbed.mailbox.about(arn)[0].text


def test_a_short_warning_in_the_watch_does_not_take_a_release_back(testbed: ScenarioTestbed) -> None:
    shop = testbed.open_shop()
    with shop.traffic() as traffic:
        arn = shop.started("WatchRelease", unhealthy_seconds=3000, bake_seconds=200)
        with impaired(testbed, shop.blue, WARNING):
            testbed.until(lambda: shop.environment(shop.blue)["HealthStatus"] == "Warning", "blue to be in Warning")
            seen = calls(testbed, arn)
            testbed.until(lambda: calls(testbed, arn) >= seen + 2, "a look at it")
        release = testbed.follow(arn)
    assert release.status == "SUCCEEDED", release.cause
    assert traffic.failed == []
    assert shop.versions == {shop.blue: "v2"}


def test_a_rollback_goes_on_while_the_alarm_rings_that_it_is_for(testbed: ScenarioTestbed) -> None:
    shop = testbed.open_shop()
    alarm = f"{shop.name}-errors"
    testbed.set_alarm(alarm)
    with shop.traffic() as traffic:
        shop.deploy(shop.blue, "v2")
        testbed.until(lambda: traffic.last_served_by == [f"{shop.blue}/v2"], "blue to serve v2")
        deployed = traffic.requests[-1].at
        release = shop.release("v1", mode="rollback", alarms=[alarm])
    assert release.status == "SUCCEEDED", release.cause
    assert traffic.failed_since(deployed) == []
    assert shop.versions == {shop.blue: "v1"}
