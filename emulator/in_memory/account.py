"""One account's Elastic Beanstalk in memory. It answers a botocore client."""

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache, partial
from typing import Any

import botocore.session
from botocore import UNSIGNED
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.config import Config
from botocore.exceptions import ConnectionClosedError
from botocore.model import OperationModel
from botocore.parsers import create_parser

from emulator.autoscaling import AutoScaling
from emulator.beanstalk.caller import ADMINISTRATOR, Caller
from emulator.beanstalk.errors import ServiceError
from emulator.beanstalk.hosting.capacity import Capacities
from emulator.beanstalk.protocol import response
from emulator.beanstalk.protocol.parsed import parsed_result
from emulator.beanstalk.scheduler import Task
from emulator.beanstalk.service import ElasticBeanstalk
from emulator.faults import FaultInjector, FaultKind, FunctionCall
from emulator.faults.answers import Answer, throttling_answer, unavailable_answer
from emulator.identity import ACCESS_KEY, ACCOUNT_ID, REGION, SECRET_KEY
from emulator.in_memory.bundle_store import InMemoryBundleStore
from emulator.in_memory.hosting import InMemoryHosting
from emulator.in_memory.virtual_time import VirtualClock, VirtualScheduler


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

    def waiting(self) -> list[tuple[float, Task]]:
        """Return what goes on, and when, in this order."""
        return self._scheduler.waiting()

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
        answers = []
        for each in clients:
            event = f"before-call.{each.meta.service_model.service_id.hyphenize()}"
            answers.append((each.meta.events, event, partial(self._answer, each.meta.service_model.service_name)))
            each.meta.events.register_first(*answers[-1][1:])
        try:
            yield
        finally:
            for events, event, answer in answers:
                events.unregister(event, answer)

    def _create_hosting(self, name: str, _id: str) -> InMemoryHosting:
        self.hostings[name] = InMemoryHosting(name, lambda: self.capacities.of(name), self.clock.time)
        return self.hostings[name]

    def _create_scheduler(self, _clock: Any, lock: Any) -> VirtualScheduler:
        self._scheduler = VirtualScheduler(self.clock, lock)
        return self._scheduler

    def _answer(
        self, service: str, model: OperationModel, params: Mapping[str, Any], **_: Any
    ) -> tuple[AWSResponse, dict[str, Any]]:
        """Return what botocore makes of the answer to a request, or of a fault. Raises ConnectionClosedError."""
        answering = self.autoscaling if service == "autoscaling" else self.service
        form = {name: value if isinstance(value, str) else str(value) for name, value in params["body"].items()}
        perform = partial(self._performed, answering.answer, model, form)
        fault = self._faults.strike(FunctionCall(service, model.name, ""))
        if fault is None:
            return perform(None)
        if fault.kind is FaultKind.STALE:
            return perform(str(fault.age))
        if fault.kind is FaultKind.SLOW:
            answer = perform(None)
            self.advance(fault.delay or 0.0)
            return answer
        if fault.kind.takes_effect:
            perform(None)
        match fault.kind:
            case FaultKind.THROTTLE:
                return _read(throttling_answer(service, ""), model)
            case FaultKind.ERROR_BEFORE | FaultKind.ERROR_AFTER:
                return _read(unavailable_answer(), model)
            case _:
                raise ConnectionClosedError(endpoint_url=params["url"])

    def _performed(
        self, perform: Any, model: OperationModel, form: Mapping[str, str], age: str | None
    ) -> tuple[AWSResponse, dict[str, Any]]:
        request_id = str(uuid.uuid4())
        headers = response.headers(request_id, self.clock.time(), as_json=False)
        try:
            result = perform(form, request_id, self.caller, age)
        except ServiceError as error:
            document = response.error_document(error, request_id, as_json=False)
            return _read((error.status, headers, document), model)
        parsed = parsed_result(model.output_shape, result)
        parsed["ResponseMetadata"] = {
            "RequestId": request_id,
            "HTTPStatusCode": 200,
            "HTTPHeaders": {name.lower(): value for name, value in headers.items()},
            "RetryAttempts": 0,
        }
        return _http_answer(200, headers), parsed


@cache
def _session() -> botocore.session.Session:
    return botocore.session.Session()


def client(service: str = "elasticbeanstalk") -> Any:
    """Return a botocore client of Elastic Beanstalk, or of `autoscaling`, that never retries."""
    made: Any = _session().create_client(
        service,
        region_name=REGION,
        aws_access_key_id=ACCESS_KEY,
        aws_secret_access_key=SECRET_KEY,
        # A fixed user agent: botocore's own takes a tenth of a call.
        config=Config(
            signature_version=UNSIGNED,
            retries={"total_max_attempts": 1},
            parameter_validation=False,
            user_agent="in-memory",
        ),
    )
    # Without it the client uses the endpoint that it has. To find that out anew takes a tenth of a call, too.
    made._ruleset_resolver = None  # noqa: SLF001 - botocore has no option for it
    return made


def _read(answer: Answer, model: OperationModel) -> tuple[AWSResponse, dict[str, Any]]:
    """Return what botocore makes of an HTTP answer."""
    status, headers, body = answer
    document = {"status_code": status, "headers": HTTPHeaders.from_dict(headers), "body": body}
    shape: Any = model.output_shape
    parsed = create_parser("query").parse(document, shape)
    parsed["ResponseMetadata"]["RetryAttempts"] = 0
    return _http_answer(status, headers), parsed


def _http_answer(status: int, headers: Mapping[str, str]) -> AWSResponse:
    return AWSResponse("", status, HTTPHeaders.from_dict(headers), None)
