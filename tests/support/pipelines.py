"""A CodePipeline in virtual time, with stand-ins for the services that its actions call."""

import io
import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from emulator.codepipeline import CodePipeline
from emulator.identity import ACCOUNT_ID, REGION
from emulator.in_memory.virtual_time import VirtualClock, VirtualScheduler

Json = dict[str, Any]
ROLE = f"arn:aws:iam::{ACCOUNT_ID}:role/pipeline"
MACHINE = f"arn:aws:states:{REGION}:{ACCOUNT_ID}:stateMachine:releases"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT_ID}:approvals"
SOURCE = "Source"


def action(name: str, category: str, provider: str, configuration: Mapping[str, str], **more: Any) -> Json:
    """Return an action's declaration; its namespace has its name."""
    kind = {"category": category, "owner": "AWS", "provider": provider, "version": "1"}
    return {"name": name, "actionTypeId": kind, "configuration": dict(configuration), "namespace": name, **more}


def source(**more: Any) -> Json:
    given = {"S3Bucket": "bundles", "S3ObjectKey": "shop.zip"}
    return action(SOURCE, "Source", "S3", given) | {"outputArtifacts": [{"name": SOURCE}], **more}


def release(name: str, given: str = '{"version": "#{Source.VersionId}"}', **more: Any) -> Json:
    configuration = {"StateMachineArn": MACHINE, "ExecutionNamePrefix": name.lower(), "Input": given}
    return action(name, "Invoke", "StepFunctions", configuration, **more)


def approval(**more: Any) -> Json:
    given = {"NotificationArn": TOPIC, "CustomData": "#{Source.VersionId} passed its test."}
    return action("Approve", "Approval", "Manual", given, **more)


def declaration(*stages: Json | list[Json], **more: Any) -> Json:
    """Return a pipeline's declaration: each stage is one action or a list of actions, and has the first one's name."""
    of_stages = [each if isinstance(each, list) else [each] for each in stages]
    return {
        "name": "shop",
        "roleArn": ROLE,
        "artifactStore": {"type": "S3", "location": "store"},
        "stages": [{"name": actions[0]["name"], "actions": actions} for actions in of_stages],
        **more,
    }


class FakePipelineCaller:
    """A caller. `denied`: the actions that its policies deny."""

    def __init__(self, *denied: str, name: str = "user/ann") -> None:
        self._denied = denied
        self._name = name
        self.asked: list[tuple[str, str]] = []

    def authenticate(self) -> None:
        """Accept any credentials."""

    def refusal(self, asked: str, resource: str, _conditions: Any = None) -> str | None:
        self.asked.append((asked, resource))
        return f"not authorized to perform: {asked}" if asked in self._denied else None

    def arn(self) -> str:
        return f"arn:aws:iam::{ACCOUNT_ID}:{self._name}"


@dataclass
class FakeServices:
    """S3, Step Functions and SNS, as far as actions use them. Executions run until the test ends them."""

    versioning: str | None = "Enabled"
    objects: dict[str, list[bytes]] = field(default_factory=lambda: {"bundles/shop.zip": [b"v1"]})
    """The versions of each object, the oldest first."""
    stored: dict[str, bytes] = field(default_factory=dict)
    executions: dict[str, Json] = field(default_factory=dict)
    """By the execution's name."""
    published: list[Json] = field(default_factory=list)
    denied: str | None = None
    """The operation that the role may not call."""
    sessions: list[tuple[str, str | None, str]] = field(default_factory=list)
    """The pipeline's role, the action's role and the service of each client."""

    def client_of_role(self, role: str, second: str | None, _session: str, service: str) -> Any:
        self.sessions.append((role, second, service))
        return self

    def get_bucket_versioning(self, **_: str) -> Json:
        self._allow("GetBucketVersioning")
        return {"Status": self.versioning} if self.versioning else {}

    def get_object(self, *, Bucket: str, Key: str, VersionId: str | None = None) -> Json:  # noqa: N803
        self._allow("GetObject")
        if Bucket == "store":
            return {"Body": io.BytesIO(self.stored[Key])}
        versions = self.objects.get(f"{Bucket}/{Key}")
        if not versions:
            raise _error("NoSuchKey", "GetObject")
        number = int(VersionId.removeprefix("version-")) if VersionId else len(versions)
        content = versions[number - 1]
        return {
            "Body": io.BytesIO(content),
            "VersionId": f"version-{number}",
            "ETag": f'"etag-{number}"',
            "LastModified": datetime(2026, 11, 25, tzinfo=UTC),
        }

    def put_object(self, *, Bucket: str, Key: str, Body: bytes) -> None:  # noqa: N803, ARG002
        self._allow("PutObject")
        self.stored[Key] = Body

    def describe_state_machine(self, **_: str) -> Json:
        self._allow("DescribeStateMachine")
        return {"type": "STANDARD"}

    def start_execution(self, *, stateMachineArn: str, name: str, input: str) -> Json:  # noqa: A002, N803
        self._allow("StartExecution")
        arn = f"{stateMachineArn.replace('stateMachine', 'execution')}:{name}"
        self.executions[name] = {"executionArn": arn, "status": "RUNNING", "input": input}
        return {"executionArn": arn}

    def describe_execution(self, *, executionArn: str) -> Json:  # noqa: N803
        return self.executions[executionArn.rpartition(":")[2]]

    def publish(self, **message: str) -> None:
        self._allow("Publish")
        self.published.append(message)

    def inputs(self) -> list[Json]:
        return [json.loads(each["input"]) for each in self.executions.values()]

    def _allow(self, operation: str) -> None:
        if operation == self.denied:
            raise _error("AccessDenied", operation)


