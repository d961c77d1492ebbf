"""The control API, `/_account`: describes the emulated account, and changes how it behaves. JSON in and out.

Its client is rehearsal.account.control.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs

from emulator.beanstalk import ElasticBeanstalk
from emulator.beanstalk.dns import ResolvedName
from emulator.beanstalk.hosting.answer_counts import AnswerCounts
from emulator.beanstalk.hosting.capacity import Capacities
from emulator.beanstalk.hosting.impairments import Impairments
from emulator.clock import Clock
from emulator.faults import FaultInjector
from emulator.iam.recorder import PermissionRecorder
from emulator.messages import PublishedMessages
from emulator.ministack.lambda_invocations import InvocationCounter
from emulator.ministack.retry_jitter import RETRY_JITTER

ROOT = "/_account"

Answer = tuple[int, Any]
"""HTTP status and JSON document."""


class ControlApi:
    """Answers requests for `/_account`. `identity`: the account's region, account_id and proxy. `resolve`: its DNS."""

    def __init__(
        self,
        *,
        clock: Clock,
        beanstalk: ElasticBeanstalk,
        resolve: Callable[[str], ResolvedName | None],
        capacities: Capacities,
        impairments: Impairments,
        invocations: InvocationCounter,
        faults: FaultInjector,
        permissions: PermissionRecorder,
        traffic: AnswerCounts,
        messages: PublishedMessages,
        identity: Mapping[str, str],
    ) -> None:
        self._clock = clock
        self._beanstalk = beanstalk
        self._resolve_name = resolve
        self._capacities = capacities
        self._impairments = impairments
        self._invocations = invocations
        self._faults = faults
        self._permissions = permissions
        self._identity = identity
        self._routes: dict[tuple[str, str], Callable[[str, bytes], Answer]] = {
            ("GET", ROOT): lambda _query, _body: (200, self._description()),
            ("GET", f"{ROOT}/calls"): lambda _query, _body: (200, dict(self._beanstalk.calls)),
            ("GET", f"{ROOT}/resolve"): lambda query, _body: self._resolve(query),
            ("GET", f"{ROOT}/logs"): lambda query, _body: (200, self._logs(query)),
            ("PUT", f"{ROOT}/durations"): lambda _query, body: self._set_durations(body),
            ("GET", f"{ROOT}/switches"): lambda _query, _body: (200, self._beanstalk.switches.as_dict()),
            ("PUT", f"{ROOT}/switches"): lambda _query, body: self._set_switches(body),
            ("GET", f"{ROOT}/capacity"): lambda _query, _body: (200, self._capacities.as_dict()),
            ("PUT", f"{ROOT}/capacity"): lambda _query, body: self._set_capacity(body),
            ("GET", f"{ROOT}/impairments"): lambda _query, _body: (200, self._impairments.as_dict()),
            ("PUT", f"{ROOT}/impairments"): lambda _query, body: self._set_impairments(body),
            ("PUT", f"{ROOT}/stale-reads"): lambda _query, body: self._set_stale_reads(body),
            ("PUT", f"{ROOT}/retry-jitter"): lambda _query, body: self._set_retry_jitter(body),
            ("GET", f"{ROOT}/faults"): lambda _query, _body: (200, self._faults.report()),
            ("PUT", f"{ROOT}/faults"): lambda _query, body: self._change_faults(self._faults.set_faults, body),
            ("POST", f"{ROOT}/faults"): lambda _query, body: self._change_faults(self._faults.add_fault, body),
            ("DELETE", f"{ROOT}/faults"): lambda _query, body: self._change_faults(self._faults.remove_fault, body),
            ("GET", f"{ROOT}/journal"): lambda _query, _body: (200, self._faults.journal()),
            ("DELETE", f"{ROOT}/journal"): lambda _query, _body: self._clear_journal(),
            ("GET", f"{ROOT}/traffic"): lambda _query, _body: (200, traffic.report()),
            ("GET", f"{ROOT}/messages"): lambda _query, _body: (200, messages.report()),
            ("GET", f"{ROOT}/permissions"): lambda _query, _body: (200, self._permissions.report()),
            ("GET", f"{ROOT}/denials"): lambda _query, _body: (200, self._permissions.denials()),
            ("PUT", f"{ROOT}/denials"): lambda _query, body: self._set_denials(body),
        }

    @staticmethod
    def answers(path: str) -> bool:
        """Return whether requests for a path belong to this API."""
        return path == ROOT or path.startswith(f"{ROOT}/")

    def handle(self, method: str, path: str, query: str, body: bytes) -> Answer:
        """Return the answer to a request: 404 when there is no such route, 400 when the body is not valid."""
        route = self._routes.get((method, path))
        if route is None:
            return 404, {"error": f"The control API has no {method} {path}."}
        return route(query, body)

    def _description(self) -> dict[str, Any]:
        return {
            "scale": self._clock.scale,
            "origin": self._clock.origin,
            **self._identity,
            "beanstalk": {
                "calls": dict(self._beanstalk.calls),
                "throttled": dict(self._beanstalk.throttled),
                "durations": self._beanstalk.durations.as_dict(),
            },
            "lambda": self._invocations.report(),
        }

    def _resolve(self, query: str) -> Answer:
        name = parse_qs(query).get("name", [""])[0]
        answer = self._resolve_name(name)
        if answer is None:
            return 404, {"error": f"No environment has the CNAME {name!r}, and no hosted zone has a record of it."}
        ttl = self._clock.real(answer.ttl)
        where = {"address": answer.address, "port": answer.port, "public_address": answer.public_address}
        return 200, {"name": answer.name, **where, "ttl": ttl}

    def _logs(self, query: str) -> dict[str, Any]:
        return self._beanstalk.logs(parse_qs(query).get("environment", [""])[0])

    def _set_durations(self, body: bytes) -> Answer:
        try:
            self._beanstalk.durations.set(json.loads(body))
        except (AttributeError, TypeError, ValueError) as error:
            return 400, {"error": f"Expected a JSON object of durations in seconds: {error}"}
        return 200, self._beanstalk.durations.as_dict()

    def _set_switches(self, body: bytes) -> Answer:
        try:
            self._beanstalk.switches.set(json.loads(body))
        except (AttributeError, TypeError, ValueError) as error:
            return 400, {"error": f"Expected a JSON object of switches: {error}"}
        return 200, self._beanstalk.switches.as_dict()

    def _set_capacity(self, body: bytes) -> Answer:
        try:
            self._capacities.set(json.loads(body))
        except ValueError as error:
            return 400, {"error": f"These capacities are not valid: {error}"}
        return 200, self._capacities.as_dict()

    def _set_impairments(self, body: bytes) -> Answer:
        try:
            self._impairments.set(json.loads(body))
        except ValueError as error:
            return 400, {"error": f"These impairments are not valid: {error}"}
        return 200, self._impairments.as_dict()

    def _set_stale_reads(self, body: bytes) -> Answer:
        try:
            self._beanstalk.stale_reads.set(**json.loads(body))
        except (TypeError, ValueError) as error:
            return 400, {"error": f"Expected a JSON object of `seconds` and, if wanted, `seed`: {error}"}
        return 200, self._beanstalk.stale_reads.as_dict()

    def _set_retry_jitter(self, body: bytes) -> Answer:
        try:
            RETRY_JITTER.set(**json.loads(body))
        except (TypeError, ValueError) as error:
            return 400, {"error": f"Expected a JSON object of `share`: {error}"}
        return 200, {"share": RETRY_JITTER.share}

    def _change_faults(self, change: Callable[[Any], None], body: bytes) -> Answer:
        try:
            change(json.loads(body))
            self._beanstalk.stale_reads.keep(self._faults.oldest_age())
        except ValueError as error:
            return 400, {"error": f"These faults are not valid: {error}"}
        return 200, self._faults.report()

    def _set_denials(self, body: bytes) -> Answer:
        try:
            self._permissions.set_denials(json.loads(body))
        except ValueError as error:
            return 400, {"error": f"These denials are not valid: {error}"}
        return 200, self._permissions.denials()

    def _clear_journal(self) -> Answer:
        self._faults.clear_journal()
        return 200, []
