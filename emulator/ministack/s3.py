"""S3: missing objects, and events with the version of their object.

A missing object is answered with 404 only to callers that may list its bucket, and with 403 to all others. Source:
https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html, section Permissions; HeadObject alike.
EventBridge gets the version of an object. Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
"""

import json
from collections.abc import Callable
from contextvars import ContextVar
from http import HTTPStatus
from typing import Any

from ministack.core import iam_evaluator
from ministack.core.responses import get_region
from ministack.core.router import extract_access_key_id
from ministack.services import eventbridge, s3

from emulator.ministack.replacement import Replacement

Response = tuple[int, dict[str, str], bytes]
Read = Callable[..., Response]


def replacements() -> list[Replacement]:
    events = ObjectEvents(s3._fire_s3_event, eventbridge._dispatch_event)
    return [
        Replacement("ministack.services.s3", "_fire_s3_event", "2ab38cfade76", events.fire),
        Replacement("ministack.services.eventbridge", "_dispatch_event", "d1bfe064f602", events.dispatch),
        Replacement("ministack.services.s3", "_get_object", "64ad7071ef0e", ObjectReads(s3._get_object).read),
        Replacement("ministack.services.s3", "_head_object", "369c3a8482ea", ObjectReads(s3._head_object).read),
    ]


class ObjectEvents:
    """Tells EventBridge which version of an object an event is about."""

    def __init__(self, fire: Callable[..., None], dispatch: Callable[..., Any]) -> None:
        self._original_fire = fire
        self._original_dispatch = dispatch
        self._version: ContextVar[str | None] = ContextVar("version", default=None)

    def fire(self, *arguments: Any, version_id: str | None = None, **more: Any) -> None:
        """Deliver an event of a bucket to its destinations."""
        token = self._version.set(version_id)
        try:
            self._original_fire(*arguments, version_id=version_id, **more)
        finally:
            self._version.reset(token)

    def dispatch(self, event: dict[str, Any], *view: Any, **more: Any) -> Any:
        """Deliver an event to the rules of its bus; one of a bucket with the object's `version-id`, if it has one."""
        version = self._version.get()
        if version and event.get("Source") == "aws.s3":
            detail = json.loads(event["Detail"])
            detail["object"]["version-id"] = version
            event = {**event, "Detail": json.dumps(detail)}
        return self._original_dispatch(event, *view, **more)


class ObjectReads:
    """Answers GetObject or HeadObject."""

    def __init__(self, original: Read) -> None:
        self._original = original

    def read(self, bucket: str, key: str, headers: Any = None, query: Any = None) -> Response:
        """Return MiniStack's answer; AccessDenied for a missing object when the caller may not list the bucket."""
        answer = self._original(bucket, key, headers, query)
        missing = answer[0] == HTTPStatus.NOT_FOUND and bucket in s3._buckets
        if not missing or _may_list(bucket, headers or {}, query or {}):
            return answer
        denied: Response = s3._error("AccessDenied", "Access Denied", HTTPStatus.FORBIDDEN, f"/{bucket}/{key}")
        return denied


def _may_list(bucket: str, headers: Any, query: Any) -> bool:
    caller = extract_access_key_id(headers, query)
    arn = f"arn:aws:s3:::{bucket}"
    return not caller or iam_evaluator.enforce(caller, "s3:ListBucket", "s3", get_region(), arn) is None
