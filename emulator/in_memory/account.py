"""One account's Elastic Beanstalk in memory. It answers a botocore client."""

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import parse_qs

import botocore.session
from botocore import UNSIGNED
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.config import Config
from botocore.exceptions import ConnectionClosedError

from emulator.autoscaling import AutoScaling
from emulator.beanstalk.bundle_store import UnreadableBundleError
from emulator.beanstalk.caller import ADMINISTRATOR, Caller
from emulator.beanstalk.hosting.capacity import Capacities
from emulator.beanstalk.model import BundleLocation
from emulator.beanstalk.sample_application import sample_bundle
from emulator.beanstalk.service import ElasticBeanstalk
from emulator.beanstalk.stale_reads import AGE_HEADER
from emulator.faults import FaultInjector, FaultKind, FunctionCall
from emulator.faults.answers import Answer, throttling_answer, unavailable_answer
from emulator.identity import ACCESS_KEY, ACCOUNT_ID, REGION, SECRET_KEY
from emulator.in_memory.hosting import InMemoryHosting
from emulator.in_memory.virtual_time import VirtualClock, VirtualScheduler


class InMemoryBundleStore:
    """Source bundles in memory, by `/bucket/key`."""

    def __init__(self) -> None:
        self.bundles: dict[str, bytes] = {}
        self.buckets: set[str] = set()

    def read(self, location: BundleLocation | None) -> bytes:
        """Return a bundle. Without a location, return the sample application. Raises UnreadableBundleError."""
        if location is None:
            return sample_bundle()
        try:
            return self.bundles[f"/{location.bucket}/{location.key}"]
        except KeyError as error:
            raise UnreadableBundleError.not_downloaded(location, "Not Found") from error

    def create_bucket(self, name: str) -> None:
        """Remember that a bucket exists."""
        self.buckets.add(name)

    def put_if_bucket_exists(self, location: BundleLocation, content: bytes) -> None:
        """Store an object, unless its bucket does not exist."""
        if location.bucket in self.buckets:
            self.bundles[f"/{location.bucket}/{location.key}"] = content

    def publish(self, location: BundleLocation, content: bytes, seconds: float) -> str:  # noqa: ARG002
        """Store an object and return its URL, which nothing serves."""
        self.create_bucket(location.bucket)
        self.bundles[f"/{location.bucket}/{location.key}"] = content
        return f"https://{location.bucket}.s3.amazonaws.com/{location.key}"

    def delete(self, location: BundleLocation) -> None:
        """Delete a bundle, if it exists."""
        self.bundles.pop(f"/{location.bucket}/{location.key}", None)


class InMemoryAccount:
    """One account's Elastic Beanstalk in virtual time. Not thread-safe."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.store = InMemoryBundleStore()
        self.caller: Caller = ADMINISTRATOR
        """What the client may do; a test can replace it."""
        self.capacities = Capacities()
        """How many requests instances can take."""
        self._faults = FaultInjector(self.clock.time)
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
        self.autoscaling = AutoScaling(self.service.state, self.service.groups, self.service.stale_reads)

    def advance(self, seconds: float) -> None:
        """Let account seconds pass, and run everything that is due in them."""
        self._scheduler.advance(seconds)

    def set_faults(self, *faults: Mapping[str, Any]) -> None:
        """Replace the faults that calls meet; no faults remove all. Raises InvalidFaultError.

        Shape: as in the control API, such as {"kind": "stale", "service": "elasticbeanstalk", "action":
        "DescribeEnvironments", "age": 20, "for_seconds": 60}. A call of this client has no function's name.
        """
        self._faults.set_faults(list(faults))
        self.service.stale_reads.keep(self._faults.oldest_age())

    @contextmanager
    def answering(self, *clients: Any) -> Iterator[None]:
        """Answer botocore clients of Elastic Beanstalk or Auto Scaling during the block. They open no connection."""
        senders = []
        for each in clients:
            model = each.meta.service_model
            event = f"before-send.{model.service_id.hyphenize()}"
            senders.append((each.meta.events, event, partial(self._send, model.service_name)))
            each.meta.events.register_first(*senders[-1][1:])
        try:
            yield
        finally:
            for events, event, send in senders:
                events.unregister(event, send)

    def _create_hosting(self, name: str, _id: str) -> InMemoryHosting:
        self.hostings[name] = InMemoryHosting(name, lambda: self.capacities.of(name), self.clock.time)
        return self.hostings[name]

    def _create_scheduler(self, _clock: Any, lock: Any) -> VirtualScheduler:
        self._scheduler = VirtualScheduler(self.clock, lock)
        return self._scheduler

    def _send(self, service: str, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        body: Any = request.body or b""
        headers = {name: _text(value) for name, value in request.headers.items()}
        answer = self._answer(service, body.encode() if isinstance(body, str) else body, headers, request.url)
        return AWSResponse(request.url, answer[0], HTTPHeaders.from_dict(answer[1]), _Raw(answer[2]))

    def _answer(self, service: str, body: bytes, headers: dict[str, str], url: str) -> Answer:
        """Return the answer to a request, or what a fault makes of it. Raises ConnectionClosedError."""
        handle = self.autoscaling.handle if service == "autoscaling" else self.service.handle
        action = parse_qs(body.decode()).get("Action", [""])[0]
        fault = self._faults.strike(FunctionCall(service, action, ""))
        if fault is None:
            return handle(body, headers, self.caller)
        if fault.kind is FaultKind.STALE:
            return handle(body, headers | {AGE_HEADER: str(fault.age)}, self.caller)
        if fault.kind.takes_effect:
            handle(body, headers, self.caller)
        match fault.kind:
            case FaultKind.THROTTLE:
                return throttling_answer(service, "")
            case FaultKind.ERROR_BEFORE | FaultKind.ERROR_AFTER:
                return unavailable_answer()
            case _:
                raise ConnectionClosedError(endpoint_url=url)


def client(service: str = "elasticbeanstalk") -> Any:
    """Return a botocore client of Elastic Beanstalk, or of `autoscaling`, that never retries. It takes 0.3 seconds."""
    session = botocore.session.Session()
    # Python's own parser of dates; dateutil's, the default, takes a fifth of a call.
    session.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=datetime.fromisoformat)
    return session.create_client(
        service,
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
