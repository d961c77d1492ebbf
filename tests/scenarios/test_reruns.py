"""Reruns: an execution aborted in any state can be redriven, and a new one goes on from the present state."""

from tests.scenarios.test_releases import STAGES
from tests.support.shop import FinishedRelease
from tests.support.testbed import ScenarioTestbed

FUNCTIONS = {
    "SwapToGreen": "swap_traffic",
    "SwapToBlue": "swap_traffic",
    "AwaitGreenLive": "await_traffic",
    "AwaitBlueLive": "await_traffic",
}
"""The function of a state with another name than its own."""


LONG = {"drain_seconds": 300}
"""Long enough to abort the execution in DrainBlue."""


def function(state: str) -> str:
    snake = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in state).lstrip("_")
    return FUNCTIONS.get(state, snake)


def aborted_in(testbed: ScenarioTestbed, state: str, arn: str) -> FinishedRelease:
    testbed.until_in(arn, state)
    aborted = testbed.abort(arn)
    assert (aborted.status, aborted.states[-1]) == ("ABORTED", state)
    return aborted


def test_an_execution_that_is_aborted_in_every_state_and_redriven_each_time_succeeds(testbed: ScenarioTestbed) -> None:
    shop = testbed.open_shop()
    aborted: FinishedRelease | None = None
    with shop.traffic() as traffic:
        for state in STAGES:
            with testbed.held(function(state)):
                arn = testbed.redriven(aborted.arn) if aborted else shop.start("v2", **LONG)
                aborted = aborted_in(testbed, state, arn)
        assert aborted
        release = testbed.redrive(aborted)
    assert release.status == "SUCCEEDED", release.cause
    assert traffic.failed == []
    assert traffic.served_by == [f"{shop.blue}/v1", f"{shop.green}/v1", f"{shop.blue}/v2"]
    assert testbed.acts_on(shop).count("createEnvironment") == 2
    assert shop.versions == {shop.blue: "v2"}


def test_a_new_execution_after_one_that_was_aborted_in_any_state_goes_on_from_there(testbed: ScenarioTestbed) -> None:
    shop = testbed.open_shop()
    with shop.traffic() as traffic:
        for state in STAGES:
            with testbed.held(function(state)):
                aborted_in(testbed, state, shop.start("v2", **LONG))
        release = shop.release("v2")
    assert release.status == "SUCCEEDED", release.cause
    assert traffic.failed == []
    assert traffic.served_by == [f"{shop.blue}/v1", f"{shop.green}/v1", f"{shop.blue}/v2"]
    assert testbed.acts_on(shop).count("createEnvironment") == 2
    testbed.until(lambda: shop.versions == {shop.blue: "v2"}, "only blue to be left")


def test_a_new_execution_right_after_the_swap_lets_old_dns_answers_expire_before_it_deploys(
    testbed: ScenarioTestbed,
) -> None:
    shop = testbed.open_shop()
    with testbed.durations(dns_ttl=90), shop.traffic() as traffic:
        testbed.abort(shop.started("DrainBlue", drain_seconds=600))
        release = shop.release("v2", drain_seconds=150)
    assert release.status == "SUCCEEDED", release.cause
    assert traffic.failed == []


def test_a_corrected_version_right_after_green_got_the_users_back_lets_old_dns_answers_expire(
    testbed: ScenarioTestbed,
) -> None:
    shop = testbed.open_shop()
    shop.register("v3")
    alarm = f"{shop.name}-errors"
    testbed.set_alarm(alarm, "OK")
    with testbed.durations(dns_ttl=90), shop.traffic() as traffic:
        arn = shop.started("WatchRelease", drain_seconds=150, bake_seconds=600, alarms=[alarm])
        testbed.until(lambda: traffic.last_served_by == [f"{shop.blue}/v2"], "blue to serve v2")
        testbed.set_alarm(alarm)
        assert testbed.follow(arn).failed_in == "WatchRelease"
        release = shop.release("v3", drain_seconds=150)
    assert release.status == "SUCCEEDED", release.cause
    assert traffic.failed == []
    assert traffic.last_served_by == [f"{shop.blue}/v3"]
