"""VerifyGreen passes a green that answers as expected or as blue does, and no other."""

from collections.abc import Callable
from typing import Any

import pytest

from lambdas import http_answers
from lambdas.errors import GreenTestFailedError
from lambdas.probe import NoAnswerError
from lambdas.stages import verify_green as verify_green_module
from lambdas.stages.verify_green import verify_green
from tests.support.stages import Release

Answers = dict[str, int | None]
"""The status codes that each environment answers; None for no answer."""


@pytest.fixture
def ask(release: Release, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Verify green while the two environments answer so."""

    def verify(answers: Answers, **request: Any) -> None:
        deployment = release.cloned(health_check={"interval_seconds": 0, "attempts": 2}, **request)
        by_endpoint = {release.look(name).endpoint: status for name, status in answers.items()}

        def get_status(url: str, *_: object, **__: object) -> int:
            status = by_endpoint[url.split("/")[2]]
            if status is None:
                raise NoAnswerError("none within 10 seconds")
            return status

        monkeypatch.setattr(http_answers, "get_status", get_status)
        verify_green(deployment, release.beanstalk)

    return verify


@pytest.mark.parametrize(
    ("green", "blue"),
    [
        pytest.param(200, 503, id="as expected"),
        pytest.param(404, 404, id="a path that only the new version has"),
        pytest.param(301, 301, id="a redirect"),
    ],
)
def test_a_green_that_answers_as_expected_or_as_blue_does_passes(
    ask: Callable[..., None], green: int, blue: int
) -> None:
    ask({"shop-prod-green": green, "shop-prod": blue})


@pytest.mark.parametrize(("green", "blue"), [(None, 200), (None, None), (404, 200), (403, 404), (500, 500), (503, 503)])
def test_another_green_fails_with_all_its_answers(
    ask: Callable[..., None], green: int | None, blue: int | None
) -> None:
    with pytest.raises(GreenTestFailedError) as failed:
        ask({"shop-prod-green": green, "shop-prod": blue})
    answer = str(green or "no answer (none within 10 seconds)")
    assert f"Found {answer}, {answer}" in str(failed.value)
    assert "shop-prod serves on" in str(failed.value)


def test_a_rollback_does_not_compare_green_with_the_blue_that_fails(ask: Callable[..., None]) -> None:
    with pytest.raises(GreenTestFailedError, match="not asked"):
        ask({"shop-prod-green": 404, "shop-prod": 404}, mode="rollback", version="v1")


def test_a_host_that_dns_does_not_know_is_found_out_before_green_gets_users(
    release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where tests run in a network of their own, Plan cannot know what its DNS knows."""
    deployment = release.cloned(health_check={"url": "http://test.shop.example/"})
    asked: list[str] = []

    def knows_nothing(host: str) -> bool:
        asked.append(host)
        return False

    monkeypatch.setattr(verify_green_module, "resolves", knows_nothing)
    with pytest.raises(GreenTestFailedError, match=r"Found no address of test\.shop\.example\. shop-prod serves on"):
        verify_green(deployment, release.beanstalk)
    assert asked == ["test.shop.example"]
