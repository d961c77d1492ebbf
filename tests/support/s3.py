"""S3 in memory."""

import itertools
from collections import Counter
from io import BytesIO
from typing import Any

from botocore.exceptions import ClientError


class FakeS3:
    """Objects in memory, with S3's conditions on writing. Only the given buckets exist."""

    def __init__(self, *buckets: str) -> None:
        self.buckets = buckets
        self.calls: Counter[str] = Counter()
        self.objects: dict[tuple[str, str], tuple[bytes, str]] = {}
        self._numbers = itertools.count(1)

    def get_object(self, **call: str) -> dict[str, Any]:
        place = self._place(call, "GetObject")
        if place not in self.objects:
            raise self._error("NoSuchKey", "GetObject", 404)
        body, etag = self.objects[place]
        return {"Body": BytesIO(body), "ETag": etag}

    def put_object(self, **call: Any) -> dict[str, str]:
        place = self._place(call, "PutObject")
        now = self.objects.get(place, (b"", None))[1]
        if ("IfMatch" in call and call["IfMatch"] != now) or (call.get("IfNoneMatch") == "*" and now):
            raise self._error("PreconditionFailed", "PutObject", 412)
        self.objects[place] = (call["Body"], str(next(self._numbers)))
        return {"ETag": self.objects[place][1]}

    def _place(self, call: dict[str, Any], operation: str) -> tuple[str, str]:
        self.calls[operation] += 1
        if call["Bucket"] not in self.buckets:
            raise self._error("NoSuchBucket", operation, 404)
        return call["Bucket"], call["Key"]

    def _error(self, code: str, operation: str, status: int) -> ClientError:
        answer: Any = {"Error": {"Code": code, "Message": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
        return ClientError(answer, operation)
