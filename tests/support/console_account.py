"""The console's views over an account in memory. The services that it lacks are stand-ins."""

import io
import json
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from emulator.beanstalk.hosting.answer_counts import AnswerCounts
from emulator.beanstalk.hosting.capacity import Capacities
from emulator.beanstalk.hosting.impairments import Impairments
from emulator.console.settings import ConsoleSettings
from emulator.console.view import ViewContext, ViewRequest
from emulator.console.views import all_routes
from emulator.control import ControlApi
from emulator.faults import FaultInjector
from emulator.iam.recorder import PermissionRecorder
from emulator.in_memory.account import InMemoryAccount
from emulator.messages import PublishedMessages
from emulator.ministack.lambda_invocations import InvocationCounter


class FakeBucketClient:
    """A client of S3 with one bucket. `objects`: None while there is no bucket. `reads`: the keys of objects read."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] | None = None
        self.reads: list[str] = []

    def get_paginator(self, _: str) -> "FakeBucketClient":
        return self

    def paginate(self, Bucket: str, Prefix: str) -> list[dict[str, Any]]:  # noqa: ARG002, N803 - as S3 names them
        if self.objects is None:
            raise ClientError({"Error": {"Code": "NoSuchBucket", "Message": ""}}, "ListObjectsV2")
        found = {key: content for key, content in self.objects.items() if key.startswith(Prefix)}
        return [{"Contents": [{"Key": key, "ETag": str(hash(content))} for key, content in found.items()]}]

    def get_object(self, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: ARG002, N803 - as S3 names them
        self.reads.append(Key)
        return {"Body": io.BytesIO((self.objects or {})[Key])}

    def put_record(self, key: str, **document: str) -> None:
        self.objects = {**(self.objects or {}), key: json.dumps(document).encode()}


class FakeAlarmClient:
    """A client of CloudWatch that keeps alarms."""

    def __init__(self) -> None:
        self.alarms: dict[str, dict[str, Any]] = {}

    def describe_alarms(self, **which: Any) -> dict[str, Any]:
        names, state = which.get("AlarmNames"), which.get("StateValue")
        found = [
            each
            for each in self.alarms.values()
            if (names is None or each["AlarmName"] in names) and state in (None, each["StateValue"])
        ]
        return {"MetricAlarms": found}

    def put_metric_alarm(self, **alarm: Any) -> None:
        self.alarms[alarm["AlarmName"]] = {**alarm, "StateValue": "INSUFFICIENT_DATA", "StateReason": ""}

    def set_alarm_state(self, **state: str) -> None:
        self.alarms[state["AlarmName"]] |= {name: state[name] for name in ("StateValue", "StateReason")}


class ConsoleAccount:
    """An account in memory, and what its console answers."""

    def __init__(self, memory: InMemoryAccount, clients: Mapping[str, Any]) -> None:
        self.s3, self.cloudwatch = FakeBucketClient(), FakeAlarmClient()
        self.faults, self.permissions = FaultInjector(memory.clock.time), PermissionRecorder()
        self.impairments = Impairments(memory.clock.time)
        self.messages = PublishedMessages(memory.clock.time)
        control = ControlApi(
            clock=memory.clock,
            beanstalk=memory.service,
            resolve=memory.service.resolve,
            capacities=Capacities(),
            impairments=self.impairments,
            invocations=InvocationCounter(),
            faults=self.faults,
            permissions=self.permissions,
            traffic=AnswerCounts(),
            messages=self.messages,
            identity={},
        )
        made = {"s3": self.s3, "cloudwatch": self.cloudwatch, **clients}
        self._routes = all_routes(ViewContext(made.get, control, memory.service, ConsoleSettings()))

    def get(self, path: str, **query: str) -> Any:
        """Return what the console answers, as the page gets it. Raises ViewError."""
        return json.loads(json.dumps(self._routes[f"GET {path}"](ViewRequest(query))))

    def post(self, path: str, **body: Any) -> Any:
        return self._routes[f"POST {path}"](ViewRequest(body=body))
