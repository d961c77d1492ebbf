"""Hooks: functions of one's own at the gates of a release."""

import pytest

from lambdas.hooks import Gate
from tests.support.hooks import hooks_at_all_gates, make_hooks
from tests.support.testbed import ScenarioTestbed


@pytest.fixture(scope="module", autouse=True)
def _hooks(testbed: ScenarioTestbed) -> None:
    make_hooks(testbed)


def test_a_release_passes_all_gates_with_hooks_and_a_smoke_test_of_the_new_version(testbed: ScenarioTestbed) -> None:
    shop = testbed.open_shop()
    given = hooks_at_all_gates() | {"before_blue": ["smoke-test", "my-hook"]}
    given["details"]["smoke-test"] = {"checks": [{"path": "/", "contains": "v2"}]}
    with shop.traffic() as traffic:
        release = shop.release("v2", hooks=given)
    assert release.status == "SUCCEEDED", release.cause
    calls = [visit.name for visit in release.visits if visit.name.startswith("CallHook")]
    assert calls == [
        *(["CallHookBeforeGreen"] * 2),
        *(["CallHookBeforeDeploy"] * 2),
        *(["CallHookBeforeBlue"] * 3),
        *(["CallHookAfterBlue"] * 2),
        *(["CallHookAfterRelease"] * 2),
    ]
    assert 40 <= release.seconds["WaitForHookBeforeGreen"] < 60, "the callBackDelay"
    assert traffic.failed == []
    assert traffic.last_served_by == [f"{shop.blue}/v2"]


@pytest.mark.parametrize(
    ("gate", "serves"),
    [
        (Gate.BEFORE_DEPLOY, "blue/v1"),
        (Gate.AFTER_BLUE, "green/v1"),
        (Gate.AFTER_RELEASE, "blue/v2"),
    ],
)
def test_a_hook_that_fails_leaves_users_on_the_best_environment(
    testbed: ScenarioTestbed, gate: Gate, serves: str
) -> None:
    shop = testbed.open_shop()
    role, version = serves.split("/")
    expected = f"{shop.blue if role == 'blue' else shop.green}/{version}"
    with shop.traffic() as traffic:
        release = shop.release("v2", hooks={gate.value: ["my-hook"], "details": {"my-hook": {"failed_at": gate}}})
        testbed.until(lambda: traffic.last_served_by == [expected], f"{expected} to serve")
    assert (release.status, release.error) == ("FAILED", "HookFailedError")
    assert f"the hook my-hook at {gate}" in release.cause
    (message,) = testbed.mailbox.about(release.arn)
    assert f"failed in Hooks{gate.title().replace('_', '')}" in message.text
    assert f"Users are served by: {expected.partition('/')[0]}" in message.text
    assert traffic.failed == []


def test_a_hook_that_the_stack_was_not_deployed_with_is_refused(testbed: ScenarioTestbed) -> None:
    shop = testbed.open_shop()
    release = shop.release("v2", hooks={"before_blue": ["another-function"]})
    assert (release.error, release.failed_in) == ("ReleaseRefusedError", "Plan")
    assert "hooks that the stack was deployed with (my-hook, smoke-test). Found another-function" in release.cause
