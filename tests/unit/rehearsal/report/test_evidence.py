"""The report has the evidence, and the problems of a release are found."""

import json
from datetime import datetime

import pytest

from rehearsal.report.document import compose
from rehearsal.report.evidence import minutes, problems, transitions
from tests.support.evidence import (
    account_time,
    evidence,
    failed_on_purpose,
    outcome,
    real,
    request_at,
    requests,
    visits,
)


def test_a_good_release_has_no_problems() -> None:
    assert problems(evidence()) == []


@pytest.mark.parametrize("status", ["FAILED", "TIMED_OUT", "ABORTED", "RUNNING"])
def test_an_execution_that_did_not_succeed_is_a_problem(status: str) -> None:
    found = problems(evidence(ended=outcome(status, "DeploymentFailedError")))
    assert found == [f"the execution ended {status}: DeploymentFailedError"]


def test_one_failed_request_among_hundreds_is_a_problem_with_its_failure() -> None:
    failed = [*requests(), request_at(500, "shop-prod-green/v1", "status 503")]
    assert problems(evidence(sent=failed)) == ["1 of 951 requests failed, the first with: status 503"]


def test_a_release_without_requests_is_a_problem() -> None:
    assert problems(evidence(sent=[])) == ["no request was made, so nothing is proved"]


@pytest.mark.parametrize("answerer", ["shop-prod/v1", "shop-prod-green/v1", "shop-prod-green/v2"])
def test_one_last_answer_from_another_version_or_environment_is_a_problem(answerer: str) -> None:
    found = problems(evidence(sent=[*requests(), request_at(925, answerer)]))
    seen = ", ".join(sorted([answerer, "shop-prod/v2"]))
    assert found == [f"at the end, expected answers from shop-prod/v2, found {seen}"]


def test_traffic_that_ended_before_the_execution_proves_nothing_about_its_end() -> None:
    early = [request for request in requests() if request.at < real(900)]
    assert problems(evidence(sent=early)) == ["at the end, expected answers from shop-prod/v2, found none"]


def test_users_move_once_a_swap_though_two_environments_answer_while_dns_expires() -> None:
    moves = [(move.served_before, move.serves) for move in transitions(requests(), dns_ttl=6)]
    assert moves == [
        (None, "shop-prod/v1"),
        ("shop-prod/v1", "shop-prod-green/v1"),
        ("shop-prod-green/v1", "shop-prod/v2"),
    ]


def test_a_transition_lasts_from_the_first_new_answer_to_the_last_old_one() -> None:
    began, completed = transitions(requests(), dns_ttl=6)[1].began, transitions(requests(), dns_ttl=6)[1].completed
    assert (began, completed) == (real(384), real(443))


def test_users_that_return_to_an_environment_make_a_transition_of_their_own() -> None:
    there_and_back = [
        request_at(at, "shop-prod/v1" if at < 200 or at >= 400 else "shop-prod-green/v1") for at in range(0, 600, 5)
    ]
    assert [move.serves for move in transitions(there_and_back, dns_ttl=6)] == [
        "shop-prod/v1",
        "shop-prod-green/v1",
        "shop-prod/v1",
    ]


def test_an_outage_is_no_transition() -> None:
    outage = [request_at(at, "shop-prod/v1", "status 503" if 100 <= at < 300 else None) for at in range(0, 400, 5)]
    assert [move.serves for move in transitions(outage, dns_ttl=6)] == ["shop-prod/v1"]


def test_a_failed_request_makes_no_transition() -> None:
    refused = [
        request_at(at, "shop-prod-green/v1" if at % 50 == 0 else "shop-prod/v1", None if at % 50 else "status 503")
        for at in range(400)
    ]
    assert [move.serves for move in transitions(refused, dns_ttl=6)] == ["shop-prod/v1"]


def test_the_report_has_the_input_the_output_and_the_counts() -> None:
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
    assert datetime.fromisoformat(states[5]["entered"]) == account_time(388)
    assert datetime.fromisoformat(states[5]["exited"]) == account_time(508)


def test_a_state_that_was_never_left_has_no_exit() -> None:
    unfinished = visits()[:8]
    unfinished[-1].exited = None
    assert compose(evidence(visited=unfinished))["execution"]["states"][-1]["exited"] is None


def test_a_swap_with_events_of_both_environments_is_reported_once() -> None:
    assert [datetime.fromisoformat(at) for at in compose(evidence())["beanstalk"]["swaps"]] == [
        account_time(384),
        account_time(650),
    ]


def test_the_times_of_requests_are_reported_as_the_accounts() -> None:
    report = compose(evidence(sent=[*requests(), request_at(500, None, "timed out")]))
    failure = report["traffic"]["failures"][0]
    assert datetime.fromisoformat(failure["at"]) == account_time(500)
    assert failure["failure"] == "timed out"


def test_only_the_first_twenty_failures_are_reported_in_detail() -> None:
    report = compose(evidence(sent=[*requests(), *(request_at(500 + n, None, f"failure {n}") for n in range(30))]))
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
def test_durations_are_shown_in_minutes_and_seconds(seconds: float, words: str) -> None:
    assert minutes(seconds) == words


def test_a_failure_on_purpose_where_it_was_planned_is_no_problem() -> None:
    assert problems(failed_on_purpose()) == []


def test_a_failure_elsewhere_than_planned_is_a_problem() -> None:
    assert problems(failed_on_purpose(stage="AwaitGreen")) == [
        "expected the first attempt to fail in VerifyRelease, found that it ended FAILED in AwaitGreen"
    ]


def test_requests_that_a_sick_green_loses_before_the_rerun_are_no_problem_and_later_ones_are() -> None:
    lost, late = request_at(400, None, "status 500"), request_at(800, None, "status 500")
    assert problems(failed_on_purpose(sent=[*requests(), lost], loses_requests=True)) == []
    assert len(problems(failed_on_purpose(sent=[*requests(), lost]))) == 1
    assert len(problems(failed_on_purpose(sent=[*requests(), late], loses_requests=True))) == 1


def test_the_report_tells_what_failed_on_purpose_and_what_helped() -> None:
    told = compose(failed_on_purpose())["failed_first"]
    assert (told["stage"], told["served_by"], told["cure"]) == (
        "VerifyRelease",
        ["shop-prod-green/v1"],
        "v2.1 answers 200",
    )
    assert compose(evidence())["failed_first"] is None
