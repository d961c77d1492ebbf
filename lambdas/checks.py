"""What Plan refuses to start from. Each refusal says what was expected, what was found and what to do."""

from collections.abc import Sequence
from typing import TypeVar

from lambdas.aws.alarms import Alarms
from lambdas.aws.beanstalk import Beanstalk
from lambdas.aws.environment import Environment
from lambdas.aws.executions import Executions
from lambdas.aws.record import Record
from lambdas.errors import ReleaseRefusedError, UnexpectedEnvironmentError

MAX_TAGS = 50 - 3 - 4
"""Elastic Beanstalk's limit, less its own tags, less those that CloneBlue adds to green."""

T = TypeVar("T")


def require(value: T | None, *, expected: str, found: str, remedy: str = "Correct the input, or what it names") -> T:
    """The value, or ReleaseRefusedError when it is empty or false."""
    if not value:
        next_step = f"{remedy}, then start a new execution; nothing was touched."
        raise ReleaseRefusedError(expected=expected, found=found, next_step=next_step)
    return value


def check_names(blue: str, green: str) -> None:
    require(blue != green, expected="blue and green to be two environments", found=f"one name for both, {blue}")


def check_application(application: str, beanstalk: Beanstalk) -> None:
    require(
        beanstalk.has_application(application),
        expected=f"an application named {application} in this region",
        found="none",
    )


def check_version(application: str, label: str, beanstalk: Beanstalk) -> None:
    version = beanstalk.version(application, label)
    status = version.status if version else "none"
    require(
        # A version that was made without validation stays UNPROCESSED, and deploys like any other.
        status in {"PROCESSED", "UNPROCESSED"},
        expected=f"a version {label} of {application} that can be deployed (PROCESSED)",
        found=status,
        remedy="Register the version, or name its bundle as `source_bundle`",
    )


def check_alarms(names: Sequence[str], alarms: Alarms) -> None:
    try:
        in_alarm = alarms.in_alarm(names)
    except UnexpectedEnvironmentError as missing:
        raise ReleaseRefusedError(
            expected=missing.expected, found=missing.found, next_step=f"{missing.next_step} Nothing was touched."
        ) from missing
    require(
        not in_alarm,
        expected=f"the alarms {', '.join(names)} to be calm before the release",
        found=f"{', '.join(in_alarm)} in ALARM",
        remedy="Repair what they tell of, or leave them out of `alarms`",
    )


def check_live_environment(live: Environment, accepted_health: Sequence[str]) -> None:
    """A broken environment that serves nobody is what a release repairs; the one that serves must be fit."""
    require(
        live.ready and live.healthy(accepted_health),
        expected=f"{live.name}, which serves users, to be Ready and healthy ({', '.join(accepted_health)})",
        found=str(live),
        remedy="Wait for the operation in progress, or repair the environment",
    )


def check_live_version_registered(live: Environment, beanstalk: Beanstalk) -> None:
    require(
        live.version and beanstalk.version(live.application, live.version),
        expected=f"the version that {live.name} runs to be registered, for green to run it too",
        found=f"no version {live.version}: the sample application, or a version that was deleted",
        remedy=f"Deploy a registered version onto {live.name}",
    )


def check_blue(blue: Environment, beanstalk: Beanstalk) -> None:
    require(
        blue.tier == "WebServer",
        expected=f"{blue.name} to be a web server environment, with a CNAME to swap",
        found=f"the tier {blue.tier}",
    )
    require(
        not beanstalk.has_coupled_database(blue),
        expected=f"{blue.name} to use a database with a life cycle of its own",
        found="an RDS database coupled to the environment, of which green would get an empty one",
        remedy="Decouple the database",
    )
    count = len(beanstalk.tags(blue))
    require(
        count <= MAX_TAGS,
        expected=f"{blue.name} to have at most {MAX_TAGS} tags, which leaves room for four on green",
        found=str(count),
        remedy="Remove tags that are not needed",
    )


def check_no_other_execution(record: Record | None, execution: str, executions: Executions) -> None:
    """Whoever held the environment and no longer runs has lost it."""
    held = record is not None and record.execution != execution and executions.is_running(record.execution)
    require(
        not held,
        expected="no other execution to be releasing onto this environment",
        found=f"{record.execution if record else ''}, which is RUNNING",
        remedy="Wait for it to end, or stop it",
    )


def check_version_named(version: str | None, mode: str) -> str:
    return require(
        version,
        expected=f"a version to go back to in `{mode}`",
        found="no green that runs one, and no `version` in the input",
        remedy="Name the `version`",
    )


def check_cutover(live: Environment, blue: Environment, version: str, beanstalk: Beanstalk) -> None:
    """A cutover ends what a deployment began: green serves, blue runs the version."""
    require(
        live.id != blue.id and blue.version == version and beanstalk.last_operation(blue).succeeded,
        expected=f"green to serve users and {blue.name} to run {version}, deployed to its end, before a cutover",
        found=f"{live.name} serving {live.version}, and {blue.name} running {blue.version}",
        remedy="Release with the mode `deploy` or `full`",
    )


def check_green_version(blue: Environment, green: Environment) -> None:
    require(
        green.version == blue.version,
        expected=f"{green.name}, left by an earlier release, to run {blue.version} as {blue.name} does",
        found=str(green.version),
        remedy=f"Terminate {green.name}; or release {blue.version} to end that release, or roll it back"
        f" (`mode`: `rollback`)",
    )
