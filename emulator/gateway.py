"""The account's front door: one ASGI application that knows who answers a request."""

import asyncio
import json
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qs

from emulator.beanstalk import ElasticBeanstalk
from emulator.clock import Clock
from emulator.faults import FaultInjector, FaultMiddleware
from emulator.faults.middleware import Application, Message, Receive, Send, answer, read
from emulator.iam.recorder import PermissionRecorder
from emulator.iam.signed_caller import SignedCaller
from emulator.ministack.lambda_invocations import InvocationCounter

_SCOPE = re.compile(rb"Credential=[^/]*/\d{8}/[^/]*/([^/]+)/aws4_request")


class Gateway:
    """Gives Elastic Beanstalk's requests to ours, `/_account` to itself, and all else to the emulator.

    Requests are told apart by the service in the signature's credential scope, so that clients need no setting
    but the account's endpoint. Calls that functions make go through `faults`. `on_ready` is called once, when the
    emulator has started.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        beanstalk: ElasticBeanstalk,
        invocations: InvocationCounter,
        faults: FaultInjector,
        permissions: PermissionRecorder,
        emulator: Application,
        identity: dict[str, str],
        on_ready: Callable[[], None],
    ) -> None:
        self._clock = clock
        self._beanstalk = beanstalk
        self._invocations = invocations
        self._faults = faults
        self._permissions = permissions
        self._emulator = emulator
        self._services = FaultMiddleware(faults, self._ask_service)
        self._identity = identity
        self._on_ready = on_ready
        # Threads of its own: its calls read bundles from the account's S3, whose work must never wait for them.
        self._threads = ThreadPoolExecutor(max_workers=16, thread_name_prefix="beanstalk")

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and _is_about_the_account(scope["path"]):
            await self._answer_about_the_account(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._emulator(scope, receive, self._announcing(send))
        else:
            await self._services(scope, receive, send)

    async def _ask_service(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and _service(scope) == "elasticbeanstalk":
            await self._ask_beanstalk(scope, receive, send)
        else:
            await self._emulator(scope, receive, send)

    def _announcing(self, send: Send) -> Send:
        async def announce(message: Message) -> None:
            await send(message)
            if message["type"] == "lifespan.startup.complete":
                self._on_ready()

        return announce

    async def _ask_beanstalk(self, scope: Message, receive: Receive, send: Send) -> None:
        body = await read(receive)
        caller = SignedCaller(scope, body, self._identity["region"])
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        told = await asyncio.get_running_loop().run_in_executor(
            self._threads, self._beanstalk.handle, body or scope["query_string"], headers, caller
        )
        await answer(send, *told)

    async def _answer_about_the_account(self, scope: Message, receive: Receive, send: Send) -> None:
        status, document = self._account(scope, await read(receive))
        await answer(send, status, {"Content-Type": "application/json"}, json.dumps(document).encode())

    def _account(self, scope: Message, body: bytes) -> tuple[int, Any]:
        query = parse_qs(scope["query_string"].decode())
        answers: dict[tuple[str, str], Callable[[], tuple[int, Any]]] = {
            ("GET", "/_account"): lambda: (200, self._description()),
            ("GET", "/_account/calls"): lambda: (200, dict(self._beanstalk.calls)),
            ("GET", "/_account/resolve"): lambda: self._resolve(query.get("name", [""])[0]),
            ("PUT", "/_account/durations"): lambda: self._set_durations(body),
            ("GET", "/_account/faults"): lambda: (200, self._faults.report()),
            ("PUT", "/_account/faults"): lambda: self._order_faults(body),
            ("GET", "/_account/journal"): lambda: (200, self._faults.journal()),
            ("DELETE", "/_account/journal"): self._clear_journal,
            ("GET", "/_account/permissions"): lambda: (200, self._permissions.report()),
            ("GET", "/_account/denials"): lambda: (200, self._permissions.denials()),
            ("PUT", "/_account/denials"): lambda: self._order_denials(body),
        }
        asked = scope["method"], scope["path"]
        if asked not in answers:
            return 404, {"error": f"There is no {' '.join(asked)} in this account."}
        return answers[asked]()

    def _description(self) -> dict[str, Any]:
        return {
            "scale": self._clock.scale,
            "origin": self._clock.origin,
            **self._identity,
            "beanstalk": {"calls": dict(self._beanstalk.calls), "durations": self._beanstalk.durations.as_dict()},
            "lambda": self._invocations.report(),
        }

    def _resolve(self, name: str) -> tuple[int, dict[str, Any]]:
        answer = self._beanstalk.resolve(name)
        if answer is None:
            return 404, {"error": f"No environment has the CNAME {name!r}."}
        ttl = self._clock.real(answer.ttl)
        return 200, {"name": answer.name, "address": answer.address, "port": answer.port, "ttl": ttl}

    def _set_durations(self, body: bytes) -> tuple[int, dict[str, Any]]:
        try:
            self._beanstalk.durations.set(json.loads(body))
        except (AttributeError, TypeError, ValueError) as error:
            return 400, {"error": f"Expected a JSON object of durations in seconds: {error}"}
        return 200, self._beanstalk.durations.as_dict()

    def _order_faults(self, body: bytes) -> tuple[int, Any]:
        try:
            self._faults.set_faults(json.loads(body))
        except ValueError as error:
            return 400, {"error": f"These faults cannot be: {error}"}
        return 200, self._faults.report()

    def _order_denials(self, body: bytes) -> tuple[int, Any]:
        try:
            self._permissions.order(json.loads(body))
        except ValueError as error:
            return 400, {"error": f"These denials cannot be: {error}"}
        return 200, self._permissions.denials()

    def _clear_journal(self) -> tuple[int, Any]:
        self._faults.clear_journal()
        return 200, []


def _is_about_the_account(path: str) -> bool:
    return path == "/_account" or path.startswith("/_account/")


def _service(scope: Message) -> str | None:
    for name, value in scope["headers"]:
        if name.lower() == b"authorization" and (match := _SCOPE.search(value)):
            return match[1].decode("latin-1")
    return None
