"""What the history of an execution says about its release."""

from datetime import timedelta

from lambdas.report.release_history import ReleaseHistory, read_history
from tests.support.histories import NAMES, MadeHistory, RecordedRelease

WAITING = "EnvironmentNotReadyError"


def read(events: list[dict[str, object]]) -> ReleaseHistory:
    history = read_history(events)
    assert history is not None
    return history


def test_a_recorded_failure_has_its_stages_its_looks_and_its_error() -> None:
    history = read(RecordedRelease.read("failed_release").history)
    assert [(run.name, run.looks, run.error) for run in history.runs] == [
        ("Plan", 0, ""),
        ("CloneBlue", 0, ""),
        ("AwaitGreen", 5, ""),
        ("VerifyGreen", 0, ""),
        ("SwapToGreen", 0, ""),
        ("AwaitGreenLive", 0, ""),
        ("DrainBlue", 4, ""),
        ("DeployRelease", 0, ""),
        ("AwaitRelease", 3, "DeploymentFailedError"),
        ("KeepGreenLive", 0, ""),
        ("NotifyFailure", 0, ""),
        ("HoldForRedrive", 0, ""),  # it fails the execution with the error of AwaitRelease
    ]
    assert history.status == "FAILED"
    assert history.failure is not None
    assert history.failure.state == "AwaitRelease"
    assert str(history.notice["message"]).startswith("The release of does_not_start onto shop-prod failed")
    assert [role for _, role in history.serving] == ["blue", "green", "green"]


def test_a_recorded_success_tells_who_served_and_the_result() -> None:
    history = read(RecordedRelease.read("released").history)
    assert (history.status, history.result["status"]) == ("SUCCEEDED", "released")
    assert [role for _, role in history.serving] == ["green", "blue"], "the failure before had left users on green"
    assert all(run.left for run in history.runs)


def test_an_error_that_is_retried_is_counted_and_is_no_failure() -> None:
    made = MadeHistory.begun()
    made.enter("AwaitGreen")
    for error in (WAITING, "ServiceUnavailableError", "EnvironmentReadySoonError", "Lambda.Unknown"):
        made.fail(error)
        made.add("TaskScheduled")
    made.add("TaskSucceeded")
    made.leave("AwaitGreen")
    (run,) = read(made.end("Succeeded", output="{}")).runs
    assert (run.looks, dict(run.retries), run.error) == (2, {"ServiceUnavailableError": 1, "Lambda.Unknown": 1}, "")


def test_a_failure_belongs_to_its_own_branch() -> None:
    """Branches of a Parallel state run side by side: previousEventId tells which event follows which.

    Source: https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html
    """
    made = MadeHistory.begun()
    asked = made.enter("AwaitApproval")
    made.enter("WatchApproval", after=1)
    made.fail("Rejected", "wrong price", after=asked)
    made.leave("AwaitApproval")
    errors = {run.name: run.error for run in read(made.end("Failed", error="Rejected")).runs}
    assert errors == {"AwaitApproval": "Rejected", "WatchApproval": ""}


def test_a_redrive_begins_a_new_run_of_the_state_that_failed() -> None:
    """Its events follow the original entry: the guide on redriving executions.

    https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html
    """
    made = MadeHistory.begun()
    made.enter("Plan")
    made.fail("SomeError")
    made.end("Failed", error="SomeError", cause="because")
    made.add("ExecutionRedriven", executionRedrivenEventDetails={"redriveCount": 1})
    made.add("TaskScheduled", after=2)
    made.add("TaskSucceeded")
    made.leave("Plan")
    history = read(made.end("Succeeded", output="{}"))
    first, second = history.runs
    assert (first.error, second.error) == ("SomeError", "")
    assert first.left == history.redriven[0] - timedelta(seconds=1)
    assert second.entered == history.redriven[0] + timedelta(seconds=1)
    assert (history.status, history.error) == ("SUCCEEDED", "")


def test_the_end_of_an_execution_ends_its_open_runs() -> None:
    made = MadeHistory.begun()
    made.enter("AwaitGreen")
    history = read(made.end("Aborted", error="Stopped", cause="by a person"))
    assert (history.status, history.cause) == ("ABORTED", "by a person")
    assert history.runs[0].left == history.ended


def test_users_that_the_failure_branch_moved_are_told_by_its_notice() -> None:
    made = MadeHistory.begun()
    for stage in ("Plan", "AwaitGreenLive", "AwaitBlueLive"):
        made.run(stage)
    failure = {"State": "WatchRelease", "Error": "ReleaseUnhealthyError", "Cause": "sick", "RedriveCount": 0}
    notice = {"message": "The release failed.\n\nUsers are served by: shop-prod-green (e-1) Ready, Ok, running v1"}
    made.run("KeepGreenLive", {"failure": failure}, notice=notice)
    assert [role for _, role in read(made.end("Failed")).serving] == ["blue", "green", "blue", "green"]


def test_a_failure_that_does_not_tell_who_serves_leaves_it_unknown() -> None:
    made = MadeHistory.begun()
    made.run("Plan")
    failure = {"State": "WatchRelease", "Error": "LockLostError", "Cause": "", "RedriveCount": 0}
    made.run("KeepGreenLive", {"failure": failure}, notice={"message": "Users are served by: the one that x chose"})
    assert [role for _, role in read(made.end("Failed")).serving] == ["blue", "unknown"]


def test_an_input_that_is_no_object_and_a_cut_output_are_read_as_empty() -> None:
    made = MadeHistory.begun(["shop"])
    made.enter("Plan")
    made.add("TaskStateExited", stateExitedEventDetails={"name": "Plan", "output": '{"deployment": {"appl'})
    history = read(made.end("Succeeded"))
    assert (history.request, history.deployment, history.result) == ({}, NAMES, {})


def test_no_events_are_no_history() -> None:
    assert read_history([]) is None


def test_a_failure_after_a_redrive_is_not_that_of_before() -> None:
    """Some errors pass every Catch, so that KeepGreenLive does not tell the new one."""
    made = MadeHistory.begun()
    made.run("Plan")
    failure = {"State": "AwaitGreen", "Error": "LaunchFailedError", "Cause": "old"}
    made.run("KeepGreenLive", {"failure": failure}, notice={"message": "Users are served by: shop-prod (blue)"})
    made.end("Failed", error="LaunchFailedError", cause="old")
    made.add("ExecutionRedriven")
    made.run("Plan")
    history = read(made.end("Failed", error="States.DataLimitExceeded", cause="new"))
    assert (history.failure, history.notice) == (None, {})
    assert (history.error, history.cause) == ("States.DataLimitExceeded", "new")