class VirtualPipelines:
    """CodePipeline in virtual time. A call that is refused raises ClientError."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.services = FakeServices()
        self.caller = FakePipelineCaller()
        self.rules: dict[str, str] = {}
        self.trusted = True
        self._requests = itertools.count(1)
        self.service = CodePipeline(
            clock=self.clock,
            region=REGION,
            account_id=ACCOUNT_ID,
            client_of_role=self.services.client_of_role,
            may_assume=lambda _role, _service: self.trusted,
            rules=self.rules,
            create_scheduler=self._create_scheduler,
        )

    def _create_scheduler(self, _clock: Any, lock: Any) -> VirtualScheduler:
        self._scheduler = VirtualScheduler(self.clock, lock)
        return self._scheduler

    def call(self, operation: str, **parameters: Any) -> Json:
        """Call an operation and return its answer. Raises ClientError."""
        body = json.dumps(parameters).encode()
        headers = {"x-amz-target": f"CodePipeline_20150709.{operation}"}
        status, _, answer = self.service.handle(body, headers, self.caller)
        document: Json = json.loads(answer)
        if status != 200:
            raise ClientError({"Error": {"Code": document["__type"], "Message": document["message"]}}, operation)
        return document

    def advance(self, seconds: float = 30) -> None:
        """Let account time pass."""
        self._scheduler.advance(seconds)

    # --- what a pipeline named shop does

    def create(self, *stages: Json | list[Json], **more: Any) -> str:
        """Create a pipeline, and return the id of its first execution, which has got as far as it can."""
        self.call("CreatePipeline", pipeline=declaration(*stages, **more))
        self.advance()
        [first] = self.executions()
        return first

    def start(self, **more: Any) -> str:
        """Start an execution and return its id, when it has got as far as it can."""
        id_: str = self.call("StartPipelineExecution", name="shop", **more)["pipelineExecutionId"]
        self.advance()
        return id_

    def end(self, prefix: str, status: str = "SUCCEEDED", **result: str) -> None:
        """End the running execution of the state machine whose name begins with that prefix."""
        [running] = [
            each
            for name, each in self.services.executions.items()
            if name.startswith(f"{prefix}-") and each["status"] == "RUNNING"
        ]
        running.update(status=status, **result)
        self.advance()

    def answer(self, status: str = "Approved", **more: str) -> Json:
        """Answer the open approval."""
        token = self.action("Approve")["token"]
        result = {"summary": "looks good", "status": status}
        named = {"pipelineName": "shop", "stageName": "Approve", "actionName": "Approve", "token": token, **more}
        answer = self.call("PutApprovalResult", result=result, **named)
        self.advance()
        return answer

    def executions(self) -> dict[str, str]:
        """Return the status of each execution by its id, the newest first."""
        found = self.call("ListPipelineExecutions", pipelineName="shop")["pipelineExecutionSummaries"]
        return {each["pipelineExecutionId"]: each["status"] for each in found}

    def stages(self) -> dict[str, str | None]:
        """Return the status of the last execution of each stage."""
        found = self.call("GetPipelineState", name="shop")["stageStates"]
        return {each["stageName"]: each.get("latestExecution", {}).get("status") for each in found}

    def action(self, name: str) -> Json:
        """Return the last run of an action, as GetPipelineState describes it."""
        stages = self.call("GetPipelineState", name="shop")["stageStates"]
        [found] = [each for stage in stages for each in stage["actionStates"] if each["actionName"] == name]
        return dict(found["latestExecution"])

    def details(self, **wanted: str) -> list[Json]:
        """Return all runs of actions, the oldest first."""
        found = self.call("ListActionExecutions", pipelineName="shop", filter=wanted)["actionExecutionDetails"]
        return list(reversed(found))


def _error(code: str, operation: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": f"{operation} is not possible"}}, operation)
