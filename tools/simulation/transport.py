"""What the handlers' clients meet instead of the network: a function that answers each request, and a virtual clock.

It is over 200 lines: all that is replaced in this process stands in one place.
"""

import io
import os
import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Protocol
from unittest.mock import patch

import boto3
import botocore
import botocore.session
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.client import BaseClient
from botocore.compat import HTTPHeaders
from botocore.exceptions import HTTPClientError

from emulator.beanstalk import saved_configuration
from emulator.beanstalk.protocol import request, response
from emulator.faults.answers import Answer
from emulator.identity import ACCESS_KEY, ACCOUNT_ID, REGION, SECRET_KEY
from lambdas import http_answers, metrics
from lambdas.aws.alarms import connect_alarms
from lambdas.aws.beanstalk import connect_beanstalk
from lambdas.aws.begun_releases import connect_begun_releases
from lambdas.aws.bundles import connect_bundles
from lambdas.aws.executions import connect_executions
from lambdas.aws.functions import connect_functions
from lambdas.aws.records import connect_records
from lambdas.aws.scaling import connect_scaling
from lambdas.aws.snapshots import connect_snapshots
from lambdas.aws.surroundings import connect_surroundings
from lambdas.aws.task_answers import connect_task_answers
from lambdas.handler import logger
from lambdas.visit import Visit
from tools.simulation.services import SentRequest
from tools.simulation.shortcuts import Shortcuts

CONNECTORS = (
    connect_alarms,
    connect_beanstalk,
    connect_begun_releases,
    connect_bundles,
    connect_executions,
    connect_functions,
    connect_records,
    connect_scaling,
    connect_snapshots,
    connect_surroundings,
    connect_task_answers,
)
RECORD_BUCKET = f"elasticbeanstalk-{REGION}-{ACCOUNT_ID}"
RECORD_KEY = "bluegreen/{application}/{blue}.json"
VARIABLES = {
    "AWS_DEFAULT_REGION": REGION,
    "RECORD_BUCKET": "artifacts",
    "BLUE_CNAME_CONFIG_FILE": "former/{application}/{blue}.json",
    "SHARED_RECORD_BUCKET": RECORD_BUCKET,
    "SHARED_RECORD_KEY": RECORD_KEY,
}
"""The environment of the functions."""


class Receiver(Protocol):
    """What answers the handlers, and tells them the time."""

    def answer(self, service: str, action: str, request: SentRequest) -> Answer:
        """Return the answer to a call. Raises botocore's errors of connections."""

    def status(self, url: str) -> int:
        """Return the status code of a GET. Raises NoAnswerError."""

    def now(self) -> float:
        """Return the time, in epoch seconds."""

    def sleep(self, seconds: float) -> None:
        """Let time pass."""

    def random_bytes(self, number: int) -> bytes:
        """Return what identifiers are made from."""


class Switchboard:
    """Connects the handlers' clients, which live as long as the process, with one receiver at a time."""

    def __init__(self, *, exact: bool = False) -> None:
        self.receiver: Receiver
        self.shortcuts = Shortcuts(self._answer, exact=exact)
        self._more: Mapping[str, str] = {}

    def _answer(self, service: str, action: str, request: SentRequest) -> Answer:
        return self.receiver.answer(service, action, request)

    def set_variables(self, more: Mapping[str, str]) -> None:
        """Let the functions have these environment variables besides VARIABLES."""
        if more == self._more:
            return
        for name in self._more:
            del os.environ[name]
        os.environ.update(more)
        self._more = more
        for connect in (connect_snapshots, connect_begun_releases):
            connect.cache_clear()

    def now(self) -> float:
        """Return the receiver's time."""
        return self.receiver.now()

    def sleep(self, seconds: float) -> None:
        """Let the receiver's time pass."""
        self.receiver.sleep(seconds)

    def random_bytes(self, number: int) -> bytes:
        """Return what identifiers are made from."""
        return self.receiver.random_bytes(number)

    def status(self, url: str, *_: Any, **__: Any) -> int:
        """Return the status code of a GET. Raises NoAnswerError."""
        return self.receiver.status(url)

    def send(self, request: AWSPreparedRequest, event_name: str, **_more: Any) -> AWSResponse:
        """Answer a request of a client. botocore calls this in place of the network."""
        met, self.shortcuts.met = self.shortcuts.met, None
        if isinstance(met, HTTPClientError):
            raise met
        _, service, action = event_name.split(".")
        body: Any = request.body or b""
        if hasattr(body, "read"):
            body = body.read()
        headers = {name: _text(value) for name, value in request.headers.items()}
        sent = SentRequest(request.method, request.url, headers, body.encode() if isinstance(body, str) else body)
        self.shortcuts.sent.append(sent)
        status, found, content = met or self.receiver.answer(service, action, sent)
        return AWSResponse(request.url, status, HTTPHeaders.from_dict(found), _Content(content))


