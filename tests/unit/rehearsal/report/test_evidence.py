"""The report: true to the evidence, and a verdict that finds what is wrong."""

import json
from datetime import datetime

import pytest

from rehearsal.report.evidence import as_in_life, compose, faults, transitions
from tests.support.evidence import ask, evidence, life, outcome, real, requests, visits


def test_a_release_that_went_well_has_no_faults() -> None:
    assert faults(evidence()) == []


@pytest.mark.parametrize("status", ["FAILED", "TIMED_OUT", "ABORTED", "RUNNING"])
def test_an_execution_that_did_not_succeed_is_a_fault(status: str) -> None:
    found = faults(evidence(ended=outcome(status, "DeploymentFailedError")))
    assert found == [f"the execution ended {status}: DeploymentFailedError"]


def test_one_failed_request_among_hundreds_is_a_fault_that_says_how_it_failed() -> None:
    failed = [*requests(), ask(500, "shop-prod-green/v1", "status 503")]
    assert faults(evidence(asked=failed)) == ["1 of 951 requests failed, the first with: status 503"]


def test_a_release_that_nobody_watched_is_no_proof() -> None:
    assert faults(evidence(asked=[])) == ["no user made a request, so nothing was judged"]


@pytest.mark.parametrize("answerer", ["shop-prod/v1", "shop-prod-green/v1", "shop-prod-green/v2"])
def test_one_last_answer_from_another_version_or_environment_is_a_fault(answerer: str) -> None:
    found = faults(evidence(asked=[*requests(), ask(925, answerer)]))
    seen = ", ".join(sorted([answerer, "shop-prod/v2"]))
    assert found == [f"in the end users should be served by shop-prod/v2, and were by {seen}"]


def test_traffic_that_ended_before_the_execution_proves_nothing_about_its_end() -> None:
    early = [request for request in requests() if request.at < real(900)]
    assert faults(evidence(asked=early)) == ["in the end users should be served by shop-prod/v2, and were by nobody"]


def test_users_move_once_a_swap_though_two_environments_answer_while_dns_expires() -> None:
    moves = [(move.served_before, move.serves) for move in transitions(requests(), pause=6)]
    assert moves == [
        (None, "shop-prod/v1"),
        ("shop-prod/v1", "shop-prod-green/v1"),
        ("shop-prod-green/v1", "shop-prod/v2"),
    ]


def test_a_transition_lasts_from_the_first_new_answer_to_the_last_old_one() -> None:
    began, completed = transitions(requests(), pause=6)[1].began, transitions(requests(), pause=6)[1].completed
    assert (began, completed) == (real(384), real(443))


def test_users_that_return_to_an_environment_make_a_transition_of_their_own() -> None:
    there_and_back = [
        ask(at, "shop-prod/v1" if at < 200 or at >= 400 else "shop-prod-green/v1") for at in range(0, 600, 5)
    ]
    assert [move.serves for move in transitions(there_and_back, pause=6)] == [
        "shop-prod/v1",
        "shop-prod-green/v1",
        "shop-prod/v1",
    ]


def test_an_outage_is_no_transition() -> None:
    outage = [ask(at, "shop-prod/v1", "status 503" if 100 <= at < 300 else None) for at in range(0, 400, 5)]
    assert [move.serves for move in transitions(outage, pause=6)] == ["shop-prod/v1"]


def test_an_answer_that_was_a_failure_moves_nobody() -> None:
    refused = [
        ask(at, "shop-prod-green/v1" if at % 50 == 0 else "shop-prod/v1", None if at % 50 else "status 503")
        for at in range(400)
    ]
    assert [move.serves for move in transitions(refused, pause=6)] == ["shop-prod/v1"]


def test_the_report_holds_what_its_readers_look_for() -> None:
    report = json.loads(json.dumps(compose(evidence())))
    assert report["status"] == "SUCCEEDED"
    assert report["passed"] is True
    assert report["execution"]["input"]["version"] == "v2"
    assert report["execution"]["output"] == {"released": "v2"}
    assert report["traffic"]["requests"] == 950
    assert report["traffic"]["failed"] == 0
    assert report["traffic"]["answers"] == {"shop-prod/v1": 434, "shop-prod-green/v1": 266, "shop-prod/v2": 250}
    assert report["beanstalk"]["calls"] == {"DescribeEnvironments": 61, "SwapEnvironmentCNAMEs": 2}
    assert report["beanstalk"]["scale"] == 0.1
    assert report["lambda"] == {"invocations": 70, "billed_ms": 2310}


def test_the_report_lists_each_state_with_the_accounts_times() -> None:
    states = compose(evidence())["execution"]["states"]
    assert [state["name"] for state in states] == [visit.name for visit in visits()]
    assert datetime.fromisoformat(states[5]["entered"]) == life(388)
    assert datetime.fromisoformat(states[5]["exited"]) == life(508)


def test_a_state_that_was_never_left_has_no_exit() -> None:
    unfinished = visits()[:8]
    unfinished[-1].exited = None
    assert compose(evidence(stayed=unfinished))["execution"]["states"][-1]["exited"] is None


def test_a_swap_of_which_both_environments_tell_is_reported_once() -> None:
    assert [datetime.fromisoformat(at) for at in compose(evidence())["beanstalk"]["swaps"]] == [life(384), life(650)]


def test_the_times_of_requests_are_reported_as_the_accounts() -> None:
    report = compose(evidence(asked=[*requests(), ask(500, None, "timed out")]))
    failure = report["traffic"]["failures"][0]
    assert datetime.fromisoformat(failure["at"]) == life(500)
    assert failure["failure"] == "timed out"


def test_only_the_first_twenty_failures_are_told_in_detail() -> None:
    report = compose(evidence(asked=[*requests(), *(ask(500 + n, None, f"failure {n}") for n in range(30))]))
    assert report["traffic"]["failed"] == 30
    assert [failure["failure"] for failure in report["traffic"]["failures"]] == [f"failure {n}" for n in range(20)]


def test_the_report_of_a_failed_release_says_why() -> None:
    report = compose(evidence(ended=outcome("FAILED", "DeploymentFailedError")))
    assert report["passed"] is False
    assert report["execution"]["error"] == "DeploymentFailedError"
    assert report["execution"]["cause"] == "DeploymentFailedError came of something"


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "0:00"), (0.4, "0:00"), (59.6, "1:00"), (307, "5:07"), (4000, "66:40"), (-20, "-0:20")]
)
def test_durations_are_told_in_minutes_and_seconds(seconds: float, words: str) -> None:
    assert as_in_life(seconds) == words
