"""The program of the image releases v2 and follows it to each end, with users at work."""

import re
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from functools import partial

import pytest

from tests.support.roles import Role
from tests.support.testbed import ScenarioTestbed
from tests.support.trigger_program import TriggerProgram, documented_permissions
from tests.support.trigger_scripts import (
    REFUSED,
    WATCHED,
    ScriptResult,
    run_abort,
    run_bad_version,
    run_full_release,
    run_rejection,
)

Results = Callable[[str], ScriptResult]

FREE = {"sts:GetCallerIdentity"}
"""Needs no permission. https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html"""


@pytest.fixture(scope="module")
def role(testbed: ScenarioTestbed) -> Role:
    """A role with the permissions in docs/image.md, and no others."""
    return Role(testbed.account, *documented_permissions())


@pytest.fixture(scope="module")
def results(testbed: ScenarioTestbed, program: TriggerProgram, role: Role) -> Results:
    """Return the result of a script by name; the scripts run at the same time."""
    program = program.in_role(role)
    scripts = {"full": run_full_release, "bad": run_bad_version, "rejection": run_rejection, "abort": run_abort}
    futures: Mapping[str, Future[ScriptResult]] = testbed.play(
        {name: partial(script, testbed, program) for name, script in scripts.items()}
    )
    return lambda name: futures[name].result()


def test_the_documented_permissions_are_enough_and_no_more(
    results: Results, testbed: ScenarioTestbed, role: Role
) -> None:
    for name in ("full", "bad", "rejection", "abort"):
        results(name)
    asked = testbed.control.permissions()[role.name]
    documented = {action for statement in documented_permissions() for action in statement["Action"]}
    assert [each for each in asked if not each["allowed"]] == []
    assert {each["action"] for each in asked} == documented | FREE


@pytest.mark.parametrize("name", ["full", "bad", "rejection", "abort"])
def test_no_request_of_a_user_fails(results: Results, name: str) -> None:
    traffic = results(name).traffic
    assert traffic is not None
    assert traffic.requests
    assert traffic.failed == []


def test_it_exits_with_0_once_the_version_is_live(results: Results) -> None:
    full = results("full")
    assert full.runs["first"].status == 0, full.runs["first"]
    assert full.traffic is not None
    assert full.traffic.last_served_by == [f"{full.shop.blue}/20261123"]
    assert full.shop.versions == {full.shop.blue: "20261123"}


def test_a_log_shows_stages_waits_and_the_environment_that_serves(results: Results) -> None:
    full = results("full")
    said = full.runs["first"].stdout
    assert re.search(r"^ +\d+:\d\d  CloneBlue$", said, re.MULTILINE)
    assert f"waiting for {full.shop.blue} to be watched for {WATCHED['bake_seconds']} seconds: " in said
    assert f"users are served by {full.shop.green} (Ready, Ok) with v1" in said
    assert f"users are served by {full.shop.blue} (Ready, Ok) with 20261123" in said
    assert "\r" not in said


def test_a_second_start_of_the_same_release_follows_the_first(results: Results) -> None:
    full = results("full")
    second = full.runs["second"]
    assert second.status == 0
    assert second.line("release")["output"]["version"] == "20261123"
    assert f"{second.line('following')['execution'].rpartition(':')[2]}\n" in full.runs["first"].stdout


def test_the_name_of_the_execution_has_environment_version_and_mode(results: Results) -> None:
    full = results("full")
    assert full.runs["first"].stdout.startswith(f"{full.shop.blue}-20261123-full-")


@pytest.mark.parametrize(("name", "status"), [("interrupted", 130), ("terminated", 143)])
def test_a_signal_ends_the_following_and_not_the_release(results: Results, name: str, status: int) -> None:
    run = results("full").runs[name]
    assert run.status == status
    assert "Stopped following. The release goes on: arn:" in run.stdout + run.stderr


def test_the_same_release_after_the_end_is_another_execution(results: Results) -> None:
    full = results("full")
    first, again = full.runs["first"], full.runs["again"]
    assert again.status == 0
    assert again.stdout.splitlines()[0] == f"{first.stdout.splitlines()[0]}-2"


def test_a_report_is_shown_linked_and_saved(results: Results, testbed: ScenarioTestbed) -> None:
    full = results("full")
    shown, saved = full.runs["report"], full.runs["saved"]
    assert (shown.status, saved.status) == (0, 0), (shown, saved)
    assert re.search(r"^ +\d+:\d\d  Plan ", shown.stdout, re.MULTILINE)
    assert f"The report as a page: https://console.aws.amazon.com/s3/object/{testbed.artifacts}?" in shown.stdout
    page = (testbed.account.home / f"{full.shop.name}.html").read_text()
    assert f"Release of 20261123 onto {full.shop.blue}" in page
    assert "Elastic Beanstalk did not show" not in page


