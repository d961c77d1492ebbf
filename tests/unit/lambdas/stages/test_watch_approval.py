"""WatchApproval tells people when an environment changes while they decide, once for each change. It moves no users."""

from typing import Any

import pytest

from lambdas.approval import MAX_MESSAGES, Told
from lambdas.deployment import Deployment
from lambdas.errors import EnvironmentNotReadyError
from lambdas.stages import watch_approval
from tests.support.stages import PRODUCTION, Release

BLUE, GREEN = "shop-prod", "shop-prod-green"


@pytest.fixture
def asked(release: Release) -> Deployment:
    """Blue is tested, green serves, and people decide."""
    return release.deployed(release.swapped(release.cloned(approval=True, unhealthy_seconds=60), "green"))


def look(release: Release, deployment: Deployment, before: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return what is told, two minutes after the state's entry. `before`: what was told last."""
    entered = release.account.now()
    release.wait(120)
    told = Told.from_json((before or {}).get("told"))
    return watch_approval.watch_approval(deployment, told, release.visit(since=entered), release.beanstalk)


def require_silence(release: Release, deployment: Deployment, before: dict[str, Any] | None = None) -> None:
    with pytest.raises(EnvironmentNotReadyError, match="a person to approve or reject"):
        look(release, deployment, before)


def test_nothing_is_told_while_both_are_well(release: Release, asked: Deployment) -> None:
    require_silence(release, asked)


def test_a_sick_green_is_told_once_with_the_way_out_and_keeps_its_users(release: Release, asked: Deployment) -> None:
    release.break_down(GREEN)
    told = look(release, asked)
    assert told["subject"] == "shop-prod-green is unhealthy, and v2 waits for your approval"
    assert "To move them to v2, which passed its test, approve." in told["message"]
    assert f"{GREEN} ({release.look(GREEN).id}) Ready, Red, running v1" in told["message"]
    require_silence(release, asked, told)
    assert release.look(GREEN).cname == PRODUCTION


def test_a_green_that_recovers_and_turns_sick_again_is_told_each_time(release: Release, asked: Deployment) -> None:
    release.break_down(GREEN)
    sick = look(release, asked)
    release.account.hosting(GREEN).order = None
    release.account.until(lambda: release.look(GREEN).colour == "Green", lambda: f"{release.look(GREEN)}")
    well = look(release, asked, sick)
    assert well["subject"] == "shop-prod-green is well again, and v2 waits for your approval"
    release.break_down(GREEN)
    assert look(release, asked, well)["told"] == {"blue": "well", "green": "unhealthy", "messages": 3}


def test_a_sick_blue_is_told(release: Release, asked: Deployment) -> None:
    release.break_down(BLUE)
    told = look(release, asked)
    assert told["subject"] == "shop-prod is unhealthy, and v2 waits for your approval"
    assert "No user is on shop-prod." in told["message"]


def test_two_changes_are_told_one_after_the_other_first_that_of_green(release: Release, asked: Deployment) -> None:
    release.break_down(BLUE)
    release.break_down(GREEN)
    first = look(release, asked)
    second = look(release, asked, first)
    assert [first["subject"].split()[0], second["subject"].split()[0]] == [GREEN, BLUE]
    require_silence(release, asked, second)


def test_a_blue_that_somebody_changes_is_told(release: Release, asked: Deployment) -> None:
    release.beanstalk.deploy(release.look(BLUE), "v1")
    release.account.until(lambda: release.look(BLUE).ready, lambda: f"{release.look(BLUE)}")
    told = look(release, asked)
    assert told["told"]["blue"] == "changed"
    assert "Approving fails. Reject, then redrive the execution" in told["message"]


def test_a_green_that_somebody_terminates_is_told(release: Release, asked: Deployment) -> None:
    release.beanstalk.terminate(release.look(GREEN))
    told = look(release, asked)
    assert told["told"]["green"] == "gone"
    assert "Act at once" in told["message"]


def test_a_bad_moment_is_not_told(release: Release, asked: Deployment) -> None:
    """Basic health is Grey during an operation:
    https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/using-features.healthstatus.html
    """
    release.account.client.update_tags_for_resource(
        ResourceArn=release.look(GREEN).arn, TagsToAdd=[{"Key": "team", "Value": "checkout"}]
    )
    assert release.look(GREEN).health == "Grey"
    with pytest.raises(EnvironmentNotReadyError):
        watch_approval.watch_approval(asked, Told(), release.visit(), release.beanstalk)


def test_people_are_told_no_more_than_they_can_read(release: Release, asked: Deployment) -> None:
    release.break_down(GREEN)
    last = look(release, asked, {"told": {"blue": "well", "green": "well", "messages": MAX_MESSAGES - 1}})
    assert "It is the last one about this question." in last["message"]
    require_silence(release, asked, {"told": {"blue": "well", "green": "well", "messages": MAX_MESSAGES}})
