"""The settings of the optional pipeline: `-c pipeline=APPLICATION:BLUE`, and what belongs to it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from infra.context_reader import ContextReader
from lambdas.deployment import Mode
from lambdas.errors import InvalidRequestError
from lambdas.request import completed

SOURCES = "sources"
"""The folder for sources in the stack's bucket; it has a folder for each application."""
UPLOAD_VERSION = "#{Source.VersionId}"
COMMIT_VERSION = "#{Source.CommitId}"
LONGEST = {UPLOAD_VERSION: "v" * 100, COMMIT_VERSION: "c" * 40}
"""The longest value of each variable: a version id of S3, a commit."""
LONGEST_BUCKET = "b" * 63
INPUT_LENGTH = 1_000
"""The most characters that CodePipeline takes as a literal input."""
OWN_KEYS = ("application", "blue", "version", "mode", "source_bundle", "approval", "dry_run")
"""Keys of the execution input that the pipeline gives itself, or that would make its own approval useless."""


@dataclass(frozen=True)
class Repository:
    """A repository behind a connection of CodeConnections. `connection`: its ARN."""

    connection: str
    owner: str
    name: str
    branch: str


@dataclass(frozen=True)
class PipelineSettings:
    """What a pipeline releases, and onto which environment. `release`: further keys of both execution inputs.

    `key`: the key of a new source bundle in the stack's bucket. With a repository it has {commit} in it, and the
    pipeline puts each commit there.
    """

    application: str
    blue: str
    key: str
    repository: Repository | None = None
    release: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, reader: ContextReader, applications: Sequence[str]) -> Self | None:
        """Return the pipeline's settings, None without a pipeline. The reader collects the problems."""
        named = reader.text("pipeline")
        if not named:
            return None
        application, _, blue = named.rpartition(":")
        repository = _repository(reader)
        name = f"{SOURCES}/{application}/{blue}"
        key = f"{name}/{{commit}}.zip" if repository else f"{name}.zip"
        settings = cls(application, blue, key, repository, _release(reader))
        settings._check(reader, applications)
        return settings

    @property
    def version(self) -> str:
        """The variable of the source action that becomes the version label."""
        return COMMIT_VERSION if self.repository else UPLOAD_VERSION

    @property
    def bundle_key(self) -> str:
        """The key of the source bundle of one execution of the pipeline."""
        return self.key.replace("{commit}", self.version)

    def execution_input(self, mode: Mode, bucket: str) -> dict[str, Any]:
        """Return the execution input of the release in that mode. `bucket`: the name of the bucket with the bundle.

        Both modes name the version, so the cutover never gives users a later version than the approved one.
        """
        named = {"application": self.application, "blue": self.blue, "version": self.version, "mode": mode.value}
        if mode is not Mode.DEPLOY:
            return {**self.release, **named}
        bundle = {"bucket": bucket, "key": self.bundle_key}
        if self.repository is None:
            bundle["version_id"] = self.version
        return {**self.release, **named, "source_bundle": bundle}

    def _check(self, reader: ContextReader, applications: Sequence[str]) -> None:
        try:
            completed({**self.release, "application": self.application, "blue": self.blue, "version": "v"})
        except InvalidRequestError as error:
            expected = "to be APPLICATION:BLUE, with further keys of the execution input in pipeline_release"
            reader.refuse("pipeline", expected, error.found)
        if "*" not in applications and self.application not in applications:
            reader.refuse("pipeline", f"to name one of the applications {', '.join(applications)}", self.application)
        longest = json.dumps(self.execution_input(Mode.DEPLOY, LONGEST_BUCKET), separators=(",", ":"))
        length = len(longest.replace(self.version, LONGEST[self.version]))
        if length > INPUT_LENGTH:
            reader.refuse(
                "pipeline_release",
                f"to leave the execution input at most {INPUT_LENGTH} characters",
                f"{length}",
                "Shorten it, or give the input as a file: see docs/pipelines.md.",
            )


def _repository(reader: ContextReader) -> Repository | None:
    connection, named = reader.text("pipeline_connection"), reader.text("pipeline_repository")
    if not (connection or named):
        return None
    owner, _, name = named.partition("/")
    if not (connection and owner and name):
        expected = "to be OWNER/NAME, with the ARN in pipeline_connection"
        found = f"pipeline_connection={connection} and pipeline_repository={named}"
        reader.refuse("pipeline_repository", expected, found)
    return Repository(connection, owner, name, reader.text("pipeline_branch", "main"))


def _release(reader: ContextReader) -> dict[str, Any]:
    """Return the further keys: an object in cdk.json, or JSON on the command line."""
    given = reader.value("pipeline_release")
    try:
        release = json.loads(given) if isinstance(given, str) else given or {}
    except ValueError:
        release = None
    taken = [name for name in OWN_KEYS if isinstance(release, dict) and name in release]
    if not isinstance(release, dict) or taken:
        expected = f"to be a JSON object without {', '.join(taken or OWN_KEYS)}"
        reader.refuse("pipeline_release", expected, f"{given!r}")
        return {}
    return release
