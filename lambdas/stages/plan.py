"""Plan: validate the request, look at what stands, refuse what is unsafe, take the lock, decide where to start."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from lambdas import checks
from lambdas.aws.alarms import Alarms, connect_alarms
from lambdas.aws.beanstalk import Beanstalk, connect_beanstalk
from lambdas.aws.executions import Executions, connect_executions
from lambdas.aws.record import Record, Records, connect_records
from lambdas.deployment import Deployment, Mode, NextStep, Visit
from lambdas.errors import InvalidRequestError, ReleaseRefusedError
from lambdas.handler import Event, logger, report_stage
from lambdas.metrics import Result, count_release
from lambdas.request import completed
from lambdas.standing import Standing

WOULD = {
    NextStep.RELEASE: "clone {blue} into {green}, give it the users, deploy {version} onto {blue}, test it, "
    "give the users back, terminate {green}",
    NextStep.DEPLOY: "deploy {version} onto {blue} while {green} serves, test it, give the users back, "
    "terminate {green}",
    NextStep.TEST: "test {blue}, give the users back to it, terminate {green}",
    NextStep.FINISH: "watch {blue}, which serves {version} already, and terminate {green}",
    NextStep.NOTHING: "nothing: {blue} serves {version} already",
}


@dataclass(frozen=True)
class Services:
    """What Plan asks."""

    beanstalk: Beanstalk
    alarms: Alarms
    records: Records
    executions: Executions


def plan(request: dict[str, Any], visit: Visit, now: datetime, services: Services) -> Deployment:
    """The deployment that the completed request asks for. Raises ReleaseRefusedError, with nothing touched.

    The record is read before everything else and written last, over what was read: if another execution began in
    between, the write fails, and Plan looks again.
    """
    application, blue, green = request["application"], request["blue"], request["green"]
    checks.check_names(blue, green)
    checks.check_application(application, services.beanstalk)
    record = services.records.read(application, blue)
    checks.check_no_other_execution(record, visit.execution, services.executions)
    checks.check_alarms(request["alarms"], services.alarms)
    standing = Standing.look(application, blue, green, record, services.beanstalk)
    deployment = _deployment(request, standing, visit, now, services.beanstalk)
    _refuse(deployment, standing, services.beanstalk)
    logger.info("planned", next_step=deployment.next_step, live=str(standing.live), version=deployment.version)
    if not deployment.dry_run:
        taken = Record(standing.production_cname, green, visit.execution)
        if record is None or record.execution != visit.execution:
            services.records.write(application, blue, taken, record)
    return deployment


def _deployment(
    request: dict[str, Any], standing: Standing, visit: Visit, now: datetime, beanstalk: Beanstalk
) -> Deployment:
    live, green, mode = standing.live, standing.green, request["mode"]
    by_default = {Mode.CUTOVER: standing.blue.version, Mode.ROLLBACK: green.version if green else None}
    version = checks.check_version_named(request.get("version") or by_default.get(mode), mode)
    # A rollback is for a version that fails its users: green brings them back to the good one at once.
    launched = version if mode == Mode.ROLLBACK else live.version
    # Green was made from a saved configuration of its own, which goes when green goes.
    template = standing.config_template or request.get("config_template", f"bluegreen-{visit.execution_name}")
    observed = {
        "version": version,
        "blue_id": standing.blue.id,
        "green_id": green.id if green else None,
        "production_cname": standing.production_cname,
        "previous_version": live.version or "",
        "green_version": (green.version if green else launched) or "",
        "next_step": _next_step(version, mode, standing, beanstalk),
        "config_template": template,
        "drain_until": "",
    }
    deployment = Deployment.from_json(request | observed)
    # Green may have got the users a moment ago, by a run that failed: clients with old DNS answers are on blue still.
    return deployment.drained(since=beanstalk.last_swap(live) or now)


def _next_step(version: str, mode: Mode, standing: Standing, beanstalk: Beanstalk) -> NextStep:
    if standing.live != standing.blue:
        return NextStep.TEST if mode == Mode.CUTOVER else NextStep.DEPLOY
    if standing.blue.version == version and beanstalk.last_operation(standing.blue).succeeded:
        return NextStep.FINISH if standing.green else NextStep.NOTHING
    return NextStep.RELEASE


def _refuse(deployment: Deployment, standing: Standing, beanstalk: Beanstalk) -> None:
    live, blue, green = standing.live, standing.blue, standing.green
    checks.check_blue(blue, beanstalk)
    if deployment.source_bundle is None:
        checks.check_version(deployment.application, deployment.version, beanstalk)
    if deployment.mode == Mode.ROLLBACK:
        return  # whatever is wrong with what serves is what the rollback is for
    checks.check_live_environment(live, deployment.accepted_health)
    checks.check_live_version_registered(live, beanstalk)
    if deployment.mode == Mode.CUTOVER and deployment.next_step in {NextStep.TEST, NextStep.RELEASE}:
        checks.check_cutover(live, blue, deployment.version, beanstalk)
    if green and deployment.next_step == NextStep.RELEASE:
        checks.check_green_version(blue, green)


def handler(event: Event, _context: object) -> dict[str, Any]:
    """Event: {"context": Step Functions' context object}, whose Execution.Input is the request.

    With `dry_run`, {"dry_run": true, "outcome": what would be done, or refused}.
    """
    visit = Visit.from_context(event["context"])
    given = event["context"]["Execution"]["Input"]
    try:
        request = completed(given)
        with report_stage(visit, request["application"], request["blue"]):
            services = Services(connect_beanstalk(), connect_alarms(), connect_records(), connect_executions())
            deployment = plan(request, visit, datetime.fromtimestamp(time.time(), UTC), services)
    except (InvalidRequestError, ReleaseRefusedError) as refusal:
        if isinstance(given, dict) and given.get("dry_run") is True:
            return {"dry_run": True, "outcome": {"status": "refused", "because": str(refusal)}}
        if isinstance(refusal, ReleaseRefusedError):
            count_release(request["application"], Result.REFUSED)
        raise
    if deployment.dry_run:
        would = WOULD[deployment.next_step].format(**deployment.to_json())
        outcome = {"status": "planned", "would": would, "deployment": deployment.to_json()}
        return {"dry_run": True, "outcome": outcome}
    if deployment.next_step == NextStep.NOTHING:
        count_release(deployment.application, Result.UNCHANGED)
    return deployment.to_json()
