"""The account's Elastic Beanstalk: requests in, responses out."""

import logging
import threading
import uuid
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

from botocore.model import OperationModel

from emulator.beanstalk import dns
from emulator.beanstalk.actions.table import actions_by_name, managed_updates
from emulator.beanstalk.authorization import on_behalf, required
from emulator.beanstalk.authorization.visibility import visible_part
from emulator.beanstalk.bundle_store import BundleStore
from emulator.beanstalk.call import Call
from emulator.beanstalk.caller import ADMINISTRATOR, Caller
from emulator.beanstalk.dns import ResolvedName
from emulator.beanstalk.durations import Durations, Limits
from emulator.beanstalk.errors import InternalFailureError, ServiceError, ThrottlingError
from emulator.beanstalk.hosting.hosting import HostingFactory
from emulator.beanstalk.operations.groups import Groups
from emulator.beanstalk.operations.instances import Instances
from emulator.beanstalk.protocol import request, response
from emulator.beanstalk.protocol.dates import converted
from emulator.beanstalk.protocol.throttling import TokenBucket
from emulator.beanstalk.scheduler import Scheduler
from emulator.beanstalk.stale_reads import AGE_HEADER, StaleReads
from emulator.beanstalk.state import State
from emulator.beanstalk.switches import OutsideDates
from emulator.beanstalk.thread_scheduler import ThreadScheduler
from emulator.clock import Clock

_LIMITED_ACTIONS = ("DescribeEnvironments", "DescribeEvents")
_CLOSE_SECONDS = 1.5
_log = logging.getLogger(__name__)


class _Times(NamedTuple):
    """How the dates of a call are read, and those of its answer written."""

    read: Callable[[float], float]
    written: Callable[[float], float]


