"""Plan refuses a release before it changes anything, with what was expected, what was found and what to do."""

from collections.abc import Iterator
from typing import Any

import pytest

from rehearsal.account.shop import ENHANCED_HEALTH
from rehearsal.traffic import Traffic
from tests.support.shop import ScenarioShop
from tests.support.testbed import ScenarioTestbed

DATABASE = {"Namespace": "aws:rds:dbinstance", "OptionName": "HasCoupledDatabase", "Value": "true"}


@pytest.fixture(scope="module")
def shop(testbed: ScenarioTestbed) -> Iterator[ScenarioShop]:
    """One shop for all refusals: they change nothing, and no request fails."""
    shop = testbed.open_shop()
    with shop.traffic() as traffic:
        yield shop
    assert traffic.failed == []
    assert traffic.served_by == [f"{shop.blue}/v1"]
    assert shop.versions == {shop.blue: "v1"}


@pytest.fixture(scope="module")
def other(testbed: ScenarioTestbed) -> ScenarioShop:
    return testbed.open_shop()


def refused(shop: ScenarioShop, *words: str, **request: Any) -> None:
    """Check that the release is refused with these words, and that nothing was changed."""
    testbed = shop.testbed
    before = testbed.acts()
    release = shop.release(**request)
    assert (release.status, release.error, release.states) == ("FAILED", "ReleaseRefusedError", ["Plan"])
    assert [each for each in words if each not in release.cause] == [], release.cause
    assert release.cause.startswith("Expected ")
    assert "nothing was touched" in release.cause.lower()
    assert testbed.acts() == before


def test_an_application_that_is_not_there(shop: ScenarioShop) -> None:
    refused(shop, "an application named nowhere", "Found none", application="nowhere")


def test_an_environment_that_is_not_there(shop: ScenarioShop) -> None:
    refused(shop, "an environment named nobody", f"in the application {shop.name}", "Found none", blue="nobody")


def test_an_environment_of_another_application(shop: ScenarioShop, other: ScenarioShop) -> None:
    refused(shop, f"an environment named {other.blue}", f"Found it in {other.name}", blue=other.blue)


def test_one_name_for_both_environments(shop: ScenarioShop) -> None:
    refused(shop, "two environments", f"one name for both, {shop.blue}", green=shop.blue)


def test_a_version_that_is_not_there(shop: ScenarioShop) -> None:
    refused(shop, f"a version v9 of {shop.name}", "Found none", "`source_bundle`", version="v9")


def test_a_version_that_was_not_processed(shop: ScenarioShop) -> None:
    location = shop.upload(f"{shop.name}/text.zip", b"no zip")
    shop.testbed.beanstalk.create_application_version(
        ApplicationName=shop.name, VersionLabel="text", SourceBundle=location, Process=True
    )
    shop.testbed.until(lambda: shop.version_status("text") == "FAILED", "text to have failed")
    refused(shop, "a version text", "PROCESSED", "Found FAILED", version="text")


def test_an_alarm_that_rings_already(shop: ScenarioShop) -> None:
    shop.testbed.set_alarm("refusals-errors")
    refused(shop, "the alarms refusals-errors to be calm", "refusals-errors in ALARM", alarms=["refusals-errors"])


def test_an_alarm_that_is_not_there(shop: ScenarioShop) -> None:
    refused(shop, "the alarms nobodys to exist", "Found no nobodys", "Correct `alarms`", alarms=["nobodys"])


def test_an_environment_of_that_name_which_is_not_a_clone_of_this_tool(shop: ScenarioShop, other: ScenarioShop) -> None:
    refused(shop, f"{other.blue} to be a clone that this tool made of {shop.blue}", "another name", green=other.blue)


def test_a_cutover_with_nothing_deployed(shop: ScenarioShop) -> None:
    refused(shop, "green to serve users", f"{shop.blue} running v1", "`deploy`", mode="cutover", version="v2")


def test_a_rollback_with_nowhere_to_go_back_to(shop: ScenarioShop) -> None:
    refused(shop, "a version to go back to", "no green that runs one", mode="rollback", version=None)


