"""What incidents do in a world, and the rules that find a product which cannot bear them."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from lambdas.aws.executions import Execution
from lambdas.aws.records import Records
from tools.simulation.disturbance import Disturbance, possible_incidents
from tools.simulation.play import Played, Player
from tools.simulation.report import story

Players = Callable[[str], Player]
YES = "APPROVES"
REFUSED = "(refused: nothing waits for this token)"


BASES: dict[str, Played] = {}
"""Releases without any disturbance, by the name of the case."""


def played(player: Player, state: str, what: str) -> Played:
    """Play the release of a player with one incident, at the first call of a state."""
    base = BASES.get(player.name) or BASES.setdefault(player.name, player.play())
    return player.play((Disturbance(next(each.point for each in base.sites if each.state == state), what),))


def good(played: Played) -> Played:
    """Fail with the story of a schedule that violates a rule."""
    assert not played.violations, "\n".join(story(played))
    return played


def lines(played: Played, *words: str) -> list[str]:
    """Return the lines of a history with all of these words."""
    return [each for each in played.history if all(word in each for word in words)]


def seconds(line: str) -> float:
    return float(line.split(maxsplit=1)[0])


# --- answers to a question


def test_an_answer_is_given_late(player: Players) -> None:
    found = good(played(player("approval"), "WatchApproval", "approve/late"))
    (asked,), (answered,) = lines(found, "TOLD A release waits"), lines(found, YES)
    assert 500 < seconds(answered) - seconds(asked) < 600
    assert found.end == "SUCCEEDED"


def test_an_answer_after_the_end_of_its_time_is_refused(player: Players) -> None:
    """https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html: TaskTimedOut."""
    found = good(played(player("approval"), "WatchApproval", "approve/expired"))
    assert lines(found, YES, REFUSED)
    assert found.end == "FAILED"


def test_a_second_answer_is_refused(player: Players) -> None:
    found = good(played(player("approval"), "WatchApproval", "approve/twice"))
    assert [REFUSED in each for each in lines(found, YES)] == [False, True]
    assert found.end == "SUCCEEDED"


def test_an_answer_to_the_question_before_a_redrive_is_refused(player: Players) -> None:
    found = good(played(player("approval"), "WatchApproval", "approve/old"))
    assert len(lines(found, "TOLD A release waits")) == 2
    assert [REFUSED in each for each in lines(found, YES)] == [True, False]
    assert found.end == "SUCCEEDED"


@pytest.mark.parametrize("what", ["reject", "reject/Approved"])
def test_a_no_ends_the_release_and_a_redrive_asks_again(player: Players, what: str) -> None:
    found = good(played(player("approval"), "WatchApproval", what))
    assert lines(found, "REJECTS")
    assert found.end == "FAILED"
    assert lines(found, YES)


def test_a_no_that_goes_on_as_a_yes_is_found(player: Players) -> None:
    approval = player("approval")
    definition: dict[str, Any] = copy.deepcopy(dict(approval.definition))
    catches = definition["States"]["Approval"]["Catch"]
    yes = next(each["Next"] for each in catches if each["ErrorEquals"] == ["Approved"])
    catches[:] = [{"ErrorEquals": ["States.ALL"], "Next": yes, "Output": "{% $states.input %}"}]
    broken = Player(approval.board, definition, approval.functions, approval.name, approval.case)
    found = played(broken, "WatchApproval", "reject")
    assert any("nobody has approved what shop-prod runs" in each for each in found.violations), story(found)


def test_only_a_release_that_asks_can_be_answered() -> None:
    assert "reject" in possible_incidents({"approval": True})
    assert "reject" not in possible_incidents({})


# --- what Elastic Beanstalk does by itself


@pytest.mark.parametrize(("state", "role"), [("DrainBlue", "blue"), ("WatchRelease", "green"), ("VerifyGreen", "blue")])
def test_a_managed_update_replaces_the_instances_of_an_environment(player: Players, state: str, role: str) -> None:
    """https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/environment-platform-update-managed.html"""
    found = good(played(player("full"), state, f"managed/{role}"))
    assert lines(found, f"managed/{role}", "schedule")
    assert "nothing to do" not in "".join(found.history)


def test_a_maintenance_window_opens_while_a_release_runs(player: Players) -> None:
    found = good(player("managed").play())
    assert found.end == "SUCCEEDED"


@pytest.mark.parametrize("what", ["health/NoData/blue/240", "health/Degraded/blue/240", "health/Info/blue/240"])
def test_a_health_is_shown_while_the_application_answers(player: Players, what: str) -> None:
    found = good(played(player("full"), "WatchRelease", what))
    assert found.end == ("SUCCEEDED" if "Info" in what else "FAILED")


# --- two stacks, and a new definition


def test_a_second_stack_is_refused_while_the_first_one_releases(player: Players) -> None:
    found = good(played(player("full"), "DrainBlue", "second/stack"))
    assert lines(found, "stack-", "FAILED ReleaseRefusedError")
    assert found.end == "SUCCEEDED"


def test_a_second_stack_goes_on_with_what_an_aborted_execution_left(player: Players) -> None:
    found = good(played(player("full"), "DrainBlue", "abort_start/stack"))
    assert lines(found, "stack-", "SUCCEEDED", "released")


def test_two_stacks_that_both_act_are_found(player: Players, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Execution, "running", property(lambda _: False))
    monkeypatch.setattr(Records, "require_held", lambda self, application, blue, _: self.read(application, blue))
    found = played(player("full"), "DrainBlue", "second/stack")
    assert any("both act" in each for each in found.violations), story(found)


@pytest.mark.parametrize("then", ["redrive", "start"])
@pytest.mark.parametrize("name", ["full", "upgraded"])
def test_only_new_executions_have_the_definition_that_is_deployed(player: Players, name: str, then: str) -> None:
    """https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html: a redrive keeps its definition."""
    found = good(played(player(name), "DeployRelease", f"cdk_deploy/{then}"))
    soon = [bool(lines(found, each, "EnvironmentReadySoonError")) for each in ("release ", "same-")]
    assert soon == [name == "full", then == "start" and name == "upgraded"]
    assert any(lines(found, each, "released") for each in ("release ", "same-"))


# --- what all executions share, and hooks


def test_states_share_their_looks(player: Players) -> None:
    found = good(player("shared").play())
    assert found.end == "SUCCEEDED"
    assert [each for each in found.sites if each.state == "WatchRelease" and each.service == "s3"]


def test_a_drain_begins_when_the_look_that_shows_the_swap_has_ended(player: Players) -> None:
    """S3 answers after the client's time-out, and the swap ends meanwhile."""
    good(played(player("shared"), "AwaitGreenLive", "slow"))


def test_plan_looks_around_the_environment(player: Players) -> None:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSecurityGroups.html"""
    found = good(player("rule-by-hand").play())
    assert [each.action for each in found.sites if each.service in ("ec2", "cloudformation", "route-53")] == [
        "DescribeSecurityGroups",
        "DescribeStackResources",
        "DescribeSecurityGroups",
        "ListHostedZones",
    ]


def test_a_hook_that_fails_ends_the_release(player: Players) -> None:
    found = good(played(player("hooks"), "CallHookBeforeBlue", "fail/hook"))
    assert found.end == "FAILED"
    assert lines(found, "HookFailedError")


@pytest.mark.parametrize("fault", ["throttle", "error_before", "error_after", "reset_after", "slow", "kill_after"])
def test_a_fault_of_a_call_of_a_hook_ends_no_release(player: Players, fault: str) -> None:
    hooks = player("hooks")
    call = next(each.point for each in hooks.play().sites if each.service == "lambda")
    assert good(hooks.play((Disturbance(call, fault),))).end == "SUCCEEDED"
