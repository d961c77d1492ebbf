"""The last words of a rehearsal."""

import json
from dataclasses import replace
from pathlib import Path

from rehearsal.report.evidence import Evidence
from rehearsal.report.summary import summarize
from tests.support.evidence import ask, evidence, outcome, requests


def lines(seen: Evidence) -> list[str]:
    told = summarize(seen, Path("build/report.json"), Path("build/timeline.png"))
    return [" ".join(line.split()) for line in told]


def test_a_good_release_is_told_with_its_time_as_in_life_and_here() -> None:
    assert lines(evidence())[0] == "v2 is live on shop-prod, after 15:04 minutes as in life, 1:30 here."


def test_what_was_seen_and_where_to_read_on_is_told() -> None:
    assert lines(evidence())[2:] == [
        "users 950 requests, 0 failed",
        "served by shop-prod/v1 434, shop-prod-green/v1 266, shop-prod/v2 250",
        "Elastic Beanstalk 63 calls, most often DescribeEnvironments 61, SwapEnvironmentCNAMEs 2",
        "functions 70 invocations, 2,310 ms billed",
        "report build/report.json",
        "picture build/timeline.png",
    ]


def test_a_bad_release_is_told_with_every_fault() -> None:
    assert lines(evidence(asked=[*requests(), ask(915, "shop-prod/v1", "status 503")]))[:2] == [
        "v2 was not released well onto shop-prod:",
        "- 1 of 951 requests failed, the first with: status 503",
    ]


def test_the_cause_of_a_failure_is_its_message_alone_where_a_function_made_it() -> None:
    cause = json.dumps({"errorMessage": "Expected Ready, found Red.", "errorType": "DeploymentFailedError"})
    assert "Expected Ready, found Red." in lines(evidence(ended=replace(outcome("FAILED"), cause=cause)))


def test_a_cause_in_plain_words_is_told_as_it_is() -> None:
    assert "stopped by hand" in lines(evidence(ended=replace(outcome("ABORTED"), cause="stopped by hand")))
