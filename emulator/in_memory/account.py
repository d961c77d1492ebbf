"""One account's Elastic Beanstalk in memory. It answers a botocore client."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import botocore.session
from botocore import UNSIGNED
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.config import Config

from emulator.beanstalk.bundle_store import UnreadableBundleError
from emulator.beanstalk.model import BundleLocation
from emulator.beanstalk.sample_application import sample_bundle
from emulator.beanstalk.service import ElasticBeanstalk
from emulator.identity import ACCESS_KEY, ACCOUNT_ID, REGION, SECRET_KEY
from emulator.in_memory.hosting import InMemoryHosting
from emulator.in_memory.virtual_time import VirtualClock, VirtualScheduler


class InMemoryBundleStore:
    """Source bundles in memory, by `/bucket/key`."""

    def __init__(self) -> None:
        self.bundles: dict[str, bytes] = {}

    def read(self, location: BundleLocation | None) -> bytes:
        """Return a bundle. Without a location, return the sample application. Raises UnreadableBundleError."""
        if location is None:
            return sample_bundle()
        try:
            return self.bundles[f"/{location.bucket}/{location.key}"]
        except KeyError as error:
            raise UnreadableBundleError.not_downloaded(location, "Not Found") from error

    def delete(self, location: BundleLocation) -> None:
        """Delete a bundle, if it exists."""
        self.bundles.pop(f"/{location.bucket}/{location.key}", None)


class InMemoryAccount:
    """One account's Elastic Beanstalk in virtual time. Not thread-safe."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.store = InMemoryBundleStore()
        self.hostings: dict[str, InMemoryHosting] = {}
        """By the environment's name: the hosting of the newest environment of that name."""
        self.service = ElasticBeanstalk(
            clock=self.clock,
            region=REGION,
            account_id=ACCOUNT_ID,
            bundles=self.store,
            create_hosting=self._create_hosting,
            create_scheduler=self._create_scheduler,
        )

    def advance(self, seconds: float) -> None:
        """Let account seconds pass, and run everything that is due in them."""
        self._scheduler.advance(seconds)

    @contextmanager
    def answering(self, client: Any) -> Iterator[None]:
        """Answer a botocore client of Elastic Beanstalk while the block runs. The client opens no connection."""
        client.meta.events.register_first("before-send.elastic-beanstalk", self._send)
        try:
            yield
        finally:
            client.meta.events.unregister("before-send.elastic-beanstalk", self._send)

    def _create_hosting(self, name: str, _id: str) -> InMemoryHosting:
        self.hostings[name] = InMemoryHosting(name)
        return self.hostings[name]

    def _create_scheduler(self, _clock: Any, lock: Any) -> VirtualScheduler:
        self._scheduler = VirtualScheduler(self.clock, lock)
        return self._scheduler

    def _send(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        body: Any = request.body or b""
        headers = {name: _text(value) for name, value in request.headers.items()}
        status, answered, content = self.service.handle(body.encode() if isinstance(body, str) else body, headers)
        return AWSResponse(request.url, status, HTTPHeaders.from_dict(answered), _Raw(content))


def client() -> Any:
    """Return a botocore client of Elastic Beanstalk that never retries. Creating one takes 0.3 seconds."""
    session = botocore.session.Session()
    # Python's own parser of dates; dateutil's, the default, takes a fifth of a call.
    session.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=datetime.fromisoformat)
    return session.create_client(
        "elasticbeanstalk",
        region_name=REGION,
        aws_access_key_id=ACCESS_KEY,
        aws_secret_access_key=SECRET_KEY,
        config=Config(signature_version=UNSIGNED, retries={"total_max_attempts": 1}, parameter_validation=False),
    )


class _Raw(io.BytesIO):
    """A response body with the interface that botocore expects of urllib3."""

    def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
        yield self.read()


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value
