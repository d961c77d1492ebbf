"""The retries and the time-outs of the tasks."""

from typing import Any

import pytest

from infra.retry_delays import SOON
from infra.workflow import SOON_READY
from lambdas import errors, look_times
from lambdas.history_limit import (
    APPROVAL_POLL_SECONDS,
    EARLY_POLLS,
    MAX_HISTORY,
    POLL_EVENTS,
    POLL_SECONDS,
    SOON_EVENTS,
    TURN_SECONDS,
)
from lambdas.request import MAX_TEST_SECONDS, SCHEMA
from lambdas.visit import SETTLE_SECONDS
from tests.support.template import FUNCTION_ARN, Json


@pytest.fixture
def waiting_tasks(invocations: dict[str, Json]) -> dict[str, Json]:
    """All but HoldForRedrive, which fails with an error of any name: a person chooses it in send-task-failure."""
    return {name: task for name, task in invocations.items() if name != "HoldForRedrive"}


def test_the_watch_of_an_approval_looks_every_minute_and_later_every_5_minutes(invocations: dict[str, Json]) -> None:
    waiting = invocations["WatchApproval"]["Retry"][0]
    assert waiting["ErrorEquals"] == [errors.EnvironmentNotReadyError.__name__]
    assert (waiting["IntervalSeconds"], waiting["MaxDelaySeconds"]) == (60, APPROVAL_POLL_SECONDS)
    early = [60 * waiting["BackoffRate"] ** number for number in range(EARLY_POLLS)]
    assert max(early) < APPROVAL_POLL_SECONDS < max(early) * 1.1, "approval_events counts the early looks"


def test_every_task_waits_with_backoff_to_32_seconds_and_full_jitter(waiting_tasks: dict[str, Json]) -> None:
    for name, task in waiting_tasks.items():
        waiting = task["Retry"][0]
        if name == "WatchApproval":
            continue
        assert waiting["ErrorEquals"] == [errors.EnvironmentNotReadyError.__name__], name
        assert (waiting["IntervalSeconds"], waiting["BackoffRate"], waiting["MaxDelaySeconds"]) == (5, 1.5, 32), name
        assert waiting["JitterStrategy"] == "FULL", name


def test_a_task_that_says_so_looks_every_few_seconds_when_its_end_is_near(waiting_tasks: dict[str, Json]) -> None:
    soon = errors.EnvironmentReadySoonError.__name__
    retried = {
        name for name, task in waiting_tasks.items() if [soon] in [each["ErrorEquals"] for each in task["Retry"]]
    }
    assert retried == SOON_READY | {"WatchRelease"}
    assert retried == {
        name for name, task in waiting_tasks.items() if task["Arguments"]["Payload"].get(look_times.SOON)
    }


def test_the_polls_near_the_ends_of_all_waits_fit_into_their_share_of_the_history() -> None:
    waits = (look_times.LAUNCH, look_times.UPDATE, look_times.TERMINATION, *[look_times.AFTER_SWAP] * 2)
    begins = [min(each.due, each.due_basic or each.due) - look_times.SOON_SECONDS for each in waits]
    seconds = [each.late - max(begin, 0) for each, begin in zip(waits, begins, strict=True)]
    polls = sum(map(_polls_in, [*seconds, *[look_times.SOON_SECONDS] * 2]))  # the drain and the watch
    assert polls * POLL_EVENTS <= SOON_EVENTS


def _polls_in(seconds: float) -> int:
    """Return how many polls the delays of SOON make in that time."""
    passed, polls = 0.0, 0
    while passed < seconds:
        passed += min(SOON.first * SOON.rate**polls, SOON.longest)
        polls += 1
    return polls


def test_every_task_retries_throttling_and_faults_of_lambda(waiting_tasks: dict[str, Json]) -> None:
    for name, task in waiting_tasks.items():
        retried = {error for retry in task["Retry"][1:] for error in retry["ErrorEquals"]}
        assert {
            errors.ServiceUnavailableError.__name__,
            "Lambda.TooManyRequestsException",
            "Lambda.ServiceException",
            "Lambda.Unknown",
            "States.Timeout",
        } <= retried, name
        assert errors.ServiceUnavailableError.__name__ in task["Retry"][-1]["ErrorEquals"], name
        assert task["Retry"][-1]["JitterStrategy"] == "FULL", name


