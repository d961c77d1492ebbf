"""The summary at the end of a rehearsal."""

import json
from dataclasses import replace
from pathlib import Path

from rehearsal.report.evidence import ReleaseEvidence
from rehearsal.report.summary import summarize
from tests.support.evidence import evidence, failed_on_purpose, outcome, request_at, requests, visits


def lines(release: ReleaseEvidence) -> list[str]:
    summary = summarize(release, Path("build/report.json"), Path("build/timeline.png"))
    return [" ".join(line.split()) for line in summary]


def test_a_good_release_is_reported_with_account_time_and_real_time() -> None:
    assert lines(evidence())[0] == "v2 is live on shop-prod after 15:04 minutes of account time, 1:30 of real time."


def test_the_summary_has_the_counts_and_the_files() -> None:
    assert lines(evidence())[2:] == [
        "traffic 950 requests, 0 failed",
        "answered by shop-prod/v1 434, shop-prod-green/v1 266, shop-prod/v2 250",
        "Elastic Beanstalk 63 calls, most often DescribeEnvironments 61, SwapEnvironmentCNAMEs 2",
        "functions 70 invocations, 2,310 ms billed",
        "report build/report.json",
        "picture build/timeline.png",
    ]


def test_a_bad_release_is_reported_with_every_problem() -> None:
    assert lines(evidence(sent=[*requests(), request_at(915, "shop-prod/v1", "status 503")]))[:2] == [
        "The release of v2 onto shop-prod has problems:",
        "- 1 of 951 requests failed, the first with: status 503",
    ]


def test_a_failed_release_names_the_stage_and_says_that_users_were_protected() -> None:
    ended = outcome("FAILED", "ReleaseTestFailedError")
    visited = [*visits()[:9], replace(visits()[9], name="KeepGreenLive"), replace(visits()[9], name="HoldForRedrive")]
    told = lines(evidence(ended=ended, visited=visited))
    assert told[0] == "The release of v2 onto shop-prod failed in VerifyRelease:"
    assert "Users were protected: shop-prod/v2 serves them, and none of 950 requests failed." in told


def test_users_who_lost_requests_are_not_called_protected() -> None:
    told = lines(evidence(ended=outcome("FAILED"), sent=[*requests(), request_at(500, None, "status 503")]))
    assert "1 of 951 requests of users failed; shop-prod/v2 serves users." in told


def test_a_failure_on_purpose_and_its_rerun_are_told_together() -> None:
    assert lines(failed_on_purpose())[:5] == [
        "v2 is live on shop-prod after 15:04 minutes of account time, 1:30 of real time.",
        "v2 failed on purpose in VerifyRelease: v2 answers 500 on /healthz.",
        "Users were protected: shop-prod-green/v1 serves them, and none of 666 requests failed.",
        "Expected 200. Found 500.",
        "Then v2.1 answers 200, and v2.1 was released.",
    ]


def test_two_environments_that_serve_users_are_told_in_the_plural() -> None:
    release = failed_on_purpose()
    assert release.attempt is not None
    both = replace(release.attempt, served_by=["shop-prod-green/v1", "shop-prod/v1"])
    told = lines(replace(release, attempt=both))
    assert any("shop-prod-green/v1 and shop-prod/v1 serve them, and none" in line for line in told)


def test_a_cause_is_told_in_at_most_five_lines() -> None:
    told = lines(evidence(ended=replace(outcome("FAILED"), cause="word " * 1000)))
    shown = [line for line in told if line.startswith("word")]
    assert len(shown) == 5
    assert shown[-1].endswith("...")


def test_the_cause_of_a_failed_function_is_shown_as_its_message() -> None:
    cause = json.dumps({"errorMessage": "Expected Ready, found Red.", "errorType": "DeploymentFailedError"})
    assert "Expected Ready, found Red." in lines(evidence(ended=replace(outcome("FAILED"), cause=cause)))


def test_a_cause_that_is_not_json_is_shown_as_it_is() -> None:
    assert "stopped by hand" in lines(evidence(ended=replace(outcome("ABORTED"), cause="stopped by hand")))


def test_a_failed_release_shows_the_last_lines_of_the_log() -> None:
    log = [f"line {number}" for number in range(20)] + ["\x1b[31mModuleNotFoundError: flask", "x" * 500]

    shown = lines(replace(evidence(ended=outcome("FAILED")), log=log))

    start = shown.index("The log of shop-prod ends with:")
    assert shown[start + 1] == "line 12"
    assert shown[start + 9 : start + 12] == ["[31mModuleNotFoundError: flask", "x" * 160, ""]


def test_a_release_without_a_log_shows_none() -> None:
    assert not any("ends with" in line for line in lines(evidence()))