def test_everything_that_is_wrong_with_an_input_is_said_at_once(shop: ScenarioShop) -> None:
    before = shop.testbed.acts()
    release = shop.release("v2", blue="x", drain=5, mode="sideways")
    assert (release.status, release.error, release.states) == ("FAILED", "InvalidRequestError", ["Plan"])
    for words in ("input.blue", "input.drain is not a known key", "input.mode", "nothing was touched"):
        assert words in release.cause
    assert shop.testbed.acts() == before


@pytest.mark.parametrize(
    ("length", "error"), [(250_000, "InvalidRequestError"), (256 * 1024 - 200, "States.DataLimitExceeded")]
)
def test_an_input_as_large_as_step_functions_takes(shop: ScenarioShop, length: int, error: str) -> None:
    before = shop.testbed.acts()
    release = shop.release("v2", comment="x" * length)
    assert (release.status, release.error, release.states) == ("FAILED", error, ["Plan"])
    assert len(release.cause) < 1_000
    assert shop.testbed.acts() == before


def test_an_environment_that_is_being_changed_while_it_serves(testbed: ScenarioTestbed, other: ScenarioShop) -> None:
    with testbed.durations(configure=200):
        testbed.beanstalk.update_environment(EnvironmentName=other.blue, OptionSettings=[ENHANCED_HEALTH])
        refused(other, f"{other.blue}, which serves users, to be Ready and healthy", "Updating")
        testbed.until(lambda: other.environment(other.blue)["Status"] == "Ready", "the change to end")
        other.until_healthy(other.blue)


def test_too_many_tags_to_add_those_of_a_clone(testbed: ScenarioTestbed, other: ScenarioShop) -> None:
    arn = other.environment(other.blue)["EnvironmentArn"]
    tags = [{"Key": f"cost-centre-{number}", "Value": "1"} for number in range(44)]
    testbed.beanstalk.update_tags_for_resource(ResourceArn=arn, TagsToAdd=tags)
    other.until_ready(other.blue)
    refused(other, "at most 43 tags", "Found 44")
    testbed.beanstalk.update_tags_for_resource(ResourceArn=arn, TagsToRemove=[tag["Key"] for tag in tags])
    other.until_ready(other.blue)


def test_an_environment_that_is_unhealthy_while_it_serves(testbed: ScenarioTestbed, other: ScenarioShop) -> None:
    other.register("does_not_start")
    other.deploy(other.blue, "does_not_start")
    refused(other, f"{other.blue}, which serves users, to be Ready and healthy (Ok, Info)", "Severe", "repair")


def test_the_sample_application_which_is_no_version_to_fall_back_on(
    testbed: ScenarioTestbed, shop: ScenarioShop
) -> None:
    name = f"{shop.name}-empty"
    shop.launch(name, None, ENHANCED_HEALTH)
    refused(shop, f"the version that {name} runs to be registered", "the sample application", blue=name)
    testbed.beanstalk.terminate_environment(EnvironmentName=name)


def test_a_database_coupled_to_the_environment(testbed: ScenarioTestbed) -> None:
    shop = testbed.open_shop(ENHANCED_HEALTH, DATABASE)
    refused(shop, "a database with a life cycle of its own", "an RDS database coupled", "Decouple")


def test_a_worker_environment(testbed: ScenarioTestbed, shop: ScenarioShop) -> None:
    name = f"{shop.name}-worker"
    shop.launch(name, "v1", ENHANCED_HEALTH, Tier={"Name": "Worker", "Type": "SQS/HTTP"})
    refused(shop, f"{name} to be a web server environment", "Found the tier Worker", blue=name)
    testbed.beanstalk.terminate_environment(EnvironmentName=name)


def test_a_green_of_an_earlier_release_with_another_version_than_blue(testbed: ScenarioTestbed) -> None:
    shop = testbed.open_shop()
    traffic: Traffic
    with shop.traffic() as traffic:
        testbed.abort(shop.started("WatchRelease", bake_seconds=3000))
        assert shop.versions.items() >= {shop.blue: "v2", shop.green: "v1"}.items()
        shop.register("v3")
        refused(shop, f"{shop.green}, left by an earlier release, to run v2", "Found v1", version="v3")
        ended = shop.release("v2")
    assert ended.status == "SUCCEEDED", ended.cause
    assert traffic.failed == []
    assert shop.versions == {shop.blue: "v2"}
