"""Which CNAMEs are production: the records of releases say so, and tags of environments."""

import json
from collections.abc import Callable, Iterable
from threading import Lock
from typing import Any, Final

from botocore.exceptions import ClientError

PREFIX: Final = "bluegreen/"
"""Of the records' keys in Elastic Beanstalk's own bucket."""
RECORD_KEY: Final = "BlueEnvUrl"
TAG: Final = "bluegreen:production-cname"


class ReleaseRecords:
    """Reads the records in Elastic Beanstalk's own bucket. Thread-safe. `client` returns one of S3.

    A record that has not changed since the last look is not read again.
    """

    def __init__(self, client: Callable[[], Any], bucket: str) -> None:
        self._client = client
        self._bucket = bucket
        self._read: dict[str, tuple[str, str]] = {}
        self._lock = Lock()

    def production_cnames(self) -> set[str]:
        """Return the production CNAMEs of all records; none when there is no bucket yet."""
        with self._lock:
            self._read = {key: self._cname(key, etag) for key, etag in self._listed()}
            return {cname for _, cname in self._read.values() if cname}

    def _listed(self) -> list[tuple[str, str]]:
        try:
            pages = self._client().get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=PREFIX)
            return [(each["Key"], each["ETag"]) for page in pages for each in page.get("Contents", [])]
        except ClientError as error:
            if error.response["Error"]["Code"] == "NoSuchBucket":
                return []
            raise

    def _cname(self, key: str, etag: str) -> tuple[str, str]:
        """Return the ETag and the CNAME of a record. Other objects, and one that is just deleted, have none."""
        if self._read.get(key, ("", ""))[0] == etag:
            return self._read[key]
        try:
            document = json.loads(self._client().get_object(Bucket=self._bucket, Key=key)["Body"].read())
        except (ClientError, ValueError):
            return etag, ""
        cname = document.get(RECORD_KEY, "") if isinstance(document, dict) else ""
        return etag, str(cname).lower()


def tagged_cnames(tags: Iterable[dict[str, str]]) -> set[str]:
    """Return the production CNAMEs that tags of environments name."""
    return {each[TAG].lower() for each in tags if each.get(TAG)}
