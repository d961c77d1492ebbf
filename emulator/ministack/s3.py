"""S3: answers 404 for a missing object only to callers that may list its bucket, and 403 to all others.

Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html, section Permissions; HeadObject alike.
"""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from ministack.core import iam_evaluator
from ministack.core.responses import get_region
from ministack.core.router import extract_access_key_id
from ministack.services import s3

from emulator.ministack.replacement import Replacement

Response = tuple[int, dict[str, str], bytes]
Read = Callable[..., Response]


def replacements() -> list[Replacement]:
    return [
        Replacement("ministack.services.s3", "_get_object", "64ad7071ef0e", ObjectReads(s3._get_object).read),
        Replacement("ministack.services.s3", "_head_object", "369c3a8482ea", ObjectReads(s3._head_object).read),
    ]


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