def test_status_shows_the_environment_that_serves_and_the_last_release(results: Results) -> None:
    full = results("full")
    status = full.runs["status"]
    assert status.status == 0
    assert f"{full.shop.blue} (Ready, Ok) with 20261123, at http://{full.shop.cname}/  <- users" in status.stdout
    assert "SUCCEEDED after" in status.stdout


@pytest.mark.parametrize("name", ["redriven", "aborted"])
def test_a_release_that_succeeded_is_neither_redriven_nor_aborted(results: Results, name: str) -> None:
    run = results("full").runs[name]
    assert (run.status, run.stdout) == (REFUSED, "")
    assert "No release to redrive" in run.stderr or "No release runs" in run.stderr


def test_it_exits_with_1_when_the_release_failed_and_shows_the_facts(results: Results) -> None:
    bad = results("bad")
    failed, green = bad.runs["failed"], bad.shop.green
    assert failed.status == 1
    end = " ".join(failed.stdout[failed.stdout.rindex(" FAILED after ") :].split())
    assert f"DeploymentFailedError: Expected {bad.shop.blue} to be Ready with bad. Found " in end
    assert failed.stdout.count("to be Ready with bad. Found") <= 1
    assert f"users are served by {green} (Ready, Ok) with v1" in end
    assert "what to do: correct the version and start again" in end
    assert "https://console.aws.amazon.com/states/home?region=us-east-1#/v2/executions/details/arn:" in end


def test_status_shows_that_redrive_would_resume_the_release(results: Results) -> None:
    bad = results("bad")
    lines = bad.runs["status"].lines
    assert [(line["name"], line["serves"]) for line in lines if line["event"] == "environment"] == [
        (bad.shop.blue, False),
        (bad.shop.green, True),
    ]
    release = bad.runs["status"].line("release")
    assert (release["status"], release["redriveStatus"]) == ("FAILED", "REDRIVABLE")
    assert (release["input"]["mode"], release["input"]["version"]) == ("deploy", "bad")


def test_it_exits_with_1_when_a_dry_run_is_refused(results: Results) -> None:
    planned = results("bad").runs["planned"]
    assert (planned.status, planned.line("release")["output"]["status"]) == (1, "refused")


def test_cutover_finishes_the_release_that_deploy_left_with_green_live(results: Results) -> None:
    bad = results("bad")
    deployed, cut_over = bad.runs["deployed"], bad.runs["cut over"]
    assert (deployed.status, cut_over.status) == (0, 0)
    outputs = [run.line("release")["output"] for run in (deployed, cut_over)]
    assert [(each["status"], each["served_by"]) for each in outputs] == [
        ("deployed", bad.shop.green),
        ("released", bad.shop.blue),
    ]


def test_a_rollback_gives_blue_the_named_version(results: Results) -> None:
    bad = results("bad")
    back = bad.runs["back"]
    assert back.status == 0, back
    assert back.line("release")["output"]["version"] == "v1"
    assert bad.shop.versions == {bad.shop.blue: "v1"}


def test_with_detach_it_starts_the_release_and_ends(results: Results) -> None:
    detached = results("rejection").runs["detached"]
    assert (detached.status, [line["event"] for line in detached.lines]) == (0, ["following"])


def test_a_rejected_release_fails_with_the_given_reason(results: Results) -> None:
    rejected = results("rejection").runs["rejected"]
    assert rejected.status == 1
    release = rejected.line("release")
    assert (release["status"], release["error"], release["cause"]) == ("FAILED", "Rejected", "not on a Friday")


def test_a_redriven_release_asks_again_and_is_live_once_approved(results: Results) -> None:
    rejection = results("rejection")
    assert rejection.runs["redriven"].status == 0
    assert rejection.runs["approved"].status == 0, rejection.runs["approved"]
    assert rejection.runs["approved"].line("release")["output"]["served_by"] == rejection.shop.blue
    assert rejection.shop.versions == {rejection.shop.blue: "v2"}


def test_status_shows_the_running_release(results: Results) -> None:
    assert " RUNNING\n  asked for: full 20261123\n  in AwaitApproval\n" in results("full").runs["running"].stdout


def test_abort_stops_the_release_and_shows_the_environment_that_serves(results: Results) -> None:
    abort = results("abort")
    assert abort.runs["aborting"].status == 0
    assert abort.runs["aborting"].line("release")["serving"].startswith(f"{abort.shop.green} (Ready, Ok) with v1")


def test_it_exits_with_4_when_the_release_was_aborted(results: Results) -> None:
    followed = results("abort").runs["followed"]
    assert (followed.status, followed.line("release")["status"]) == (4, "ABORTED")
    assert "ABORTED after" in results("abort").runs["aborted"].stdout


def test_redrive_shows_only_stages_after_the_redrive(results: Results) -> None:
    abort = results("abort")
    redriven = abort.runs["redriven"]
    assert redriven.status == 0, redriven
    stages = [line["state"] for line in redriven.lines if line["event"] == "stage"]
    assert "Plan" not in stages
    assert "SwapToBlue" in stages
    assert abort.shop.versions == {abort.shop.blue: "v2"}
