"""What Plan refuses to start from: the list of checks, and the checks of all but the two environments.

Each is pure, over the request and what was observed. It raises ReleaseRefusedError, which says what was expected, what
was found and what to do next.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from lambdas import environment_checks, kind_checks, production_checks
from lambdas.aws.alarms import require_existing
from lambdas.aws.application_version import ApplicationVersion
from lambdas.aws.bundles import key_of_copy
from lambdas.deployment import Mode, SourceBundle
from lambdas.errors import ReleaseRefusedError, UnexpectedEnvironmentError
from lambdas.hooks import Gate
from lambdas.observation import Observation
from lambdas.refusal import require

Request = Mapping[str, Any]
Check = Callable[[Request, Observation], None]


def check_names(request: Request, _: Observation) -> None:
    """Require two names."""
    require(
        request["blue"] != request["green"],
        expected="blue and green to be two environments",
        found=f"one name for both, {request['blue']}",
    )


def check_application(request: Request, observation: Observation) -> None:
    """Require that the application exists."""
    require(
        observation.application_exists,
        expected=f"an application named {request['application']} in this region",
        found="none",
        settles=True,
    )


def check_no_other_execution(_: Request, observation: Observation) -> None:
    """Require that no other execution holds the lock and runs. One that has ended has lost the lock."""
    holder, record = observation.holder, observation.record
    if holder is None or record is None:
        return
    require(
        not holder.running,
        expected="no other execution to be releasing onto this environment",
        found=f"{holder.arn}, which is RUNNING",
        remedy="Wait for it to end, or stop it",
    )
    require(
        not holder.unknown,
        expected=f"Step Functions to tell whether {holder.arn}, which holds this environment, still runs",
        found=holder.unknown,
        remedy=f"Let the function Plan describe it, or see for yourself: once it has ended, delete {record.where}",
    )


def check_not_overtaken(_: Request, observation: Observation) -> None:
    """Require for a redrive that no later execution has succeeded: users would get an older version again."""
    later = observation.overtaken_by
    if later:
        require(
            condition=False,
            expected="no later execution to have released onto this environment before the redrive",
            found=f"{later.execution}, started at {later.started:%Y-%m-%d %H:%M:%S} UTC, which released "
            f"{later.version or 'another version'}",
            remedy=f"See whether {observation.version or 'this version'} is still wanted",
        )


def check_hooks(request: Request, observation: Observation) -> None:
    """Require that the stack was deployed with the request's hooks: their role may call no other function."""
    missing = sorted({name for gate in Gate for name in request["hooks"][gate]} - observation.hooks)
    require(
        not missing,
        expected=f"hooks that the stack was deployed with ({', '.join(sorted(observation.hooks)) or 'none'})",
        found=", ".join(missing),
        remedy="Deploy the stack with -c hooks= and all their names, with commas between them",
    )


def check_alarms(request: Request, observation: Observation) -> None:
    """Require that the request's alarms exist, and that none is in ALARM."""
    names, states = request["alarms"], observation.alarm_states
    try:
        require_existing(names, states)
    except UnexpectedEnvironmentError as missing:
        raise ReleaseRefusedError(
            expected=missing.expected, found=missing.found, next_step=f"{missing.next_step} Nothing was touched."
        ) from missing
    in_alarm = [name for name in names if states[name].value == "ALARM"]
    require(
        not in_alarm,
        expected=f"the alarms {', '.join(names)} to be calm before the release",
        found=f"{', '.join(in_alarm)} in ALARM",
        remedy="Repair what they tell of, or leave them out of `alarms`",
    )


def check_version_named(request: Request, observation: Observation) -> None:
    """Require a version to release: only a rollback may leave it out and find no green that runs one."""
    require(
        observation.version,
        expected=f"a version to go back to in `{request['mode']}`",
        found="no green that runs one, and no `version` in the input",
        remedy="Name the `version`",
    )


def check_version(request: Request, observation: Observation) -> None:
    """Require a version that can be deployed, unless the request has its bundle."""
    version = observation.versions.get(observation.version or "")
    if request.get("source_bundle"):
        _require_same_bundle(request, version)
        return
    status = version.status if version else "none"
    require(
        # A version that was made without validation stays UNPROCESSED, and deploys like any other.
        status in {"PROCESSED", "UNPROCESSED"},
        expected=f"a version {observation.version} of {request['application']} that can be deployed (PROCESSED)",
        found=status,
        remedy="Register the version, or name its bundle as `source_bundle`",
        settles=True,
    )


def _require_same_bundle(request: Request, version: ApplicationVersion | None) -> None:
    """Require that the label is free, or made from the request's bundle: a version is not made twice."""
    source = SourceBundle(**request["source_bundle"])
    if version is None:
        return
    same = (version.bucket, version.key) == (source.bucket, source.key)
    if source.version_id:
        same = version.key == key_of_copy(source, request["application"], version.label)
    require(
        same,
        expected=f"{version.label} to be made from {source.place}",
        found=f"a version of that label made from s3://{version.bucket}/{version.key}",
        remedy="Give the new bundle a version label of its own",
        settles=True,
    )


CHECKS: Final[tuple[Check, ...]] = (
    check_names,
    check_application,
    check_no_other_execution,
    check_not_overtaken,
    check_hooks,
    environment_checks.check_blue_exists,
    kind_checks.check_tier,
    production_checks.check_green_is_own_clone,
    production_checks.check_production_known,
    production_checks.check_production_cname,
    production_checks.check_record,
    environment_checks.check_test_urls,
    environment_checks.check_hosts,
    check_version_named,
    kind_checks.check_platform,
    kind_checks.check_scaling_group,
    kind_checks.check_group_shown,
    kind_checks.check_load_balancer,
    kind_checks.check_database,
    environment_checks.check_tags,
    check_version,
)
CHECKS_EXCEPT_IN_ROLLBACK: Final[tuple[Check, ...]] = (
    check_alarms,
    environment_checks.check_live_environment,
    environment_checks.check_live_version,
    environment_checks.check_cutover,
    environment_checks.check_something_deployed,
    environment_checks.check_green_version,
)
"""A rollback repairs what is live, so it may be broken, and alarms may ring for it."""


def check(request: Request, observation: Observation) -> None:
    """Raise ReleaseRefusedError for the first thing that is not safe to start from."""
    rollback = request["mode"] == Mode.ROLLBACK
    for each in CHECKS if rollback else CHECKS + CHECKS_EXCEPT_IN_ROLLBACK:
        each(request, observation)