@contextmanager
def connected(*, exact: bool = False) -> Iterator[Switchboard]:
    """Connect all clients of the handlers with a switchboard, and let them follow its receiver's clock.

    `exact`: without the short ways of tools/simulation/shortcuts.py.
    """
    switchboard = Switchboard(exact=exact)
    session: Any = botocore.session.Session()
    session.set_credentials(ACCESS_KEY, SECRET_KEY)
    session.set_config_variable("region", REGION)
    # Python's own parser of dates; dateutil's, the default, takes a fifth of a call.
    session.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=_moment)
    session.register("before-send", switchboard.send)
    session.register("choose-signer", lambda **_: botocore.UNSIGNED)
    level = logger.log_level
    with ExitStack() as changes:
        changes.enter_context(patch.dict(os.environ, VARIABLES))
        changes.enter_context(patch.object(boto3, "DEFAULT_SESSION", boto3.Session(botocore_session=session)))
        for name, replacement in _replacements(switchboard).items():
            owner, attribute = name
            changes.enter_context(patch.object(owner, attribute, replacement))
        changes.enter_context(patch.object(Visit, "from_context", _punctual(Visit.from_context)))
        logger.setLevel("CRITICAL")
        _forget_clients()
        try:
            yield switchboard
        finally:
            _forget_clients()
            logger.setLevel(level)


def _replacements(switchboard: Switchboard) -> dict[tuple[Any, str], Callable[..., Any]]:
    def make(client: BaseClient, operation: str, parameters: Mapping[str, Any]) -> Any:
        return switchboard.shortcuts.make(client, operation, parameters)

    return {
        (BaseClient, "_make_api_call"): make,
        (response, "result_document"): switchboard.shortcuts.write,
        (saved_configuration, "written"): switchboard.shortcuts.written_template,
        (request, "read_form"): switchboard.shortcuts.read_form,
        (request, "read_parameters"): switchboard.shortcuts.read_parameters,
        (time, "time"): switchboard.now,
        (time, "sleep"): switchboard.sleep,
        (os, "urandom"): switchboard.random_bytes,
        (random, "_urandom"): switchboard.random_bytes,
        (metrics, "single_metric"): lambda *_, **__: nullcontext(_NoMetric()),
        (http_answers, "get_status"): switchboard.status,
    }


def _punctual(from_context: Callable[[Any], Visit]) -> Callable[[Any], Visit]:
    """Return what makes a visit by the virtual clock. Its class took `time.time` before that was replaced."""
    return lambda context: replace(from_context(context), begun=time.time())


def _forget_clients() -> None:
    for connect in CONNECTORS:
        connect.cache_clear()


def _moment(value: Any) -> datetime:
    return datetime.fromisoformat(value) if isinstance(value, str) else datetime.fromtimestamp(value, UTC)


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


class _Content(io.BytesIO):
    """A response body with the interface that botocore expects of urllib3."""

    def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
        yield self.read()


class _NoMetric:
    def add_dimension(self, name: str, value: str) -> None:
        """Take no notice."""
