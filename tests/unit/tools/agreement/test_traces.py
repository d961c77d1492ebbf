"""What counts as an act, and how two traces are compared."""

import pytest

from tools.agreement.traces import ExecutionTrace, ReleaseTrace, act_of, differences, target_of, what_stands

ROLES = {"e-1": "blue", "shop-prod-green": "green"}
RECORD = "/elasticbeanstalk-us-east-1-123456789012/bluegreen/shop/shop-prod.json"


def released(*states: str, acts: tuple[str, ...] = (), standing: tuple[str, ...] = ("blue v2 serves",)) -> ReleaseTrace:
    return ReleaseTrace((ExecutionTrace(states, acts, ("SUCCEEDED released",)),), standing)


@pytest.mark.parametrize(
    ("service", "action", "target", "act"),
    [
        ("elasticbeanstalk", "UpdateEnvironment", "blue v2", "Plan elasticbeanstalk.UpdateEnvironment blue v2"),
        ("elasticbeanstalk", "DescribeEnvironments", "blue", None),
        ("s3", "PutObject", RECORD, "Plan s3.PutObject record"),
        ("s3", "GetObject", RECORD, None),
        ("s3", "PutObject", "/bucket/bluegreen/snapshot", None),
        ("s3", "PutObject", "/bucket/bluegreen/begun-releases", None),
        ("events", "PutEvents", "", None),
        ("sns", "Publish", "", "Plan sns.Publish"),
    ],
)
def test_an_act_is_a_call_that_changes_something(service: str, action: str, target: str, act: str | None) -> None:
    assert act_of("Plan", service, action, target) == act


def test_a_target_has_the_roles_of_environments_and_the_version() -> None:
    form = "Action=CreateEnvironment&VersionLabel=v1&EnvironmentName=shop-prod-green&CNAMEPrefix=x"
    assert target_of(form, lambda name: ROLES.get(name, name)) == "green v1"
    swap = "Action=SwapEnvironmentCNAMEs&SourceEnvironmentId=e-1&DestinationEnvironmentName=shop-prod-green"
    assert target_of(swap, lambda name: ROLES.get(name, name)) == "green blue"


def test_the_same_traces_have_no_difference() -> None:
    assert differences(released("Plan", "CloneBlue"), released("Plan", "CloneBlue")) == []


def test_a_difference_is_shown_with_what_is_around_it() -> None:
    simulated = released("Plan", "CloneBlue", "AwaitGreen", "VerifyGreen")
    assert differences(simulated, released("Plan", "CloneBlue", "AwaitGreen", "KeepGreenLive")) == [
        "states of execution 1:",
        "  both       CloneBlue",
        "  both       AwaitGreen",
        "  simulated  VerifyGreen",
        "  deployed   KeepGreenLive",
    ]


@pytest.mark.parametrize(
    ("deployed", "what"),
    [
        (released("Plan", acts=("Plan s3.PutObject record",)), "acts of execution 1:"),
        (released("Plan", standing=()), "what stands at the end:"),
        (ReleaseTrace((), ("blue v2 serves",)), "executions: 1 simulated, 0 deployed"),
        (
            ReleaseTrace((ExecutionTrace(("Plan",), (), ("FAILED Error",)),), ("blue v2 serves",)),
            "ends of execution 1:",
        ),
    ],
)
def test_acts_ends_and_what_stands_are_compared(deployed: ReleaseTrace, what: str) -> None:
    assert differences(released("Plan"), deployed)[0] == what


def test_what_stands_says_who_serves() -> None:
    environments = [("green", "v1", False), ("blue", "v2", True)]
    assert what_stands(environments, 1) == ("blue v2 serves", "green v1", "saved configurations: 1")
