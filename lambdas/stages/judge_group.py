"""JudgeGroup: count how the releases of a group ended, and decide whether the fleet goes on.

A release that the Map reports as failed is looked up by its execution: a lost answer is no failure.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from lambdas.aws.executions import Executions, connect_executions
from lambdas.errors import FleetStoppedError
from lambdas.failure import Failure
from lambdas.fleet import LOGGED_AS, MAX_REASONS, Fleet, FleetRelease, FleetStep, ReleaseProgress
from lambdas.fleet_report import execution_arn, short_reason, stop_cause, wave_notice
from lambdas.handler import Event, logger, report_stage
from lambdas.visit import Visit

Result = Mapping[str, Any]


def judge_group(fleet: Fleet, results: Iterable[Result], visit: Visit, executions: Executions, machine: str) -> Fleet:
    """Return the fleet with the outcomes of its group. `results`: of the Map. `machine`: the releases' ARN."""
    group, wave = fleet.group, fleet.wave
    by_number = {each["number"]: each for each in results}
    judged = [_judged(each, by_number.get(each.number, {}), executions, machine) for each in group]
    known = fleet.with_releases(judged)
    reasons = {each.number for each in known.in_state(ReleaseProgress.FAILED)[:MAX_REASONS]}
    known = known.with_releases(
        replace(each, reason="") for each in known.in_state(ReleaseProgress.FAILED) if each.number not in reasons
    )
    decided = replace(known, next_step=_next_step(known, wave))
    if decided.next_step == FleetStep.RELEASE:
        return decided
    return replace(decided, notice=wave_notice(decided, wave, visit.execution, machine))


def _next_step(fleet: Fleet, wave: int) -> FleetStep:
    failed = len(fleet.in_state(ReleaseProgress.FAILED))
    if failed >= fleet.stop_after_failures:
        return FleetStep.STOP
    if not fleet.in_state(ReleaseProgress.LEFT):
        return FleetStep.STOP if failed else FleetStep.DONE
    if fleet.wave == wave:
        return FleetStep.RELEASE
    return FleetStep.APPROVE if fleet.approval else FleetStep.WAVE


def _judged(release: FleetRelease, result: Result, executions: Executions, machine: str) -> FleetRelease:
    if result.get("succeeded") is True:
        return replace(release, state=ReleaseProgress.RELEASED)
    name = result.get("name", "")
    found = executions.find(execution_arn(machine, name)) if name else None
    if found is None:
        why = short_reason(result.get("error", "unknown"), result.get("cause", "see the Map Run of the fleet"))
        return replace(release, state=ReleaseProgress.FAILED, reason=why)
    if found.succeeded:
        return replace(release, state=ReleaseProgress.RELEASED)
    failure = Failure("", found.error or found.status, found.cause or f"the execution is {found.status}", 0)
    reason = short_reason(failure.name, failure.message)
    return replace(release, state=ReleaseProgress.FAILED, reason=reason, execution=name)


def handler(event: Event, _context: object) -> dict[str, Any]:
    """Event: {"fleet", "results": of the Map, "machine": the releases' ARN, "context": Step Functions' context object}.

    Returns {"fleet", "failure": for HoldFleet, if the fleet stops}.
    """
    visit = Visit.from_context(event["context"])
    with report_stage(visit, LOGGED_AS, visit.execution_name):
        fleet = judge_group(
            Fleet.from_json(event["fleet"]), event["results"], visit, connect_executions(), event["machine"]
        )
    counts = {state.value: len(fleet.in_state(state)) for state in ReleaseProgress}
    logger.info("judged group", next_step=fleet.next_step, counts=counts)
    failure = {
        "State": visit.state,
        "Error": FleetStoppedError.__name__,
        "Cause": stop_cause(fleet),
        "RedriveCount": visit.redrives,
    }
    return {"fleet": fleet.to_json(), "failure": failure if fleet.next_step == FleetStep.STOP else None}
