"""PlanFleet: find the environments, refuse what is invalid or collides, cut the releases into waves.

After a redrive it goes on with what is left: releases that succeeded are not made again.
"""

import time
from contextlib import nullcontext
from dataclasses import replace
from typing import Any, Final

from lambdas import fleet_selection as selection
from lambdas.aws.beanstalk import Beanstalk, connect_beanstalk
from lambdas.aws.environment import Environment
from lambdas.errors import InvalidRequestError, ReleaseRefusedError, ServiceUnavailableError
from lambdas.fleet import LOGGED_AS, Fleet, FleetRelease, FleetStep, ReleaseProgress
from lambdas.fleet_request import completed_fleet, require_valid_releases
from lambdas.fleet_waves import wave_numbers
from lambdas.handler import Event, logger, report_stage, wait_while_throttled
from lambdas.refusal import require
from lambdas.request import listed_problems
from lambdas.settling import settled_verdict
from lambdas.visit import Visit

PAUSE_SECONDS: Final = 2.0
"""Elastic Beanstalk answers about 2 calls a second in an account and region, and releases need them, too."""
MAX_PAUSES: Final = 30
THROTTLED_SECONDS: Final = 1_800
MAX_PLAN_BYTES: Final = 160_000
"""A state's input has 256 KiB. The rest is for what becomes known: 34 KB of the releases, 20 KB of messages, and 45 KB
of results of the Map.
"""


def plan_fleet(request: dict[str, Any], visit: Visit, beanstalk: Beanstalk) -> Fleet:
    """Return the fleet that a completed request asks for. Raises InvalidRequestError and ReleaseRefusedError."""
    environments = selection.standing_environments(request, beanstalk)
    given, left_out = request.get("releases"), list[str]()
    if given is None:
        given, left_out = selection.selected(request, environments, lambda each: patient_tags(each, beanstalk))
        require(
            given,
            expected="`environments` to select one or more",
            found=listed_problems(left_out) or "none",
            settles=True,
        )
    common = {"version": request["version"], **request["release"]} if "version" in request else request["release"]
    complete = require_valid_releases(common, given)
    problems = [*selection.collisions(complete), *selection.absences(complete, environments)]
    problems += () if problems else selection.missing_versions(complete, beanstalk)
    require(
        not problems, expected="releases that can be made side by side", found=listed_problems(problems), settles=True
    )
    same = [selection.runs_already(each, environments) for each in complete]
    waves = iter(wave_numbers(request["waves"], same.count(False)))
    releases = [
        FleetRelease(number, 0, each, ReleaseProgress.UNCHANGED)
        if unchanged
        else FleetRelease(number, next(waves), each)
        for number, (each, unchanged) in enumerate(zip(given, same, strict=True), start=1)
    ]
    fleet = Fleet(
        name=visit.execution_name,
        digest=visit.digest,
        common=common,
        releases=tuple(releases),
        left_out=tuple(left_out),
        **{key: request[key] for key in ("at_once", "stop_after_failures", "between_waves_seconds")},
        **{key: request[key] for key in ("approval", "approval_seconds")},
    )
    require(
        fleet.state_bytes <= MAX_PLAN_BYTES,
        expected=f"a plan of at most {MAX_PLAN_BYTES} bytes",
        found=f"{fleet.state_bytes} bytes for {len(releases)} releases",
        remedy="Put into `release` what they have in common, or make several fleets",
    )
    if request["dry_run"]:
        return replace(fleet, next_step=FleetStep.PLANNED)
    return _with_step(fleet)


def patient_tags(environment: Environment, beanstalk: Beanstalk) -> dict[str, str]:
    """Return the environment's tags. Ask again while AWS throttles: from the start again, many reads would not end."""
    for _ in range(MAX_PAUSES):
        try:
            return beanstalk.tags(environment)
        except ServiceUnavailableError as busy:
            if not busy.throttled:
                raise
            time.sleep(PAUSE_SECONDS)
    return beanstalk.tags(environment)


def resumed(fleet: Fleet, beanstalk: Beanstalk) -> Fleet:
    """Return the fleet after a redrive: what failed is left again, unless its environment runs the version by now."""
    again = [
        replace(each, state=ReleaseProgress.LEFT, reason="", execution="")
        for each in fleet.in_state(ReleaseProgress.FAILED, ReleaseProgress.LEFT)
    ]
    complete = require_valid_releases(fleet.common, [each.request for each in again])
    environments = selection.standing_environments({"releases": complete}, beanstalk) if complete else {}
    looked = [
        replace(each, state=ReleaseProgress.UNCHANGED) if selection.runs_already(request, environments) else each
        for each, request in zip(again, complete, strict=True)
    ]
    return _with_step(replace(fleet.with_releases(looked), notice={}))


def _with_step(fleet: Fleet) -> Fleet:
    left = fleet.in_state(ReleaseProgress.LEFT)
    return replace(fleet, next_step=FleetStep.RELEASE if left else FleetStep.DONE)


def handler(event: Event, _context: object) -> dict[str, Any]:
    """Event: {"fleet": the fleet before a redrive, or null, "context": Step Functions' context object}.

    The context's Execution.Input is the request. Returns the fleet; in a dry run that is refused, why.
    """
    visit, given = Visit.from_context(event["context"]), event["context"]["Execution"]["Input"]
    dry_run = isinstance(given, dict) and given.get("dry_run") is True
    try:
        # A dry run tells at once what one look shows.
        settled = nullcontext() if dry_run else settled_verdict(visit)
        throttled = wait_while_throttled(visit, THROTTLED_SECONDS)
        with report_stage(visit, LOGGED_AS, visit.execution_name), throttled, settled:
            request = completed_fleet(given)
            before = event.get("fleet") if visit.redrives else None
            fleet = (
                resumed(Fleet.from_json(before), connect_beanstalk())
                if before
                else plan_fleet(request, visit, connect_beanstalk())
            )
    except (InvalidRequestError, ReleaseRefusedError) as refusal:
        if dry_run:
            return {"next_step": FleetStep.PLANNED, "result": {"status": "refused", "because": str(refusal)}}
        raise
    logger.info("planned fleet", releases=len(fleet.releases), waves=fleet.waves, next_step=fleet.next_step)
    return fleet.to_json()
