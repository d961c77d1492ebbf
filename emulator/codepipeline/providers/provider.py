"""What an action of a pipeline needs in order to run, and what it gives."""

import io
import secrets
import string
import zipfile
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any, ClassVar, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from emulator.beanstalk.scheduler import Step
from emulator.codepipeline.errors import ActionFailedError
from emulator.codepipeline.model import ActionRun, Json, PipelineExecution
from emulator.codepipeline.store import PipelineStore

ClientOfRole = Callable[[str, str | None, str, str], Any]
"""Makes a client: of the pipeline's role, or of the action's role if it has one, with the names of a session and of a
service."""


Range = tuple[int, int]
"""The least and the most."""


@dataclass(frozen=True)
class ActionOutcome:
    """What an action that succeeds gives to later actions. `revision`: the source's, with the name of its artifact."""

    variables: Mapping[str, str] = field(default_factory=dict)
    artifacts: Mapping[str, Json] = field(default_factory=dict)
    revision: Json | None = None
    summary: str | None = None


Acting = Generator[Step, Any, ActionOutcome]
"""An action's steps. Slow work and waits are yielded; see emulator.beanstalk.scheduler."""


class ActionContext:
    """The run of one action: its configuration with the values of variables, its artifacts, its clients."""

    def __init__(
        self, store: PipelineStore, execution: PipelineExecution, run: ActionRun, client_of_role: ClientOfRole
    ) -> None:
        self.store = store
        self.execution = execution
        self.run = run
        self._client_of_role = client_of_role

    @property
    def configuration(self) -> Mapping[str, str]:
        return self.run.configuration

    def client(self, service: str) -> Any:
        """Return a client that acts in the action's role, or in the pipeline's. Slow."""
        pipeline_role = self.execution.declaration["roleArn"]
        session = self.run.id.replace("-", "")
        return self._client_of_role(pipeline_role, self.run.declaration.get("roleArn"), session, service)

    @cached_property
    def input_artifacts(self) -> list[str]:
        return [each["name"] for each in self.run.declaration.get("inputArtifacts", [])]

    @cached_property
    def output_artifacts(self) -> list[str]:
        return [each["name"] for each in self.run.declaration.get("outputArtifacts", [])]

    def put_artifact(self, name: str, content: bytes) -> dict[str, Json]:
        """Put an artifact into the pipeline's store, and return its location by its name. Slow."""
        bucket = artifact_store(self.execution.declaration, self.store.region)["location"]
        unique = "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(7))
        key = f"{self.execution.pipeline[:20]}/{name[:10]}/{unique}"
        self.client("s3").put_object(Bucket=bucket, Key=key, Body=content)
        return {name: {"bucket": bucket, "key": key}}

    def read_artifact(self, name: str, path: str) -> bytes:
        """Return a file of an artifact. Slow. Raises ActionFailedError when there is none."""
        location = self.execution.artifacts[name]
        packed = self.client("s3").get_object(Bucket=location["bucket"], Key=location["key"])["Body"].read()
        try:
            with zipfile.ZipFile(io.BytesIO(packed)) as archive:
                return archive.read(path)
        except (zipfile.BadZipFile, KeyError) as error:
            message = f"The artifact {name} has no file {path}. Expected a zip with this file in it."
            raise ActionFailedError("ConfigurationError", message) from error


class ActionProvider(Protocol):
    """A kind of action."""

    required: ClassVar[tuple[str, ...]]
    """The keys that its configuration must have."""
    artifacts: ClassVar[tuple[Range, Range]]
    """How many input artifacts it has, then how many output artifacts."""

    def run(self, context: ActionContext) -> Acting:
        """Run the action. Raises ActionFailedError, and what clients raise."""
        ...


def slowly(work: Callable[..., Any], *arguments: Any, **more: Any) -> Step:
    """Return a step that calls something slow."""
    return partial(work, *arguments, **more)


def artifact_store(declaration: Json, region: str) -> Json:
    """Return the pipeline's store for artifacts in a region."""
    store: Json = declaration.get("artifactStore") or declaration["artifactStores"][region]
    return store


def kind_of_failure(error: ClientError | BotoCoreError) -> str:
    """Return the kind of failure that an error of a client is."""
    code = error.response["Error"].get("Code", "") if isinstance(error, ClientError) else ""
    return "PermissionError" if "AccessDenied" in code or code in ("AuthorizationError", "403") else "JobFailed"
