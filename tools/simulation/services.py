"""The other services that a release uses, in memory: S3's objects, Step Functions' executions, alarms, and hooks.

Each answers an HTTP request as botocore sends it. S3 shows a write at once, and honours conditional writes:
https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

from emulator.faults.answers import Answer
from tools.simulation.attempts import StateError

JSON_1_0 = "application/x-amz-json-1.0"


@dataclass(frozen=True)
class SentRequest:
    """A request as botocore sends it."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes


class Objects:
    """S3's objects, by `/bucket/key`. It shares `contents` with Elastic Beanstalk's bundles."""

    def __init__(self, contents: dict[str, bytes]) -> None:
        self.contents = contents

    def answer(self, request: SentRequest) -> Answer:
        """Return the answer to GetObject, HeadObject, PutObject or CopyObject."""
        path = object_path(request.url)
        if request.method in ("GET", "HEAD"):
            return self._read(path, request.method)
        if "x-amz-copy-source" in request.headers:
            return self._copy(request.headers["x-amz-copy-source"], path)
        return self._write(path, request)

    def _read(self, path: str, method: str) -> Answer:
        content = self.contents.get(path)
        if content is None:
            return _s3_error(404, "NoSuchKey")
        found = {"ETag": etag(content), "Content-Length": str(len(content))}
        return 200, found, b"" if method == "HEAD" else content

    def _copy(self, source: str, path: str) -> Answer:
        content = self.contents.get("/" + unquote(source).partition("?")[0].lstrip("/"))
        if content is None:
            return _s3_error(404, "NoSuchKey")
        self.contents[path] = content
        return 200, {}, b"<CopyObjectResult/>"

    def _write(self, path: str, request: SentRequest) -> Answer:
        content, wanted = self.contents.get(path), request.headers.get("If-Match")
        if wanted and content is None:
            return _s3_error(404, "NoSuchKey")
        if content is not None and ("If-None-Match" in request.headers or (wanted and wanted != etag(content))):
            return _s3_error(412, "PreconditionFailed")
        self.contents[path] = written = _written(request)
        return 200, {"ETag": etag(written)}, b""


@dataclass
class AlarmBoard:
    """CloudWatch's alarms: by name, since when each one is in ALARM; None for one that is OK."""

    ringing: dict[str, float | None] = field(default_factory=dict)

    def answer(self, _: SentRequest) -> Answer:
        """Return the answer to DescribeAlarms, for all alarms."""
        alarms = [
            {
                "AlarmName": name,
                "StateValue": "OK" if since is None else "ALARM",
                "StateTransitionedTimestamp": since or 0.0,
            }
            for name, since in self.ringing.items()
        ]
        body = {"MetricAlarms": alarms, "CompositeAlarms": []}
        return 200, {"Content-Type": JSON_1_0}, json.dumps(body).encode()


@dataclass
class HookFunctions:
    """The hooks of a release. Each one is IN_PROGRESS at its first call, and has `status` at the next one."""

    status: str = "SUCCEEDED"

    def answer(self, request: SentRequest) -> Answer:
        """Return the answer to Invoke."""
        if json.loads(request.body)["hookDetails"]:
            found: dict[str, Any] = {"hookStatus": self.status}
        else:
            found = {"hookStatus": "IN_PROGRESS", "hookDetails": {"called": True}}
        return 200, {"Content-Type": "application/json"}, json.dumps(found).encode()


class ListedExecution(Protocol):
    """An execution, as ExecutionList asks it."""

    @property
    def arn(self) -> str:
        """The execution's ARN."""

    def take(self, token: str, answer: Any) -> bool:
        """Take an answer to a token: an output, or a StateError. Return False if the token is none of it."""

    def describe(self) -> dict[str, Any]:
        """Return it as DescribeExecution does."""


class ExecutionList:
    """Step Functions' executions."""

    def __init__(self, executions: Sequence[ListedExecution]) -> None:
        self._executions = executions

    def answer(self, request: SentRequest) -> Answer:
        """Return the answer to DescribeExecution, SendTaskFailure or SendTaskSuccess."""
        given = json.loads(request.body)
        if token := given.get("taskToken"):
            answer = json.loads(given["output"]) if "output" in given else StateError(given["error"], given["cause"])
            if any(each.take(token, answer) for each in self._executions):
                return _json_1_0(200, {})
            return _json_1_0(400, {"__type": "TaskTimedOut", "message": "Task Timed Out"})
        for each in self._executions:
            if each.arn == given["executionArn"]:
                return _json_1_0(200, each.describe())
        return _json_1_0(400, {"__type": "ExecutionDoesNotExist", "message": "Execution Does Not Exist"})


def etag(content: bytes) -> str:
    """Return an object's ETag, with its quotes."""
    return f'"{hashlib.md5(content, usedforsecurity=False).hexdigest()}"'


def _json_1_0(status: int, body: Mapping[str, Any]) -> Answer:
    return status, {"Content-Type": JSON_1_0}, json.dumps(body).encode()


def _written(request: SentRequest) -> bytes:
    """Return the content of an upload, which has its checksum in a trailer: size, content, checksum.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
    """
    if request.headers.get("Content-Encoding") != "aws-chunked":
        return request.body
    size, _, rest = request.body.partition(b"\r\n")
    return rest[: int(size, 16)]


def _s3_error(status: int, code: str) -> Answer:
    return status, {"Content-Type": "application/xml"}, f"<Error><Code>{code}</Code><Message/></Error>".encode()


def object_path(url: str) -> str:
    """Return `/bucket/key` of a URL, which has the bucket in its host."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    path = unquote(parts.path)
    return path if host.startswith("s3.") else f"/{host.partition('.')[0]}{path}"