def test_a_function_that_swaps_ends_before_the_failure_branch_concludes_from_a_look(template: Any) -> None:
    """The branch waits until its state is a minute old."""
    swapping = {f"lambdas.stages.{name}.handler" for name in ("swap_traffic", "keep_green_live")}
    functions = [each["Properties"] for each in template.find_resources("AWS::Lambda::Function").values()]
    assert [each["Timeout"] for each in functions if each["Handler"] in swapping] == [SETTLE_SECONDS] * 2


def test_an_error_that_ends_a_release_is_never_retried(invocations: dict[str, Json]) -> None:
    passing = {errors.EnvironmentNotReadyError.__name__, errors.ServiceUnavailableError.__name__}
    soon = {errors.EnvironmentReadySoonError.__name__}
    ours = {name for name, value in vars(errors).items() if isinstance(value, type)}
    for name, task in invocations.items():
        retried = {error for retry in task["Retry"] for error in retry["ErrorEquals"]}
        # HoldForRedrive asks Step Functions to fail the task. It does not wait, whatever the error's name.
        held = {errors.ServiceUnavailableError.__name__}
        assert retried & ours - soon == (held if name == "HoldForRedrive" else passing), name
        assert "States.ALL" not in retried, name
        assert "States.TaskFailed" not in retried, name


def test_a_task_times_out_after_its_function(invocations: dict[str, Json], template: Any) -> None:
    seconds = {
        name: function["Properties"]["Timeout"]
        for name, function in template.find_resources("AWS::Lambda::Function").items()
    }
    for name, task in invocations.items():
        assert task["TimeoutSeconds"] > seconds[task["Arguments"]["FunctionName"].removeprefix(FUNCTION_ARN)], name


def test_the_longest_release_that_the_schema_allows_ends_before_the_machine_times_out(
    definition: Json, tasks: dict[str, Json]
) -> None:
    most = {name: rule["maximum"] for name, rule in SCHEMA["properties"]["timeouts"]["properties"].items()}
    waiting = (
        2 * (most["register_release"] + most["clone_blue"] + most["deploy_release"] + most["terminate_green"])
        + 4 * most["swap_traffic"]
    )
    properties = SCHEMA["properties"]
    fixed = (
        properties["drain_seconds"]["maximum"]
        + 2 * tasks["VerifyRelease"]["TimeoutSeconds"]
        + properties["bake_seconds"]["maximum"]
        + properties["approval_seconds"]["maximum"]
        + most["swap_traffic"]
    )
    unhealthy = 2 * properties["unhealthy_seconds"]["maximum"]
    assert waiting + fixed + unhealthy + len(tasks) * 1200 + TURN_SECONDS < definition["TimeoutSeconds"]
    polled = waiting + properties["bake_seconds"]["maximum"] + most["swap_traffic"]
    polled += properties["drain_seconds"]["maximum"] + unhealthy
    assert polled / POLL_SECONDS * POLL_EVENTS + SOON_EVENTS <= MAX_HISTORY < 25_000  # events in a history


def test_the_longest_tests_that_plan_allows_end_before_their_functions_time_out(template: Any) -> None:
    """VerifyGreen also asks blue, once a test."""
    test, tests = SCHEMA["properties"]["health_check"]["properties"], SCHEMA["properties"]["health_checks"]
    longest = MAX_TEST_SECONDS + tests["maxItems"] * test["timeout_seconds"]["maximum"]
    testing = {f"lambdas.stages.{name}.handler" for name in ("verify_green", "verify_release")}
    functions = [each["Properties"] for each in template.find_resources("AWS::Lambda::Function").values()]
    assert [longest < each["Timeout"] for each in functions if each["Handler"] in testing] == [True, True]
