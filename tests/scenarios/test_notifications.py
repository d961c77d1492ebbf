"""Notifications: what failed, why, which environment serves, what to do."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from botocore.exceptions import ClientError

from rehearsal.account.shop import ENHANCED_HEALTH
from tests.support.mailbox import Message
from tests.support.testbed import ScenarioTestbed


def only_message(testbed: ScenarioTestbed, arn: str) -> Message:
    testbed.until(lambda: testbed.mailbox.about(arn), f"a notification about {arn}")
    (message,) = testbed.mailbox.about(arn)
    return message


def assert_has_next_steps(message: Message, arn: str) -> None:
    lines = [line.strip(' "') for line in message.text.splitlines()]  # EventBridge puts quotes around each
    assert f"aws stepfunctions redrive-execution --execution-arn {arn} --region us-east-1" in lines
    assert f"https://console.aws.amazon.com/states/home?region=us-east-1#/v2/executions/details/{arn}" in lines
    assert len(message.subject) <= 100


def report_of(testbed: ScenarioTestbed, arn: str) -> str:
    """Return the report of an execution, as soon as it has been written."""
    key, found = "reports/{}/{}.html".format(*arn.split(":")[6:8]), []

    def written() -> bool:
        try:
            found.append(testbed.s3.get_object(Bucket=testbed.artifacts, Key=key))
        except ClientError:
            return False
        return True

    testbed.until(written, f"the report of {arn}")
    return str(found[0]["Body"].read().decode())


def assert_links_to_report(testbed: ScenarioTestbed, message: Message, arn: str) -> None:
    (link,) = re.findall(r"The report, a moment after the end: (\S+?)[\s\"]", f"{message.text} ")
    url = urlsplit(link)
    assert (url.hostname, url.path) == ("console.aws.amazon.com", f"/s3/object/{testbed.artifacts}")
    assert parse_qs(url.query)["prefix"] == ["reports/{}/{}.html".format(*arn.split(":")[6:8])]


def test_a_refused_release_notifies_that_nothing_was_touched(testbed: ScenarioTestbed) -> None:
    shop = testbed.open_shop()
    release = shop.release("v9")
    message = only_message(testbed, release.arn)
    assert message.subject == "The release failed in Plan"
    assert f"Why: ReleaseRefusedError: {release.cause[:200]}" in message.text
    assert "nothing was touched" in message.text
    assert_has_next_steps(message, release.arn)


def test_a_failed_deployment_notifies_with_the_events_and_what_is_left(testbed: ScenarioTestbed) -> None:
    shop = testbed.open_shop()
    shop.register("does_not_start")
    release = shop.release("does_not_start")
    message = only_message(testbed, release.arn)
    assert message.subject == f"The release of does_not_start onto {shop.blue} failed in AwaitRelease"
    assert f"Users are served by: {shop.green}" in message.text
    assert f"running v1, at http://{shop.cname}/" in message.text
    assert f"Left over: {shop.blue}" in message.text
    assert "Failed to deploy application." in message.text
    assert "Engine execution has encountered an error" in message.text
    assert_has_next_steps(message, release.arn)
    assert_links_to_report(testbed, message, release.arn)
    report = report_of(testbed, release.arn)
    for words in ("It failed in AwaitRelease", "DeploymentFailedError", "createEnvironment is starting.", shop.green):
        assert words in report


def test_a_release_that_cannot_remove_green_notifies_that_it_is_left(testbed: ScenarioTestbed) -> None:
    shop = testbed.open_shop()
    with testbed.durations(configure=1000):
        with testbed.held("watch_release"):
            arn = shop.started("WatchRelease", timeouts={"terminate_green": 10})
            testbed.beanstalk.update_environment(EnvironmentName=shop.green, OptionSettings=[ENHANCED_HEALTH])
        release = testbed.follow(arn)
    assert release.failed_in == "TerminateGreen"
    message = only_message(testbed, arn)
    assert f"Users are served by: {shop.blue}" in message.text
    assert "running v2" in message.text
    assert f"Left over: {shop.green}, which the next run removes" in message.text


@pytest.mark.parametrize("state", ["Plan", "AwaitGreen"])
def test_an_aborted_release_notifies_that_nothing_was_cleaned_up(testbed: ScenarioTestbed, state: str) -> None:
    shop = testbed.open_shop()
    with testbed.held("plan" if state == "Plan" else "await_green"):
        arn = shop.started(state)
        testbed.abort(arn)
    message = only_message(testbed, arn)
    name = arn.rsplit(":", 1)[-1]
    assert f"The release {name} ended ABORTED. Nothing was cleaned up" in message.text
    assert_has_next_steps(message, arn)
    assert_links_to_report(testbed, message, arn)
    assert f"It was stopped in {state}" in report_of(testbed, arn)


def test_a_release_that_succeeds_sends_no_notification_and_has_a_report(testbed: ScenarioTestbed) -> None:
    shop = testbed.open_shop()
    arn = shop.release("v1").arn
    assert testbed.mailbox.about(arn) == []
    assert f"Release of v1 onto {shop.blue}" in report_of(testbed, arn)
