"""Plan: observe what stands, check whether it is safe to start from, decide where to start, take the lock."""

import os
import time
from contextlib import nullcontext
from dataclasses import replace
from typing import Any

from lambdas.addresses import resolves
from lambdas.aws.alarms import connect_alarms
from lambdas.aws.beanstalk import Beanstalk, connect_beanstalk
from lambdas.aws.begun_releases import connect_begun_releases
from lambdas.aws.bundles import connect_bundles
from lambdas.aws.executions import connect_executions
from lambdas.aws.record import Record
from lambdas.aws.records import connect_records
from lambdas.aws.scaling import connect_scaling
from lambdas.aws.surroundings import connect_surroundings
from lambdas.checks import check
from lambdas.decision import decide
from lambdas.deployment import Deployment, Mode, NextStep
from lambdas.drift import with_drift
from lambdas.dry_run import planned
from lambdas.errors import InvalidRequestError, ReleaseRefusedError
from lambdas.handler import THROTTLED_SECONDS, Event, logger, report_stage, wait_while_throttled
from lambdas.history_limit import turn_seconds
from lambdas.hooks import deployed_hooks
from lambdas.metrics import Result, count_release
from lambdas.observation import Services, observe
from lambdas.release_events import announce_stage
from lambdas.request import completed
from lambdas.settling import settled_verdict
from lambdas.swaps import require_swap_shown
from lambdas.turns import Turn
from lambdas.visit import Visit
from lambdas.waiter import look_for_all


def plan(request: dict[str, Any], visit: Visit, services: Services) -> Deployment:
    """Return the deployment that the completed request asks for. Raises ReleaseRefusedError, with nothing touched.

    The write of the record replaces only the record that was read. If another execution began in between, the write
    raises EnvironmentNotReadyError, and Plan looks again.
    """
    observation = observe(request, visit, services)
    check(request, observation)
    deployment = decide(request, observation, visit)
    live, record = observation.pair.live, observation.record
    if not deployment.dry_run:
        require_swap_shown(record, observation.pair, visit)
    deployment = with_drift(deployment, request["drift"], observation, services.surroundings)
    logger.info(
        "planned",
        next_step=deployment.next_step,
        live=str(live),
        version=deployment.version,
        sizing=deployment.sizing.strip(". "),
        not_cloned=deployment.not_cloned,
    )
    adopted = (deployment.green_id or "") if deployment.adopted else ""
    held_already = (
        record is not None and record.execution == visit.execution and (not adopted or record.adopted == adopted)
    )
    if not deployment.dry_run and not held_already:
        swap = record.swap if record else None
        held = Record(deployment.production_cname, deployment.green, visit.execution, adopted=adopted)
        lock = replace(held, swap=swap, success=observation.last_success)
        services.records.write(deployment.application, deployment.blue, lock, record)
    return deployment


def _unasked(_: str) -> bool:
    """Return True: the tests run in a network of their own, whose DNS may know more names. VerifyGreen asks it."""
    return True


def handler(event: Event, _context: object) -> dict[str, Any]:
    """Event: {"context": Step Functions' context object}, whose Execution.Input is the request.

    Returns the deployment; with `dry_run`, {"dry_run": true, "outcome": what would be done, or why it is refused}.
    """
    visit = Visit.from_context(event["context"])
    given = event["context"]["Execution"]["Input"]
    try:
        request = completed(given)
        turn = _turn(request, visit)
        with (
            report_stage(visit, request["application"], request["blue"]),
            wait_while_throttled(replace(visit, since=turn.require()), THROTTLED_SECONDS),
        ):
            seen, beanstalk = _look(request, visit)
            turn.take()
            services = Services(
                beanstalk,
                connect_alarms(),
                connect_records(),
                connect_executions(),
                connect_scaling(),
                connect_surroundings(),
                deployed_hooks(),
                resolves if "TESTS_IN_NETWORK" not in os.environ else _unasked,
            )
            # A dry run tells at once what one look shows.
            with nullcontext() if request["dry_run"] else settled_verdict(seen):
                deployment = plan(request, seen, services)
            if deployment.dry_run:
                return {"dry_run": True, "outcome": planned(deployment, beanstalk, connect_bundles)}
    except (InvalidRequestError, ReleaseRefusedError) as refusal:
        if isinstance(given, dict) and given.get("dry_run") is True:
            return {"dry_run": True, "outcome": {"status": "refused", "because": str(refusal)}}
        if isinstance(refusal, ReleaseRefusedError):
            count_release(request["application"], Result.REFUSED)
        raise
    announce_stage(visit, deployment, visit.elapsed(time.time()))
    if deployment.next_step == NextStep.NOTHING:
        count_release(deployment.application, Result.UNCHANGED)
    return deployment.to_json()


def _turn(request: dict[str, Any], visit: Visit) -> Turn:
    """Return the turn of the release to begin. A cutover or a rollback waits for none: users may need it."""
    waits = not request["dry_run"] and request["mode"] not in (Mode.CUTOVER, Mode.ROLLBACK)
    return Turn(visit, connect_begun_releases() if waits else None, turn_seconds(request))


def _look(request: dict[str, Any], visit: Visit) -> tuple[Visit, Beanstalk]:
    """Return what Plan sees, and its invocation as of then.

    It looks by itself where the version to release may be what an environment runs: the shared look is in a bucket that
    instances may write to, and they must not choose what runs.
    """
    if request["mode"] in (Mode.CUTOVER, Mode.ROLLBACK):
        return visit, connect_beanstalk()
    return look_for_all(visit, of_run=True)
