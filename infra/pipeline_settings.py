"""The pipeline's context: `-c pipeline=<application>:<blue>` and what goes with it."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from lambdas.errors import InvalidRequestError
from lambdas.request import completed

SOURCES = "sources"
"""Where in the stack's bucket sources appear; an application's below its name."""
OF_THE_PIPELINE = ("application", "blue", "version", "mode", "source_bundle", "approval", "dry_run")


class PipelineSettingsError(Exception):
    """The context does not describe a pipeline; the message says what was expected, what was found, what to do."""


@dataclass(frozen=True)
class Repository:
    """A repository behind a connection of CodeConnections, by the connection's ARN."""

    connection: str
    owner: str
    name: str
    branch: str


@dataclass(frozen=True)
class PipelineSettings:
    """What a pipeline releases where. `release`: further keys of the execution input, for both of its releases.

    `key`: where in the stack's bucket a new source bundle appears; with a repository, where the pipeline puts each
    commit, {commit} in it.
    """

    application: str
    blue: str
    key: str
    repository: Repository | None = None
    release: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def from_context(cls, context: Callable[[str], Any], applications: Sequence[str]) -> Self | None:
        """None without a pipeline. Raises PipelineSettingsError."""
        named = context("pipeline")
        if not named:
            return None
        application, _, blue = str(named).rpartition(":")
        release = _release(context("pipeline_release"))
        _demand_valid({**release, "application": application, "blue": blue, "version": "v"})
        if "*" not in applications and application not in applications:
            raise _error("pipeline", f"to name one of the applications {', '.join(applications)}", application)
        repository = _repository(context)
        name = f"{SOURCES}/{application}/{blue}"
        return cls(application, blue, f"{name}/{{commit}}.zip" if repository else f"{name}.zip", repository, release)


def _repository(context: Callable[[str], Any]) -> Repository | None:
    connection, named = context("pipeline_connection"), context("pipeline_repository")
    if not (connection or named):
        return None
    owner, _, name = str(named or "").partition("/")
    if not (connection and owner and name):
        found = f"pipeline_connection={connection} and pipeline_repository={named}"
        raise _error("pipeline_repository", "to be OWNER/NAME, with the ARN in pipeline_connection", found)
    return Repository(connection, owner, name, context("pipeline_branch") or "main")


def _release(given: Any) -> dict[str, Any]:
    """An object, from cdk.json as it is or from the command line as JSON."""
    try:
        release = json.loads(given) if isinstance(given, str) else given or {}
    except ValueError:
        release = None
    taken = [name for name in OF_THE_PIPELINE if isinstance(release, dict) and name in release]
    if not isinstance(release, dict) or taken:
        raise _error(
            "pipeline_release", f"to be a JSON object without {', '.join(taken or OF_THE_PIPELINE)}", f"{given!r}"
        )
    return release


def _demand_valid(request: Mapping[str, Any]) -> None:
    try:
        completed(request)
    except InvalidRequestError as error:
        expected = "to be APPLICATION:BLUE, with further keys of the execution input in pipeline_release"
        raise _error("pipeline", expected, error.found) from error


def _error(name: str, expected: str, found: str) -> PipelineSettingsError:
    return PipelineSettingsError(f"Expected -c {name}= {expected}. Found {found}. Correct it.")
