"""CallHooks calls a hook as Amazon ECS does, again after its callBackDelay, and fails the release with it.

Source of the contract: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/lambda-lifecycle-hooks.html
"""

from collections.abc import Callable
from typing import Any

import pytest

from lambdas.aws.functions import FunctionFailedError, Functions, FunctionTimedOutError
from lambdas.deployment import Deployment
from lambdas.errors import GreenUnhealthyError, HookFailedError
from lambdas.hooks import Gate, HookCall
from lambdas.stages import call_hooks
from tests.support.stages import EXECUTION, PRODUCTION, Release

Answer = Callable[[Any], Any]


class FakeFunctions(Functions):
    """Functions that all answer alike. `events`: what they were called with."""

    def __init__(self, answer: Any) -> None:
        self._answer = answer
        self.events: list[Any] = []

    def call(self, name: str, event: Any) -> Any:  # noqa: ARG002
        self.events.append(event)
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


@pytest.fixture
def deployment(release: Release) -> Deployment:
    """Green stands, and blue has the users."""
    hooks = {"before_green": ["smoke"], "timeout_seconds": 60, "details": {"smoke": {"paths": ["/"]}}}
    return release.cloned(hooks=hooks)


def called(
    release: Release, deployment: Deployment, answer: Any, gate: Gate = Gate.BEFORE_BLUE, call: HookCall | None = None
) -> tuple[HookCall, dict[str, Any]]:
    """Return the hook after a call, and the event of that call."""
    functions = FakeFunctions(answer)
    call = call or HookCall("smoke", gate)
    after = call_hooks.call_hook(deployment, call, release.visit(), release.beanstalk, functions)
    (event,) = functions.events
    return after, event


def test_a_hook_that_succeeds_has_ended(release: Release, deployment: Deployment) -> None:
    assert called(release, deployment, {"hookStatus": "SUCCEEDED"})[0].wait_seconds == 0


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        pytest.param({"hookStatus": "FAILED"}, "FAILED", id="failed"),
        pytest.param(FunctionFailedError("KeyError: 'paths'"), "KeyError: 'paths'", id="error of the function"),
        pytest.param(None, "the answer null, without such a hookStatus", id="no answer"),
        pytest.param({"status": "ok"}, "without such a hookStatus", id="no hookStatus"),
        pytest.param({"hookStatus": "DONE"}, "without such a hookStatus", id="unknown hookStatus"),
        pytest.param({"hookStatus": "IN_PROGRESS", "callBackDelay": "soon"}, 'the callBackDelay "soon"', id="delay"),
        pytest.param({"hookStatus": "IN_PROGRESS", "hookDetails": "x" * 40_000}, "hookDetails of more", id="details"),
        pytest.param(FunctionTimedOutError(), "no answer within 840 seconds", id="no answer in time"),
    ],
)
def test_a_hook_that_does_not_succeed_fails_the_release(
    release: Release, deployment: Deployment, answer: Any, found: str
) -> None:
    with pytest.raises(HookFailedError, match="the hook smoke at before_blue") as failed:
        called(release, deployment, answer)
    assert found in str(failed.value)


@pytest.mark.parametrize(("delay", "waits"), [({}, 30), ({"callBackDelay": 45}, 45), ({"callBackDelay": 1}, 30)])
def test_a_hook_in_progress_is_called_again_after_its_delay(
    release: Release, deployment: Deployment, delay: dict[str, int], waits: int
) -> None:
    """Without a callBackDelay, Amazon ECS waits 30 seconds. Less would fill the history of the execution."""
    assert called(release, deployment, {"hookStatus": "IN_PROGRESS", **delay})[0].wait_seconds == waits


def test_a_hook_gets_back_the_details_of_its_last_answer(release: Release, deployment: Deployment) -> None:
    first, event = called(release, deployment, {"hookStatus": "IN_PROGRESS", "hookDetails": {"job": 7}})
    assert event["hookDetails"] == {"paths": ["/"]}, "those of the input"
    _, event = called(release, deployment, {"hookStatus": "SUCCEEDED"}, call=HookCall.from_json(first.to_json()))
    assert event["hookDetails"] == {"job": 7}


def test_a_hook_that_is_in_progress_for_too_long_fails(release: Release, deployment: Deployment) -> None:
    progress = {"hookStatus": "IN_PROGRESS", "callBackDelay": 300}
    first, _ = called(release, deployment, progress)
    assert first.wait_seconds == 60, "it is asked once more when its time is over"
    release.wait(60)
    with pytest.raises(HookFailedError, match="IN_PROGRESS after 60 seconds"):
        called(release, deployment, progress, call=first)


def test_a_release_can_go_on_without_a_hook_that_takes_too_long(release: Release, deployment: Deployment) -> None:
    lenient = release.plan(hooks={"on_timeout": "continue"})
    assert called(release, lenient, FunctionTimedOutError())[0].wait_seconds == 0
    with pytest.raises(HookFailedError):
        called(release, lenient, {"hookStatus": "FAILED"})


