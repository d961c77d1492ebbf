"""The input of a fleet is validated once, with all problems in one message, and completed with its defaults."""

from typing import Any

import pytest

from lambdas.errors import InvalidRequestError
from lambdas.fleet_request import completed_fleet, require_valid_releases

ONE = {"application": "shop", "blue": "shop-prod"}


def problems(request: object) -> str:
    with pytest.raises(InvalidRequestError) as refused:
        completed_fleet(request)
    return refused.value.found


def test_a_list_is_enough() -> None:
    complete = completed_fleet({"releases": [ONE]})
    assert complete["waves"] == [1, "10%", "50%"]
    assert (complete["at_once"], complete["stop_after_failures"], complete["between_waves_seconds"]) == (20, 1, 600)
    assert (complete["approval"], complete["dry_run"], complete["release"]) == (False, False, {})


@pytest.mark.parametrize(
    ("request_", "problem"),
    [
        ({}, "one of `releases` and `environments`"),
        ({"releases": [ONE], "environments": [{"name": "*"}]}, "one of `releases` and `environments`"),
        ({"releases": []}, "input.releases"),
        ({"environments": [{}]}, "input.environments"),
        ({"environments": [{"name": "a/b"}]}, "input.environments"),
        ({"environments": [{"tags": {}}]}, "input.environments"),
        ({"releases": [ONE], "waves": []}, "input.waves"),
        ({"releases": [ONE], "waves": ["0%"]}, "input.waves"),
        ({"releases": [ONE], "waves": [0]}, "input.waves"),
        ({"releases": [ONE], "waves": [True]}, "input.waves"),
        ({"releases": [ONE], "at_once": 101}, "input.at_once"),
        ({"releases": [ONE], "stop_after_failures": 0}, "input.stop_after_failures"),
        ({"releases": [ONE], "fleet": {}}, "input.fleet is not a known key"),
        ({"releases": [ONE], "release": {"green": "g"}}, "input.release.green cannot be in common"),
        (
            {"releases": [ONE], "release": {"production_cname": "c"}},
            "input.release.production_cname cannot be in common",
        ),
        ({"releases": [ONE], "release": {"blue": "b"}}, "input.release.blue cannot be in common"),
        ({"releases": [{**ONE, "notify": True}]}, "input.releases[0].notify is the fleet's"),
        ({"releases": [{**ONE, "dry_run": True}]}, "input.releases[0].dry_run is the fleet's"),
        ({"releases": ["shop"]}, "input.releases"),
        ({"releases": [ONE] * 1001}, "input.releases"),
        ([ONE], "input"),
        ("fleet", "input"),
        (None, "input"),
    ],
)
def test_a_mistake_is_refused(request_: Any, problem: str) -> None:
    assert problem in problems(request_)


def test_all_problems_are_named_at_once() -> None:
    found = problems({"at_once": 0, "waves": "all", "releases": [{**ONE, "notify": False}]})
    assert all(each in found for each in ("at_once", "waves", "releases[0].notify"))


def test_each_release_is_validated_with_what_is_common() -> None:
    (complete,) = require_valid_releases({"version": "v2", "drain_seconds": 60}, [ONE])
    assert (complete["green"], complete["drain_seconds"], complete["version"]) == ("shop-prod-green", 60, "v2")


def test_the_problems_of_all_releases_are_in_one_message() -> None:
    with pytest.raises(InvalidRequestError) as refused:
        require_valid_releases({}, [ONE, {"application": "shop"}, {**ONE, "version": "v2", "drain_seconds": "long"}])
    assert "release 1 (shop-prod): input.version is missing" in refused.value.found
    assert "release 2: input.blue is missing" in refused.value.found
    assert "release 3 (shop-prod): input.drain_seconds" in refused.value.found


def test_a_message_about_a_thousand_bad_releases_is_bounded() -> None:
    with pytest.raises(InvalidRequestError) as refused:
        require_valid_releases({}, [{"application": "x" * 5_000, "blue": ["y" * 5_000]}] * 1_000)
    assert len(str(refused.value)) < 6_000


def test_an_own_key_comes_before_a_common_one() -> None:
    (complete,) = require_valid_releases({"version": "v2"}, [{**ONE, "version": "v3"}])
    assert complete["version"] == "v3"
