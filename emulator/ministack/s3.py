"""S3: whether an object is there at all, only those learn who may list its bucket; others are denied.

Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html, Permissions; HeadObject is alike.
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
        Replacement("ministack.services.s3", "_get_object", "64ad7071ef0e", Objects(s3._get_object).read),
        Replacement("ministack.services.s3", "_head_object", "369c3a8482ea", Objects(s3._head_object).read),
    ]


class Objects:
    """GetObject, or HeadObject."""

    def __init__(self, read: Read) -> None:
        self._read = read

    def read(self, bucket: str, key: str, headers: Any = None, query: Any = None) -> Response:
        """Answer as the emulator does, unless the object is not there and the caller may not list the bucket."""
        answer = self._read(bucket, key, headers, query)
        missing = answer[0] == HTTPStatus.NOT_FOUND and bucket in s3._buckets
        if not missing or _may_list(bucket, headers or {}, query or {}):
            return answer
        denied: Response = s3._error("AccessDenied", "Access Denied", HTTPStatus.FORBIDDEN, f"/{bucket}/{key}")
        return denied


def _may_list(bucket: str, headers: Any, query: Any) -> bool:
    caller = extract_access_key_id(headers, query)
    arn = f"arn:aws:s3:::{bucket}"
    return not caller or iam_evaluator.enforce(caller, "s3:ListBucket", "s3", get_region(), arn) is None