def test_a_hook_gets_what_amazon_ecs_passes_and_the_release(release: Release, deployment: Deployment) -> None:
    """The keys as models of ECS's events in public code have them, and as the guide names them."""
    _, event = called(release, deployment, {"hookStatus": "SUCCEEDED"})
    arn = "arn:aws:elasticbeanstalk:us-east-1:123456789012"
    again = called(release, deployment, {"hookStatus": "SUCCEEDED"})[1]["executionId"]
    assert event["executionId"] == again
    assert event["lifecycleStage"] == "POST_TEST_TRAFFIC_SHIFT"
    assert event["resourceArn"] == EXECUTION
    assert event["executionDetails"] == {
        "serviceArn": f"{arn}:environment/shop/shop-prod",
        "targetServiceRevisionArn": f"{arn}:applicationversion/shop/v2",
        "testTrafficWeights": {},
        "productionTrafficWeights": {f"{arn}:applicationversion/shop/v1": 100},
    }
    assert event["release"] == {
        "gate": "before_blue",
        "application": "shop",
        "environment": "shop-prod",
        "endpoint": release.look("shop-prod").endpoint,
        "served_by": "shop-prod-green",
        "version": "v2",
        "previous_version": "v1",
        "production_cname": PRODUCTION,
    }


@pytest.mark.parametrize(
    ("gate", "expected"),
    [
        (Gate.BEFORE_GREEN, ("shop-prod-green", "shop-prod", "v1")),
        (Gate.BEFORE_DEPLOY, ("shop-prod", "shop-prod-green", "v1")),
        (Gate.BEFORE_BLUE, ("shop-prod", "shop-prod-green", "v1")),
        (Gate.AFTER_BLUE, ("shop-prod", "shop-prod", "v2")),
        (Gate.AFTER_RELEASE, ("shop-prod", "shop-prod", "v2")),
    ],
)
def test_each_gate_has_its_environment(
    release: Release, deployment: Deployment, gate: Gate, expected: tuple[str, str, str]
) -> None:
    _, event = called(release, deployment, {"hookStatus": "SUCCEEDED"}, gate)
    found = event["release"]
    (serves,) = event["executionDetails"]["productionTrafficWeights"]
    assert (found["environment"], found["served_by"], serves.rpartition("/")[2]) == expected


def test_a_hook_event_survives_json_names_of_every_kind(release: Release, deployment: Deployment) -> None:
    call = HookCall.from_json(
        {"function": "arn:aws:lambda:us-east-1:123456789012:function:smoke", "gate": "after_blue"}
    )
    assert called(release, deployment, {"hookStatus": "SUCCEEDED"}, call=call)[0].function == call.function


@pytest.fixture
def drained(release: Release) -> Deployment:
    """Green serves, and blue is untouched. Its hook may take an hour."""
    hooks = {"before_deploy": ["smoke"], "timeout_seconds": 3600}
    return release.swapped(release.cloned(hooks=hooks), "green")


def test_a_sick_green_ends_the_wait_for_a_hook_while_blue_is_untouched(release: Release, drained: Deployment) -> None:
    """Once, users waited for the end of the hook, up to two hours."""
    release.break_down("shop-prod-green")
    functions = FakeFunctions({"hookStatus": "SUCCEEDED"})
    with pytest.raises(GreenUnhealthyError, match="is untouched and gets the users back"):
        call_hooks.call_hook(
            drained, HookCall("smoke", Gate.BEFORE_DEPLOY), release.visit(), release.beanstalk, functions
        )
    assert functions.events == []


def test_green_is_looked_at_each_minute_until_the_hook_wants_to_be_called_again(
    release: Release, drained: Deployment
) -> None:
    busy = {"hookStatus": "IN_PROGRESS", "callBackDelay": 150, "hookDetails": {"calls": 1}}
    call, _ = called(release, drained, busy, Gate.BEFORE_DEPLOY)
    waits = []
    while call.due and release.account.now().isoformat() < call.due:
        waits.append(call.wait_seconds)
        release.wait(call.wait_seconds)
        functions = FakeFunctions({"hookStatus": "SUCCEEDED"})
        call = call_hooks.call_hook(drained, call, release.visit(), release.beanstalk, functions)
        assert len(functions.events) == (1 if sum(waits) >= 150 else 0)
    assert waits == [60, 60, 30]
    assert call.wait_seconds == 0
    assert functions.events[0]["hookDetails"] == {"calls": 1}


def test_at_other_gates_the_hook_alone_says_when(release: Release, drained: Deployment) -> None:
    busy = {"hookStatus": "IN_PROGRESS", "callBackDelay": 150}
    assert called(release, drained, busy, Gate.BEFORE_BLUE)[0].wait_seconds == 150


def test_a_call_of_an_older_or_a_newer_function_is_read() -> None:
    """Functions are replaced while executions run."""
    data = {"function": "smoke", "gate": "before_deploy", "newer": 1}
    assert HookCall.from_json(data) == HookCall("smoke", Gate.BEFORE_DEPLOY)
