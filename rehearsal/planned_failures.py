"""The failures that a rehearsal can make on purpose: how each begins, which stage finds it, and what helps."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rehearsal.account import samples
from rehearsal.prepare import LIVE_VERSION, NEXT_VERSION, Prepared

ALARM = "shop-errors"
SEVERE = {"status": 500}
THROTTLED_SECONDS = 100_000
"""Longer than any stage retries, in account seconds. The repair ends it."""
WAIT_SECONDS = 420
"""How long the throttled stage waits, in account seconds: longer than a deployment, and far less than by default."""

Act = Callable[[Prepared, str], None]
"""Changes something in the account. The text: the ARN of the execution; empty before its start."""


def _nothing(_: Prepared, __: str) -> None:
    """Change nothing."""


@dataclass(frozen=True)
class PlannedFailure:
    """A failure on purpose.

    `what`: the cause; `cure`: how it ends; both in words. `failed_in`: the stage that finds it. `bundle`: the sample
    that is released as v2. `request`: more of the execution's input. `before`: happens before the start, `strike` when
    the execution enters the stage `at`, `repair` after the failure, `answer` at the stage `at` after the repair.
    `corrected`: a new execution releases a corrected version; else the execution is redriven. `loses_requests`: the
    environment that serves fails, so users lose requests until they are on the other one.
    """

    what: str
    failed_in: str
    cure: str
    bundle: str = NEXT_VERSION
    request: Mapping[str, Any] = field(default_factory=dict)
    before: Act = _nothing
    at: str = ""
    strike: Act = _nothing
    repair: Act = _nothing
    answer: Act = _nothing
    corrected: bool = False
    loses_requests: bool = False


def _remove_live_bundle(prepared: Prepared, _: str) -> None:
    bucket, key = prepared.testbed.artifacts, f"{prepared.shop.name}/{LIVE_VERSION}.zip"
    prepared.testbed.s3.delete_object(Bucket=bucket, Key=key)


def _upload_live_bundle(prepared: Prepared, _: str) -> None:
    prepared.shop.upload(f"{prepared.shop.name}/{LIVE_VERSION}.zip", samples.bundle(LIVE_VERSION))


def _set_alarm(state: str) -> Act:
    return lambda prepared, _: prepared.testbed.set_alarm(ALARM, state)


def _make_green_sick(prepared: Prepared, _: str) -> None:
    # By its id: the clone of the redrive has the same name.
    green = prepared.shop.environment(prepared.shop.green)["EnvironmentId"]
    prepared.testbed.control.set_impairments({green: SEVERE})


def _end_impairments(prepared: Prepared, _: str) -> None:
    prepared.testbed.control.set_impairments({})


def _throttle_deployments(prepared: Prepared, _: str) -> None:
    prepared.testbed.control.set_faults(
        {
            "kind": "throttle",
            "service": "elasticbeanstalk",
            "action": "UpdateEnvironment",
            "function": prepared.testbed.functions["deploy_release"],
            "for_seconds": THROTTLED_SECONDS,
        }
    )


def _end_faults(prepared: Prepared, _: str) -> None:
    prepared.testbed.control.set_faults()


def _reject(prepared: Prepared, execution: str) -> None:
    states = prepared.testbed.states
    token = prepared.testbed.approval_token(execution)
    states.send_task_failure(taskToken=token, error="Rejected", cause="The price of the seeds is wrong.")


def _approve(prepared: Prepared, execution: str) -> None:
    states = prepared.testbed.states
    states.send_task_success(taskToken=prepared.testbed.approval_token(execution), output=json.dumps({}))


FAILURES: Mapping[str, PlannedFailure] = {
    "launch": PlannedFailure(
        what="the source bundle of v1 is gone, so no clone can launch",
        failed_in="AwaitGreen",
        cure="the source bundle is back",
        before=_remove_live_bundle,
        repair=_upload_live_bundle,
    ),
    "deploy": PlannedFailure(
        what="a container command of v2 fails",
        failed_in="AwaitRelease",
        cure="v2.1 has no such command",
        bundle="deployment_fails",
        corrected=True,
    ),
    "start": PlannedFailure(
        what="v2 imports a package that its requirements lack, so it does not start",
        failed_in="AwaitRelease",
        cure="v2.1 starts",
        bundle="does_not_start",
        corrected=True,
    ),
    "test": PlannedFailure(
        what="v2 answers 200 on /, and 500 on /healthz, which the release asks for",
        failed_in="VerifyRelease",
        cure="v2.1 answers 200",
        bundle="answers_only_root",
        request={"health_check": {"path": "/healthz", "attempts": 3, "interval_seconds": 5}},
        corrected=True,
    ),
    "alarm": PlannedFailure(
        what=f"the alarm {ALARM} rings when users are on v2",
        failed_in="WatchRelease",
        cure="the alarm is OK",
        request={"alarms": [ALARM]},
        before=_set_alarm("OK"),
        at="WatchRelease",
        strike=_set_alarm("ALARM"),
        repair=_set_alarm("OK"),
    ),
    "green": PlannedFailure(
        what="green answers 500 to all users that it has",
        failed_in="DrainBlue",
        cure="a new green is made",
        at="DrainBlue",
        strike=_make_green_sick,
        repair=_end_impairments,
        loses_requests=True,
    ),
    "approval": PlannedFailure(
        what="a person rejects v2",
        failed_in="AwaitApproval",
        cure="the person approves v2",
        request={"approval": True},
        at="AwaitApproval",
        strike=_reject,
        answer=_approve,
    ),
    "throttle": PlannedFailure(
        what="Elastic Beanstalk throttles UpdateEnvironment for longer than the stage retries",
        failed_in="DeployRelease",
        cure="the throttling has ended",
        request={"timeouts": {"deploy_release": WAIT_SECONDS}},
        at="DrainBlue",
        strike=_throttle_deployments,
        repair=_end_faults,
    ),
}
"""By the words of `--fail`."""
