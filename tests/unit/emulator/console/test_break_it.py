"""What the console breaks on purpose, how the page tells of it, and that undo ends it alone."""

from typing import Any

import pytest

from emulator.console.view import ViewError
from emulator.faults import FaultKind, FunctionCall
from tests.support.console_account import ConsoleAccount
from tests.support.in_memory import VirtualBeanstalk

UPDATE = FunctionCall("elasticbeanstalk", "UpdateEnvironment", "deploy-release")


def broken(console: ConsoleAccount) -> list[str]:
    return [each["what"] for each in console.get("break-it")["broken"]]


def undo(console: ConsoleAccount, what: str) -> None:
    [found] = [each["undo"] for each in console.get("break-it")["broken"] if what in each["what"]]
    console.post("break-it/undo", **found)


def test_an_environment_is_sick_until_undo_and_the_others_stay_sick(
    console: ConsoleAccount, beanstalk: VirtualBeanstalk
) -> None:
    blue, green = beanstalk.create(), beanstalk.create("shop-green")

    console.post("break-it/environment", environment=blue, how="500")
    console.post("break-it/environment", environment=green, how="warning")

    assert console.impairments.of("shop-prod", blue).status == 500
    assert broken(console) == [
        f"shop-prod ({blue}) answers 500 to all requests.",
        f"shop-green ({green}) has a warning of the health agent.",
    ]
    undo(console, "answers 500")
    assert console.impairments.of("shop-prod", blue).status is None
    assert console.impairments.of("shop-green", green).warning


def test_an_alarm_that_nobody_made_is_made_and_rings_until_undo(console: ConsoleAccount) -> None:
    console.post("break-it/alarm", alarm="shop-errors")

    assert console.cloudwatch.alarms["shop-errors"]["StateValue"] == "ALARM"
    assert broken(console) == ["The alarm shop-errors rings."]
    undo(console, "shop-errors")
    assert console.cloudwatch.alarms["shop-errors"]["StateValue"] == "OK"
    assert broken(console) == []


def test_an_alarm_that_there_is_keeps_its_settings(console: ConsoleAccount) -> None:
    console.cloudwatch.put_metric_alarm(AlarmName="shop-errors", Threshold=7)

    console.post("break-it/alarm", alarm="shop-errors")

    assert console.cloudwatch.alarms["shop-errors"]["Threshold"] == 7


def test_calls_fail_until_undo(console: ConsoleAccount) -> None:
    console.post("break-it/call", call="elasticbeanstalk:UpdateEnvironment", how="throttle")

    struck = [console.faults.strike(UPDATE) for _ in range(2)]

    assert [each and each.kind for each in struck] == [FaultKind.THROTTLE, FaultKind.THROTTLE]
    assert broken(console) == ["Each elasticbeanstalk:UpdateEnvironment is throttled. Calls so far: 2."]
    undo(console, "throttled")
    assert console.faults.strike(UPDATE) is None


def test_the_next_call_of_one_function_fails_once(console: ConsoleAccount) -> None:
    console.post("break-it/call", call="elasticbeanstalk:*", how="error_after", once=True, function="deploy-release")

    struck = [console.faults.strike(UPDATE) for _ in range(2)]

    assert [each and each.kind for each in struck] == [FaultKind.ERROR_AFTER, None]
    assert console.faults.strike(FunctionCall("elasticbeanstalk", "UpdateEnvironment", "plan")) is None


def test_a_role_loses_a_permission_until_undo(console: ConsoleAccount) -> None:
    for action in ("elasticbeanstalk:UpdateEnvironment", "s3:GetObject"):
        console.post("break-it/permission", role="deploy-role", action=action)

    assert console.permissions.denies("deploy-role", "any", "elasticbeanstalk:UpdateEnvironment")
    assert broken(console)[0] == "deploy-role may not elasticbeanstalk:UpdateEnvironment."
    undo(console, "UpdateEnvironment")
    assert not console.permissions.denies("deploy-role", "any", "elasticbeanstalk:UpdateEnvironment")
    assert console.permissions.denies("deploy-role", "any", "s3:GetObject")


@pytest.mark.parametrize(
    ("path", "body", "problem"),
    [
        ("environment", {"environment": "e-nobody", "how": "500"}, "Expected the id of an environment"),
        ("environment", {"environment": "e-nobody", "how": "404"}, "Expected one of 500, 503, warning"),
        ("call", {"call": "UpdateEnvironment", "how": "throttle"}, "Expected SERVICE:ACTION"),
        ("call", {"call": "s3:GetObject", "how": "explode"}, "Expected a kind of"),
        ("permission", {"role": "deploy-role", "action": "everything"}, "an action such as"),
        ("undo", {"kind": "weather"}, "Expected what is broken"),
        ("alarm", {}, "Expected a text 'alarm'"),
    ],
)
def test_what_cannot_be_broken_is_refused(
    console: ConsoleAccount, path: str, body: dict[str, Any], problem: str
) -> None:
    with pytest.raises(ViewError, match=problem):
        console.post(f"break-it/{path}", **body)

    assert broken(console) == []


def test_what_is_undone_twice_stays_undone(console: ConsoleAccount, beanstalk: VirtualBeanstalk) -> None:
    undo_of_gone: list[dict[str, Any]] = [
        {"kind": "environment", "environment": beanstalk.create()},
        {"kind": "call", "fault": {"kind": "throttle", "service": "s3", "call": 1}},
        {"kind": "permission", "denial": {"role": "deploy-role", "action": "s3:GetObject"}},
    ]
    for each in undo_of_gone:
        console.post("break-it/undo", **each)

    assert broken(console) == []
