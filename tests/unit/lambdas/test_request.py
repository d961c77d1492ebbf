"""The execution input is validated once, with all problems in one message, and completed with its defaults."""

from typing import Any

import pytest

from lambdas.errors import InvalidRequestError
from lambdas.request import SCHEMA, completed, green_name

TIMEOUTS = SCHEMA["properties"]["timeouts"]["properties"]
GOOD = {"application": "shop", "blue": "shop-prod", "version": "v2"}


def problems(request: object) -> str:
    with pytest.raises(InvalidRequestError) as refused:
        completed(request)
    return refused.value.found


def test_three_names_are_enough() -> None:
    complete = completed(GOOD)
    assert complete["green"] == "shop-prod-green"
    assert complete["health_check"] == {
        "path": "/",
        "scheme": "http",
        "expected_status": [200],
        "attempts": 3,
        "interval_seconds": 5,
        "timeout_seconds": 10,
        "headers": {},
    }
    assert complete["accepted_health"] == ["Ok", "Info"]
    assert (complete["drain_seconds"], complete["bake_seconds"], complete["alarms"]) == (120, 120, [])
    assert set(complete["timeouts"]) == {
        "register_release",
        "clone_blue",
        "swap_traffic",
        "deploy_release",
        "terminate_green",
    }


def test_given_values_replace_the_defaults() -> None:
    complete = completed({**GOOD, "green": "other", "health_check": {"attempts": 5}, "timeouts": {"clone_blue": 60}})
    assert complete["green"] == "other"
    assert (complete["health_check"]["attempts"], complete["health_check"]["path"]) == (5, "/")
    assert (complete["timeouts"]["clone_blue"], complete["timeouts"]["swap_traffic"]) == (60, 900)


def test_the_request_itself_is_not_changed() -> None:
    request = dict(GOOD)
    completed(request)
    assert request == GOOD


def test_blue_bakes_at_least_as_long_as_green_drains() -> None:
    assert completed({**GOOD, "drain_seconds": 300, "bake_seconds": 10})["bake_seconds"] == 300
    assert completed({**GOOD, "drain_seconds": 10, "bake_seconds": 300})["bake_seconds"] == 300


def test_all_problems_are_named_at_once() -> None:
    found = problems(
        {
            "application": 3,
            "blue": "s",
            "versoin": "v2",
            "health_check": {"path": "x", "attempts": "3", "foo": 1},
            "accepted_health": ["Okay"],
            "timeouts": 5,
        }
    )
    for problem in (
        "input.version is missing",
        "input.application must be string, not 3",
        "input.blue must match pattern",
        "input.versoin is not a known key",
        "input.health_check.path must match pattern",
        "input.health_check.attempts must be integer",
        "input.health_check.foo is not a known key",
        "input.accepted_health[0] must be one of",
        "input.timeouts must be object, not 5",
    ):
        assert problem in found


@pytest.mark.parametrize("request_", [None, [], "x", 3, True])
def test_an_input_that_is_not_an_object_is_refused(request_: object) -> None:
    assert "input must be object" in problems(request_)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("application", "a/b"),
        ("application", ""),
        ("blue", "-shop"),
        ("blue", "shop-"),
        ("blue", "x" * 41),
        ("version", "v/2"),
        ("version", "v2\n"),
        ("version", "v2\x9b31m"),
        ("version", "v2\u202e"),
        ("version", "v2\ud800"),
        ("application", "\x7f"),
        ("config_template", "a\u2028b"),
        ("drain_seconds", -1),
        ("drain_seconds", True),
        ("drain_seconds", 1.5),
        ("bake_seconds", 10**9),
        ("alarms", ["a", "a"]),
        ("accepted_health", []),
        ("alarms", ["errors\nlatency"]),
        ("source_bundle", {"bucket": "releases", "key": "v2\n.zip"}),
        ("health_check", {"url": "file:///etc/passwd"}),
        ("health_check", {"url": "http://somebody:secret@shop.example/"}),
        ("health_check", {"url": "http://shop.example\\@169.254.169.254/"}),
        ("health_check", {"url": "http://169.254.169.254/latest/meta-data/"}),
        ("health_check", {"url": "https://0xA9FEA9FE:8080/?a=b"}),
        ("health_check", {"url": "http://[::ffff:a9fe:a9fe]/"}),
        ("health_check", {"url": "http://localhost/"}),
        ("health_check", {"headers": {"X-A": "one\r\nX-B: two"}}),
        ("health_check", {"headers": {"X A": "one"}}),
        ("health_check", {"expected_status": [20]}),
        ("source_bundle", {"bucket": "releases"}),
        ("timeouts", {"clone_green": 60}),
    ],
)
def test_a_value_out_of_range_is_refused(key: str, value: Any) -> None:
    assert f"input.{key}" in problems({**GOOD, key: value})


