"""What people are asked: where the version is, how long they have, and what happens then."""

from dataclasses import replace

import pytest

from lambdas import http_answers
from lambdas.approval import duration, question
from lambdas.console import environment_link
from lambdas.deployment import Deployment
from lambdas.stages.verify_release import verify_release
from tests.support.stages import EXECUTION, Release


@pytest.fixture
def deployment(release: Release) -> Deployment:
    return release.plan(approval=True)


def asked(release: Release, deployment: Deployment) -> str:
    return question(deployment, release.look("shop-prod"), release.visit())


def test_people_are_shown_where_the_version_is(release: Release, deployment: Deployment) -> None:
    blue = release.look("shop-prod")
    assert asked(release, deployment).splitlines()[:6] == [
        "v2 of shop runs on shop-prod and passed its test. Now shop-prod-green serves users, with v1.",
        "",
        f"Look at the version: http://{blue.endpoint}/",
        f"Its environment: {environment_link(EXECUTION, blue.id)}",
        f"The release: https://console.aws.amazon.com/states/home?region=us-east-1#/v2/executions/details/{EXECUTION}",
        "",
    ]


def test_the_link_of_an_environment_leads_to_its_page() -> None:
    """Such links stand in many public repositories; AWS documents none."""
    assert environment_link(EXECUTION, "e-1") == (
        "https://console.aws.amazon.com/elasticbeanstalk/home?region=us-east-1#/environment/dashboard?environmentId=e-1"
    )


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(60, "1 minutes"), (5_400, "90 minutes"), (86_400, "24 hours"), (9_000, "2.5 hours"), (604_800, "168 hours")],
)
def test_the_time_to_answer_is_in_hours(seconds: int, words: str) -> None:
    assert duration(seconds) == words


def test_without_an_answer_the_release_fails_or_goes_on_as_the_input_says(
    release: Release, deployment: Deployment
) -> None:
    failing = asked(release, deployment)
    assert "Time to answer: 24 hours. After that shop-prod-green serves on, and the release fails." in failing
    assert f"redrive-execution --region us-east-1 --execution-arn {EXECUTION}" in failing
    going_on = asked(release, replace(deployment, approval_expiry="release"))
    assert "After that shop-prod gets the users, if it is healthy and as it was tested" in going_on


@pytest.mark.parametrize("approval", [True, False])
def test_the_test_of_blue_brings_the_question_when_one_is_asked(
    release: Release, monkeypatch: pytest.MonkeyPatch, *, approval: bool
) -> None:
    monkeypatch.setattr(http_answers, "get_status", lambda *_, **__: 200)
    verified = verify_release(release.plan(approval=approval), release.visit(), release.beanstalk)
    assert bool(verified.question) is approval
