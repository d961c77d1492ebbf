"""The emulated account's one ASGI application: routes each request to the part that answers it."""

import asyncio
import json
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from emulator.asgi import Application, Message, Receive, Send, headers_of, read_body, replayed, send_answer
from emulator.autoscaling import AutoScaling
from emulator.beanstalk import ElasticBeanstalk
from emulator.codepipeline import CodePipeline
from emulator.console import Console
from emulator.console.origin import refusal
from emulator.control import ControlApi
from emulator.faults import FaultInjector, FaultMiddleware, FunctionCall
from emulator.iam.signed_caller import SignedCaller

Handle = Callable[[bytes, dict[str, str], SignedCaller], tuple[int, dict[str, str], bytes]]
"""Answers a call: its body, its headers and its caller; returns status, headers and body."""
_SERVICE = re.compile(r"Credential=[^/]*/\d{8}/[^/]*/([^/]+)/aws4_request")
"""The service in the credential scope of a signature."""


_UNSIGNED = ("/_account", "/_console", "/_ministack", "/_localstack")
"""What answers without a signature and changes the account. The last two are MiniStack's."""


class Gateway:
    """Routes requests to the control API, to Elastic Beanstalk, Auto Scaling, CodePipeline, or MiniStack.

    Requests for `/_account` go to the control API, those for `/_console` to the console. The signature's credential
    scope names the service of all others, so that a client needs no setting but the account's endpoint.
    `faults` strike calls that functions make.
    `on_ready` is called once, when MiniStack has started.
    """

    def __init__(
        self,
        *,
        control: ControlApi,
        console: Console,
        beanstalk: ElasticBeanstalk,
        autoscaling: AutoScaling,
        pipelines: CodePipeline,
        ministack: Application,
        faults: FaultInjector,
        region: str,
        on_ready: Callable[[], None],
    ) -> None:
        self._control = control
        self._console = console
        self._beanstalk = beanstalk
        self._autoscaling = autoscaling
        self._pipelines = pipelines
        self._ministack = ministack
        self._services = FaultMiddleware(faults, self._call_service)
        self._region = region
        self._on_ready = on_ready
        # Elastic Beanstalk reads bundles from the account's S3: with threads of its own it cannot block S3's.
        self._threads = ThreadPoolExecutor(max_workers=16, thread_name_prefix="beanstalk")
        # The console calls the account's services, which need the others.
        self._console_threads = ThreadPoolExecutor(max_workers=8, thread_name_prefix="console")

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._ministack(scope, receive, self._announce_start(send))
        elif reason := _refusal(scope):
            await send_answer(send, 403, {"Content-Type": "application/json"}, json.dumps({"error": reason}).encode())
        elif scope["type"] == "http" and self._control.answers(scope["path"]):
            await self._call_control(scope, receive, send)
        elif scope["type"] == "http" and self._console.answers(scope["path"]):
            await self._call_console(scope, receive, send)
        else:
            await self._services(scope, receive, send)

    def _announce_start(self, send: Send) -> Send:
        async def announce(message: Message) -> None:
            await send(message)
            if message["type"] == "lifespan.startup.complete":
                self._on_ready()

        return announce

    async def _call_control(self, scope: Message, receive: Receive, send: Send) -> None:
        query, body = scope["query_string"].decode(), await read_body(receive)
        status, document = self._control.handle(scope["method"], scope["path"], query, body)
        await send_answer(send, status, {"Content-Type": "application/json"}, json.dumps(document).encode())

    async def _call_console(self, scope: Message, receive: Receive, send: Send) -> None:
        query, body = scope["query_string"].decode("latin-1"), await read_body(receive)
        status, headers, answer = await asyncio.get_running_loop().run_in_executor(
            self._console_threads,
            partial(self._console.handle, scope["method"], scope["path"], query, headers_of(scope), body),
        )
        await send_answer(send, status, headers, answer)

    async def _call_service(self, scope: Message, receive: Receive, send: Send) -> None:
        service = _service(scope) if scope["type"] == "http" else None
        if service not in ("elasticbeanstalk", "autoscaling", "codepipeline"):
            await self._ministack(scope, receive, send)
            return
        body = await read_body(receive)
        if service == "elasticbeanstalk":
            outside = FunctionCall.from_headers(scope["headers"]) is None
            await self._answer(partial(self._beanstalk.handle, outside=outside), service, body, scope, send)
        elif service == "codepipeline":
            await self._answer(self._pipelines.handle, service, body, scope, send)
        elif self._autoscaling.answers(body or scope["query_string"]):
            await self._answer(self._autoscaling.handle, service, body, scope, send)
        else:
            await self._ministack(scope, replayed(body), send)

    async def _answer(self, handle: Handle, service: str, body: bytes, scope: Message, send: Send) -> None:
        caller = SignedCaller(scope, body, self._region, service)
        status, headers, answer = await asyncio.get_running_loop().run_in_executor(
            self._threads, handle, body or scope["query_string"], headers_of(scope), caller
        )
        await send_answer(send, status, headers, answer)


def _refusal(scope: Message) -> str | None:
    """Return why a request is refused: pages of other sites must not change the account by a browser."""
    if scope["type"] != "http" or not scope["path"].startswith(_UNSIGNED):
        return None
    return refusal(scope["method"], headers_of(scope))


def _service(scope: Message) -> str | None:
    """Return the service that a request is signed for; None for a request without a signature in its headers."""
    match = _SERVICE.search(headers_of(scope).get("authorization", ""))
    return match[1] if match else None