@pytest.mark.parametrize(
    "url", ["http://shop.example", "https://a_b.example:8443/x?y=z", "http://10.0.0.1/", "http://[fd12::1]:80"]
)
def test_a_url_to_another_address_is_accepted(url: str) -> None:
    assert completed({**GOOD, "health_check": {"url": url}})["health_check"]["url"] == url


def test_a_whole_number_may_have_a_decimal_point() -> None:
    assert repr(completed({**GOOD, "drain_seconds": 60.0})["drain_seconds"]) == "60"


@pytest.mark.parametrize("blue", ["shop", "x" * 40, "x" * 33 + "-" + "y" * 6])
def test_the_default_name_of_green_fits_and_differs_from_blue(blue: str) -> None:
    green = green_name(blue)
    assert len(green) <= 40
    assert green.endswith("-green")
    assert green != blue
    assert completed({**GOOD, "blue": blue})["green"] == green


def test_several_tests_have_the_defaults_of_one() -> None:
    complete = completed({**GOOD, "health_checks": [{"path": "/a"}, {"host": "www.shop.example", "scheme": "https"}]})
    assert [test["attempts"] for test in complete["health_checks"]] == [3, 3]
    assert [test["path"] for test in complete["health_checks"]] == ["/a", "/"]


@pytest.mark.parametrize(
    ("test", "problem"),
    [
        ({"path": "x"}, "path must match pattern"),
        ({"url": "http://169.254.169.254/"}, "input.health_checks[0].url must not lead to 169.254.169.254"),
        ({"scheme": "https"}, "input.health_checks[0].host is missing"),
        ({"url": "http://shop.example/", "host": "www.shop.example"}, "input.health_checks[0].host is for `path`"),
        ({"host": "a b"}, "host must match pattern"),
        ({"contains": ""}, "contains"),
    ],
)
def test_each_of_several_tests_is_validated(test: dict[str, object], problem: str) -> None:
    assert problem in problems({**GOOD, "health_checks": [test]})


def test_tests_that_take_too_long_together_are_refused() -> None:
    longest = {"attempts": 12, "timeout_seconds": 30, "interval_seconds": 30}
    assert completed({**GOOD, "health_checks": [longest]})
    assert "= 1440" in problems({**GOOD, "health_checks": [longest, longest]})


@pytest.mark.parametrize(
    ("hooks", "problem"),
    [
        ({"before_lunch": ["smoke"]}, "input.hooks.before_lunch is not a known key"),
        ({"before_blue": ["smoke test"]}, "input.hooks.before_blue[0] must match pattern"),
        (
            {"before_blue": ["a", "b"], "after_blue": ["a"], "timeout_seconds": 3000},
            "3 hooks of `timeout_seconds` 3000",
        ),
        ({"details": {"smoke": "x" * 33_000}}, "33013 characters in hooks.details"),
    ],
)
def test_hooks_are_validated(hooks: dict[str, object], problem: str) -> None:
    assert completed({**GOOD, "hooks": {"before_blue": ["smoke"]}})["hooks"]["after_blue"] == []
    assert problem in problems({**GOOD, "hooks": hooks})


def test_an_approval_that_may_fill_the_history_is_refused() -> None:
    """Step Functions ends an execution at 25,000 events, past every Catch.

    https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
    """
    longest = {name: rule["maximum"] for name, rule in TIMEOUTS.items()}
    long = {"timeouts": longest, "bake_seconds": 21_600}
    given = {**GOOD, "approval_seconds": 604_800}
    assert completed({**given, **long})["approval_seconds"] == 604_800
    assert completed({**given, "approval": True})["approval_seconds"] == 604_800
    with pytest.raises(InvalidRequestError, match=r"at most 24500 events.+Lower one of them"):
        completed({**given, **long, "approval": True})
