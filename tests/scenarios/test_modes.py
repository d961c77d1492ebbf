"""Modes: deploy and cutover, rollback, and a dry run."""

from rehearsal.account.shop import ENHANCED_HEALTH
from tests.scenarios.test_releases import STAGES
from tests.support.testbed import ScenarioTestbed

SEVERE = ["Ok", "Info", "Severe"]


def test_a_deployment_ends_with_green_live_and_a_cutover_completes_it(testbed: ScenarioTestbed) -> None:
    shop = testbed.open_shop()
    with shop.traffic() as traffic:
        deployed = shop.release("v2", mode="deploy")
        assert traffic.last_served_by == [f"{shop.green}/v1"]
        assert shop.versions.items() >= {shop.blue: "v2", shop.green: "v1"}.items()
        released = shop.release(None, mode="cutover")
    assert deployed.status == "SUCCEEDED", deployed.cause
    assert deployed.outcome.output == {
        "status": "deployed",
        "application": shop.name,
        "version": "v2",
        "previous_version": "v1",
        "served_by": shop.green,
        "production_cname": shop.cname,
    }
    assert deployed.states == STAGES[: STAGES.index("SwapToBlue")]
    assert released.status == "SUCCEEDED", released.cause
    assert released.outcome.output["status"] == "released"
    assert released.states == ["Plan", *STAGES[STAGES.index("VerifyRelease") :]]
    assert traffic.failed == []
    assert traffic.last_served_by == [f"{shop.blue}/v2"]
    assert shop.versions == {shop.blue: "v2"}


def test_a_cutover_of_another_version_than_was_deployed_is_refused(testbed: ScenarioTestbed) -> None:
    shop = testbed.open_shop()
    shop.register("v3")
    with shop.traffic() as traffic:
        assert shop.release("v2", mode="deploy").status == "SUCCEEDED"
        refused = shop.release("v3", mode="cutover")
    assert (refused.error, refused.states) == ("ReleaseRefusedError", ["Plan"])
    assert f"{shop.blue} running v2" in refused.cause
    assert traffic.failed == []
    assert traffic.last_served_by == [f"{shop.green}/v1"]


def test_a_rollback_after_a_deployment_goes_back_to_what_green_runs(testbed: ScenarioTestbed) -> None:
    shop = testbed.open_shop()
    with shop.traffic() as traffic:
        assert shop.release("v2", mode="deploy").status == "SUCCEEDED"
        rolled_back = shop.release(None, mode="rollback")
    assert rolled_back.status == "SUCCEEDED", rolled_back.cause
    assert rolled_back.outcome.output["version"] == "v1"
    assert traffic.failed == []
    assert traffic.served_by == [f"{shop.blue}/v1", f"{shop.green}/v1"]
    assert traffic.last_served_by == [f"{shop.blue}/v1"]
    assert shop.versions == {shop.blue: "v1"}


def test_a_rollback_of_a_failed_release_removes_what_it_left(testbed: ScenarioTestbed) -> None:
    shop = testbed.open_shop()
    shop.register("does_not_start")
    with shop.traffic() as traffic:
        assert shop.release("does_not_start").failed_in == "AwaitRelease"
        rolled_back = shop.release(None, mode="rollback")
    assert rolled_back.status == "SUCCEEDED", rolled_back.cause
    assert traffic.failed == []
    assert traffic.last_served_by == [f"{shop.blue}/v1"]
    assert shop.versions == {shop.blue: "v1"}


def test_a_rollback_while_blue_is_watched_gives_green_the_users_first(testbed: ScenarioTestbed) -> None:
    shop = testbed.open_shop()
    with shop.traffic() as traffic:
        testbed.abort(shop.started("WatchRelease", bake_seconds=3000))
        testbed.until(lambda: traffic.last_served_by == [f"{shop.blue}/v2"], "blue to serve v2")
        rolled_back = shop.release(None, mode="rollback")
    assert rolled_back.status == "SUCCEEDED", rolled_back.cause
    assert traffic.failed == []
    assert traffic.last_served_by == [f"{shop.blue}/v1"]
    assert f"{shop.green}/v1" in traffic.served_by[
        traffic.served_by.index(f"{shop.blue}/v2") :
    ] or traffic.served_by == [
        f"{shop.blue}/v1",
        f"{shop.green}/v1",
        f"{shop.blue}/v2",
    ]
    assert shop.versions == {shop.blue: "v1"}


def test_a_rollback_after_a_release_needs_the_version_by_name(testbed: ScenarioTestbed) -> None:
    shop = testbed.open_shop()
    with shop.traffic() as traffic:
        assert shop.release("v2").status == "SUCCEEDED"
        rolled_back = shop.release("v1", mode="rollback")
    assert rolled_back.status == "SUCCEEDED", rolled_back.cause
    assert traffic.failed == []
    assert traffic.served_by == [f"{shop.blue}/v1", f"{shop.green}/v1", f"{shop.blue}/v2"]
    assert traffic.last_served_by == [f"{shop.blue}/v1"]
    assert shop.versions == {shop.blue: "v1"}


def test_a_rollback_from_a_bad_live_version_ends_the_failures_when_green_is_live(
    testbed: ScenarioTestbed,
) -> None:
    shop = testbed.open_shop(ENHANCED_HEALTH)
    shop.register("turns_bad")
    with shop.traffic() as traffic:
        assert shop.release("turns_bad", accepted_health=SEVERE).status == "SUCCEEDED"
        testbed.until(lambda: traffic.failed, "turns_bad to turn bad")
        testbed.until(lambda: shop.environment(shop.blue)["Health"] == "Red", "blue to be Red")
        arn = shop.start("v1", mode="rollback")
        testbed.until_in(arn, "DeployRelease")
        healed = traffic.requests[-1].at
        rolled_back = testbed.follow(arn)
    assert rolled_back.status == "SUCCEEDED", rolled_back.cause
    assert traffic.failed_since(healed) == []
    assert traffic.last_served_by == [f"{shop.blue}/v1"]
    assert shop.versions == {shop.blue: "v1"}


def test_a_dry_run_says_what_would_be_done_and_touches_nothing(testbed: ScenarioTestbed) -> None:
    shop = testbed.open_shop()
    before = testbed.acts()
    planned = shop.release("v2", dry_run=True)
    assert planned.status == "SUCCEEDED", planned.cause
    assert planned.outcome.output["status"] == "planned"
    assert planned.outcome.output["would"].startswith(f"clone {shop.blue} into {shop.green}, give it the users")
    assert planned.states == ["Plan"]
    assert testbed.acts() == before
    assert testbed.records(shop.name) == []


def test_a_dry_run_says_what_would_be_refused(testbed: ScenarioTestbed) -> None:
    shop = testbed.open_shop()
    refused = shop.release("v9", dry_run=True)
    assert refused.status == "SUCCEEDED", refused.cause
    assert refused.outcome.output["status"] == "refused"
    assert f"Expected a version v9 of {shop.name}" in refused.outcome.output["because"]
