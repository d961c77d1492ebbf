"""Elastic Beanstalk itself: calls in, answers out, and what they set going."""

import logging
import threading
import uuid
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime

from emulator.beanstalk import dns
from emulator.beanstalk.actions import table
from emulator.beanstalk.actions.environment_creation import HostingFactory
from emulator.beanstalk.authorization import on_behalf, required
from emulator.beanstalk.authorization.visibility import visible
from emulator.beanstalk.bundle_store import BundleStore
from emulator.beanstalk.call import Call
from emulator.beanstalk.caller import ADMINISTRATOR, Caller
from emulator.beanstalk.dns import ResolvedName
from emulator.beanstalk.durations import Durations, Limits
from emulator.beanstalk.errors import InternalFailureError, InvalidActionError, ServiceError
from emulator.beanstalk.protocol import request, response
from emulator.beanstalk.protocol.throttling import TokenBucket
from emulator.beanstalk.scheduler import Scheduler, ThreadScheduler
from emulator.beanstalk.state import State
from emulator.clock import Clock

_RATE_LIMITED = ("DescribeEnvironments", "DescribeEvents")
_CLOSE_SECONDS = 1.5
_log = logging.getLogger(__name__)


class ElasticBeanstalk:
    """One account's Elastic Beanstalk in one region. Thread-safe.

    `bundles`: where it reads source bundles. `host` makes what an environment runs on. `scheduler` runs operations.
    `calls` counts the calls by action, refused ones too. `durations`, `limits` and `quotas` may be changed at any time.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        region: str,
        account_id: str,
        bundles: BundleStore,
        host: HostingFactory,
        scheduler: Callable[[Clock, threading.RLock], Scheduler] = ThreadScheduler,
    ) -> None:
        self.calls: Counter[str] = Counter()
        self.durations = Durations()
        self.limits = Limits()
        self._state = State(clock=clock, region=region, account_id=account_id, durations=self.durations)
        self.quotas = self._state.quotas
        self._scheduler = scheduler(clock, self._state.lock)
        self._actions = table.table(self._state, self._scheduler, bundles, host)
        self._buckets = {action: TokenBucket(self.limits, clock.time) for action in _RATE_LIMITED}

    def handle(
        self, body: bytes, headers: Mapping[str, str], caller: Caller = ADMINISTRATOR
    ) -> tuple[int, dict[str, str], bytes]:
        """Answer one call of the query protocol: status, headers, body. Blocks; errors are answers, too."""
        request_id = str(uuid.uuid4())
        accepted = next((value for name, value in headers.items() if name.lower() == "accept"), "")
        as_json = "application/json" in accepted
        try:
            status, answer = 200, self._answer(body, request_id, caller, as_json=as_json)
        except ServiceError as error:
            status, answer = error.status, response.error_answer(error, request_id, as_json=as_json)
        except Exception:  # noqa: BLE001 - a defect in one call is told, and ends no other call
            _log.exception("A call of Elastic Beanstalk broke off")
            failure = InternalFailureError("The rehearsal's Elastic Beanstalk has a defect. See the server's log.")
            status, answer = failure.status, response.error_answer(failure, request_id, as_json=as_json)
        # Account time, like every date here: callers may compare it with those of events.
        date = format_datetime(datetime.fromtimestamp(self._state.clock.time(), UTC), usegmt=True)
        kind = "application/json" if as_json else "text/xml"
        return status, {"Content-Type": kind, "Date": date, "x-amzn-RequestId": request_id}, answer

    def resolve(self, name: str) -> ResolvedName | None:
        """Return where a CNAME or a load balancer's name leads now, None when there is no such name."""
        with self._state.lock:
            return dns.resolve(self._state, name)

    def close(self) -> None:
        """End every process and everything under way, in at most about two seconds."""
        self._scheduler.close()
        with self._state.lock:
            hostings = [environment.hosting for environment in self._state.environments.values()]
        closing = [threading.Thread(target=hosting.close, daemon=True) for hosting in hostings]
        for thread in closing:
            thread.start()
        for thread in closing:
            thread.join(_CLOSE_SECONDS)

    def _answer(self, body: bytes, request_id: str, caller: Caller, *, as_json: bool) -> bytes:
        caller.authenticate()
        flat = request.form(body)
        called = request.operation(flat)
        with self._state.lock:
            self.calls[called.name] += 1
            if called.name in self._buckets:
                self._buckets[called.name].take()
        if called.name not in self._actions:
            raise InvalidActionError(f"{called.name} is not rehearsed. There are: {', '.join(sorted(self._actions))}.")
        call = Call(request_id, request.read(called, flat), caller)
        with self._state.lock:
            required.check(called.name, call, self._state)
            on_behalf.check(called.name, call, self._state)
        result = self._actions[called.name](call)
        with self._state.lock:
            result = visible(called.name, call, result, self._state)
        return response.answer(called, result, request_id, as_json=as_json)
