"""HooksBeforeGreen, HooksBeforeDeploy, HooksBeforeBlue, HooksAfterBlue, HooksAfterRelease: call one hook once."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from lambdas.aws.beanstalk import Beanstalk, connect_beanstalk
from lambdas.aws.environment import Environment
from lambdas.aws.functions import (
    MAX_CALL_SECONDS,
    FunctionFailedError,
    Functions,
    FunctionTimedOutError,
    connect_functions,
)
from lambdas.deployment import Deployment
from lambdas.errors import EnvironmentNotReadyError, HookFailedError
from lambdas.failure import one_line
from lambdas.handler import Event, logger, stage
from lambdas.hooks import LIFECYCLE_STAGES, Gate, HookAnswer, HookAnswerError, HookCall
from lambdas.pair import Pair, require_standing
from lambdas.serving_green import look, require_green_fit
from lambdas.visit import Visit

GREEN_SERVES: Final = frozenset({Gate.BEFORE_DEPLOY, Gate.BEFORE_BLUE})
MAX_FOUND_LENGTH: Final = 500
LOOK_SECONDS: Final = 60
"""Between two looks at a green that serves while blue is untouched."""
BEFORE_DEPLOY_STATE: Final = "HooksBeforeDeploy"
CONTRACT: Final = "docs/hooks.md has the contract."


def call_hook(
    deployment: Deployment, call: HookCall, visit: Visit, beanstalk: Beanstalk, functions: Functions
) -> HookCall:
    """Return the call with the time until the next look; 0 when the hook has ended.

    Raises HookFailedError when the hook says FAILED, raises an error, breaks the contract or takes too long, and
    GreenUnhealthyError when green fails its users and blue is untouched.
    """
    found = look(deployment, visit, beanstalk)
    if call.gate == Gate.BEFORE_DEPLOY:
        _require_green_fit(Pair.from_found(found, deployment), deployment, visit, beanstalk)
    if call.due and (seconds := _seconds_until(call.due, visit.now)) > 0:
        return replace(call, wait_seconds=min(LOOK_SECONDS, seconds))
    if not call.since:
        details = deployment.hooks.details.get(call.function)
        call = replace(call, since=visit.now.isoformat(), details=details)
    try:
        answer = HookAnswer.from_json(functions.call(call.function, hook_event(deployment, call, visit, found)))
    except FunctionTimedOutError:
        return _timed_out(call, deployment, f"no answer within {MAX_CALL_SECONDS} seconds")
    except (FunctionFailedError, HookAnswerError) as error:
        raise _failed(call, str(error)) from error
    logger.info("called hook", hook=call.function, gate=call.gate, status=answer.status)
    if answer.status == "FAILED":
        raise _failed(call, f"FAILED {answer.details or ''}")
    if answer.status == "SUCCEEDED":
        return call.ended()
    left = deployment.hooks.timeout_seconds - (visit.present() - datetime.fromisoformat(call.since)).total_seconds()
    if left <= 0:
        return _timed_out(call, deployment, f"it IN_PROGRESS after {deployment.hooks.timeout_seconds} seconds")
    delay = max(1, min(answer.delay_seconds, round(left)))
    if call.gate != Gate.BEFORE_DEPLOY:
        return replace(call, details=answer.details, wait_seconds=delay)
    due = (visit.present() + timedelta(seconds=delay)).isoformat()
    return replace(call, details=answer.details, wait_seconds=min(LOOK_SECONDS, delay), due=due)


def _require_green_fit(pair: Pair, deployment: Deployment, visit: Visit, beanstalk: Beanstalk) -> None:
    """Raise GreenUnhealthyError when users have to go back to blue. A green that may recover keeps them."""
    with suppress(EnvironmentNotReadyError):
        require_green_fit(pair, deployment, replace(visit, state=BEFORE_DEPLOY_STATE), beanstalk)


def _seconds_until(due: str, now: datetime) -> int:
    return round((datetime.fromisoformat(due) - now).total_seconds())


def hook_event(
    deployment: Deployment, call: HookCall, visit: Visit, found: Mapping[str, Environment]
) -> dict[str, Any]:
    """Return what the hook is called with: the fields that Amazon ECS passes, and `release` with those of this tool.

    `found`: the environments by id.
    """
    subject = deployment.green_id if call.gate == Gate.BEFORE_GREEN else deployment.blue_id
    environment = require_standing(subject or "", found.get(subject or ""))
    service = environment.arn.rpartition("/")[0] + f"/{deployment.blue}"
    versions = service.replace(":environment/", ":applicationversion/").rpartition("/")[0]
    live = deployment.version if call.gate in (Gate.AFTER_BLUE, Gate.AFTER_RELEASE) else deployment.green_version
    return {
        "executionId": f"{visit.digest}-{call.gate}-{call.function}",
        "lifecycleStage": LIFECYCLE_STAGES[call.gate],
        "resourceArn": visit.execution,
        "executionDetails": {
            "serviceArn": service,
            "targetServiceRevisionArn": f"{versions}/{deployment.version}",
            "testTrafficWeights": {},
            "productionTrafficWeights": {f"{versions}/{live}": 100},
        },
        "hookDetails": call.details or {},
        "release": {
            "gate": call.gate,
            "application": deployment.application,
            "environment": environment.name,
            "endpoint": environment.endpoint,
            "served_by": deployment.green if call.gate in GREEN_SERVES else deployment.blue,
            "version": deployment.version,
            "previous_version": deployment.previous_version,
            "production_cname": deployment.production_cname,
        },
    }


def _failed(call: HookCall, found: str) -> HookFailedError:
    return HookFailedError(
        expected=f"the hook {call.function} at {call.gate} to answer with the hookStatus SUCCEEDED, FAILED or "
        "IN_PROGRESS, and in the end with SUCCEEDED",
        found=one_line(found, MAX_FOUND_LENGTH),
        next_step=f"See the log of that function. {CONTRACT} Then redrive this execution, which calls it again.",
    )


def _timed_out(call: HookCall, deployment: Deployment, found: str) -> HookCall:
    """Return the ended call, if a hook that takes too long lets the release go on. Raises HookFailedError otherwise."""
    if deployment.hooks.on_timeout == "continue":
        logger.warning("a hook took too long; the release goes on", hook=call.function, gate=call.gate, found=found)
        return call.ended()
    raise _failed(call, found)


@stage(needs_lock=True)
def handler(deployment: Deployment, visit: Visit, event: Event) -> HookCall:
    """Event: also {"hook": `HookCall.to_json()`}. Returns the hook for the next call."""
    call = HookCall.from_json(event["hook"])
    return call_hook(deployment, call, visit, connect_beanstalk(), connect_functions())