class ElasticBeanstalk:
    """One account's Elastic Beanstalk in one region. Thread-safe.

    `bundles` reads source bundles. `create_hosting` makes the hosting of a new environment. `create_scheduler` makes
    the scheduler of the operations. `calls` counts the calls by action, also the refused ones; `throttled` counts those
    that came too often. `durations`, `limits`, `quotas`, `switches` and `stale_reads` may be changed at any time.
    `groups` keeps environments' Auto Scaling groups, `managed_updates` starts their managed actions.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        region: str,
        account_id: str,
        bundles: BundleStore,
        create_hosting: HostingFactory,
        create_scheduler: Callable[[Clock, AbstractContextManager[object]], Scheduler] = ThreadScheduler,
    ) -> None:
        self.calls: Counter[str] = Counter()
        self.throttled: Counter[str] = Counter()
        self.durations = Durations()
        self.limits = Limits()
        self._state = State(clock=clock, region=region, account_id=account_id, durations=self.durations)
        self.quotas = self._state.quotas
        self.switches = self._state.switches
        self._scheduler = create_scheduler(clock, self._state.lock)
        self.stale_reads = StaleReads(self._state)
        self._actions_on = partial(
            actions_by_name, scheduler=self._scheduler, bundles=bundles, create_hosting=create_hosting
        )
        self._actions = self._actions_on(self._state)
        self.managed_updates = managed_updates(self._state, self._scheduler, bundles)
        self._scheduler.start(self.managed_updates.watch())
        self._machine_times = _Times(clock.account_time, clock.machine_time)
        self.groups = Groups(self._state, Instances(self._state, bundles), self._scheduler)
        self._buckets = {action: TokenBucket(self.limits, clock.time) for action in _LIMITED_ACTIONS}

    def handle(
        self, body: bytes, headers: Mapping[str, str], caller: Caller = ADMINISTRATOR, *, outside: bool = False
    ) -> tuple[int, dict[str, str], bytes]:
        """Return the response to a request of the query protocol: status, headers, body.

        `outside`: whether the caller's clock is this machine's, not the account's. A switch lets dates follow it.
        Blocks while the action runs. Never raises: an error is a response.
        """
        times = self._machine_times if outside and self.switches.outside_dates is OutsideDates.MACHINE else None
        request_id = str(uuid.uuid4())
        lowercase = {name.lower(): value for name, value in headers.items()}
        as_json = request.wants_json(lowercase, body)
        try:
            form = request.read_form(body)
            called, result = self._answer(form, request_id, caller, lowercase.get(AGE_HEADER), times)
            status, document = 200, response.result_document(called, result, request_id, as_json=as_json)
        except ServiceError as error:
            status, document = error.status, response.error_document(error, request_id, as_json=as_json)
        except Exception:  # noqa: BLE001 - a defect in one call must not stop other calls
            _log.exception("A call of Elastic Beanstalk stopped because of a defect")
            failure = InternalFailureError("The emulated Elastic Beanstalk has a defect. See the server's log.")
            status, document = failure.status, response.error_document(failure, request_id, as_json=as_json)
        # In the same time as all dates: callers compare this one with those of events.
        now = self._state.clock.time()
        return status, response.headers(request_id, times.written(now) if times else now, as_json=as_json), document

    def answer(
        self, form: request.Form, request_id: str, caller: Caller = ADMINISTRATOR, age: str | None = None
    ) -> dict[str, Any] | None:
        """Return the result of a request by the names of its members, dates in epoch seconds. Raises ServiceError.

        `form`: the request's parameters by their flat names. `age`: of the state to read; see stale_reads.
        """
        return self._answer(form, request_id, caller, age, None)[1]

    @property
    def state(self) -> State:
        """The state of the account. Hold its lock while you use it."""
        return self._state

    def resolve(self, name: str) -> ResolvedName | None:
        """Return where a CNAME or a load balancer's name leads now, None for an unknown name."""
        with self._state.lock:
            return dns.resolve(self._state, name)

    def logs(self, environment: str) -> dict[str, dict[str, list[str]]]:
        """Return the last lines of the logs `engine` and `application` of each instance of an environment. Slow.

        The engine's log says why commands failed, with what the application wrote: no event does.
        """
        with self._state.lock:
            found = [each for each in self._state.alive_environments() if each.name == environment]
            instances = found[0].instances if found else []
        return {
            instance.id: {"engine": instance.engine_log, "application": instance.hosting.log_tail().splitlines()}
            for instance in instances
        }

    def close(self) -> None:
        """Stop all operations and end all processes, in about two seconds at most."""
        self._scheduler.close()
        with self._state.lock:
            hostings = [environment.hosting for environment in self._state.environments.values()]
        closing = [threading.Thread(target=hosting.close, daemon=True) for hosting in hostings]
        for thread in closing:
            thread.start()
        for thread in closing:
            thread.join(_CLOSE_SECONDS)

    def _take_token(self, action: str) -> None:
        try:
            self._buckets[action].take_token()
        except ThrottlingError:
            self.throttled[action] += 1
            raise

    def _permitted(self, name: str, call: Call) -> Call:
        """Return a call with the denial that comes later, if one does. Raises what the caller is denied with."""
        required.require_permissions(name, call, self._state)
        on_behalf.require_permissions(name, call, self._state)
        return replace(call, denied_later=on_behalf.later_denial(name, call, self._state))

    def _answer(
        self, form: request.Form, request_id: str, caller: Caller, age: str | None, times: "_Times | None"
    ) -> tuple[OperationModel, dict[str, Any] | None]:
        caller.authenticate()
        called = request.called_operation(form)
        with self._state.lock:
            self.calls[called.name] += 1
            if called.name in self._buckets:
                self._take_token(called.name)
        parameters = request.read_parameters(called, form)
        if times:
            parameters = converted(called.input_shape, parameters, times.read)
        call = Call(request_id, parameters, caller)
        with self._state.lock:
            if caller is not ADMINISTRATOR:  # who may do everything
                call = self._permitted(called.name, call)
            state = self.stale_reads.state_to_read(called.name, age)
        actions = self._actions if state is self._state else self._actions_on(state)
        result = actions[called.name](call)
        if caller is not ADMINISTRATOR:
            with self._state.lock:
                result = visible_part(called.name, call, result, self._state)
        if times:
            result = converted(called.output_shape, result, times.written)
        return called, result
