"""Good releases on the deployed state machine, with traffic on the production CNAME."""

from rehearsal.account import samples
from tests.support.option_settings import BASIC_HEALTH
from tests.support.testbed import ScenarioTestbed

STAGES = [
    "Plan",
    "CloneBlue",
    "AwaitGreen",
    "VerifyGreen",
    "SwapToGreen",
    "AwaitGreenLive",
    "DrainBlue",
    "DeployRelease",
    "AwaitRelease",
    "VerifyRelease",
    "SwapToBlue",
    "AwaitBlueLive",
    "WatchRelease",
    "TerminateGreen",
    "AwaitTermination",
]


def test_a_release_loses_no_request_and_leaves_nothing_behind(testbed: ScenarioTestbed) -> None:
    shop = testbed.open_shop()
    with shop.traffic() as traffic:
        release = shop.release("v2")
    assert release.status == "SUCCEEDED", release.cause
    assert traffic.failed == []
    assert traffic.served_by == [f"{shop.blue}/v1", f"{shop.green}/v1", f"{shop.blue}/v2"]
    assert traffic.last_served_by == [f"{shop.blue}/v2"]
    assert release.states == STAGES
    assert release.outcome.output == {
        "status": "released",
        "application": shop.name,
        "version": "v2",
        "previous_version": "v1",
        "served_by": shop.blue,
        "production_cname": shop.cname,
    }
    assert shop.versions == {shop.blue: "v2"}
    assert shop.environment(shop.blue)["CNAME"] == shop.cname
    assert testbed.mailbox.about(release.arn) == []


def test_old_dns_answers_expire_before_blue_is_touched_and_before_green_goes(testbed: ScenarioTestbed) -> None:
    shop = testbed.open_shop()
    release = shop.release("v2", drain_seconds=70, bake_seconds=80)
    drained = release.entered("DeployRelease") - release.entered(
        "AwaitGreenLive"
    )  # its entry is the time at which green serves
    assert drained.total_seconds() >= 70
    assert release.seconds["WatchRelease"] >= 80


def test_a_slow_launch_succeeds(testbed: ScenarioTestbed) -> None:
    shop = testbed.open_shop()
    with testbed.durations(launch=600), shop.traffic() as traffic:
        release = shop.release("v2")
    assert release.status == "SUCCEEDED", release.cause
    assert release.seconds["AwaitGreen"] >= 590
    assert traffic.failed == []


def test_an_environment_with_basic_health_reporting_is_released_onto(testbed: ScenarioTestbed) -> None:
    shop = testbed.open_shop(BASIC_HEALTH)
    assert "HealthStatus" not in shop.environment(shop.blue)
    with shop.traffic() as traffic:
        release = shop.release("v2")
    assert release.status == "SUCCEEDED", release.cause
    assert traffic.failed == []
    assert traffic.last_served_by == [f"{shop.blue}/v2"]


def test_a_version_is_registered_from_its_bundle(testbed: ScenarioTestbed) -> None:
    shop = testbed.open_shop()
    location = shop.upload(f"{shop.name}/new.zip", samples.bundle("v2"))
    with shop.traffic() as traffic:
        release = shop.release("v3", source_bundle={"bucket": location["S3Bucket"], "key": location["S3Key"]})
    assert release.status == "SUCCEEDED", release.cause
    assert release.states == [STAGES[0], "RegisterRelease", "AwaitRegistration", *STAGES[1:]]
    assert traffic.failed == []
    assert traffic.last_served_by == [f"{shop.blue}/v3"]


def test_the_name_of_a_terminated_green_is_used_again(testbed: ScenarioTestbed) -> None:
    shop = testbed.open_shop()
    assert shop.release("v2").status == "SUCCEEDED"
    shop.register("v3")
    with shop.traffic() as traffic:
        release = shop.release("v3")
    assert release.status == "SUCCEEDED", release.cause
    assert traffic.failed == []
    assert traffic.last_served_by == [f"{shop.blue}/v3"]
    assert shop.versions == {shop.blue: "v3"}


def test_a_version_that_is_live_already_is_released_at_once(testbed: ScenarioTestbed) -> None:
    shop = testbed.open_shop()
    release = shop.release("v1")
    assert release.status == "SUCCEEDED", release.cause
    assert release.states == ["Plan"]
