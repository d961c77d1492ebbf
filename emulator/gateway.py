"""The emulated account's one ASGI application: routes each request to the part that answers it."""

import asyncio
import json
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from emulator.asgi import Application, Message, Receive, Send, headers_of, read_body, send_answer
from emulator.beanstalk import ElasticBeanstalk
from emulator.codepipeline import CodePipeline
from emulator.control import ControlApi
from emulator.faults import FaultInjector, FaultMiddleware
from emulator.iam.signed_caller import SignedCaller

_SERVICE = re.compile(r"Credential=[^/]*/\d{8}/[^/]*/([^/]+)/aws4_request")
"""The service in the credential scope of a signature."""


class Gateway:
    """Routes requests to the control API, to Elastic Beanstalk, to CodePipeline, or to MiniStack.

    Requests for `/_account` go to the control API. The signature's credential scope names the service of all others,
    so that a client needs no setting but the account's endpoint. `faults` strike calls that functions make.
    `on_ready` is called once, when MiniStack has started.
    """

    def __init__(
        self,
        *,
        control: ControlApi,
        beanstalk: ElasticBeanstalk,
        pipelines: CodePipeline,
        ministack: Application,
        faults: FaultInjector,
        region: str,
        on_ready: Callable[[], None],
    ) -> None:
        self._control = control
        self._beanstalk = beanstalk
        self._pipelines = pipelines
        self._ministack = ministack
        self._services = FaultMiddleware(faults, self._call_service)
        self._region = region
        self._on_ready = on_ready
        # Elastic Beanstalk reads bundles from the account's S3: with threads of its own it cannot block S3's.
        self._threads = ThreadPoolExecutor(max_workers=16, thread_name_prefix="beanstalk")

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._ministack(scope, receive, self._announce_start(send))
        elif scope["type"] == "http" and self._control.answers(scope["path"]):
            await self._call_control(scope, receive, send)
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

    async def _call_service(self, scope: Message, receive: Receive, send: Send) -> None:
        service = _service(scope) if scope["type"] == "http" else None
        if service == "elasticbeanstalk":
            await self._call_beanstalk(scope, receive, send)
        elif service == "codepipeline":
            await self._call_codepipeline(scope, receive, send)
        else:
            await self._ministack(scope, receive, send)

    async def _call_beanstalk(self, scope: Message, receive: Receive, send: Send) -> None:
        body = await read_body(receive)
        caller = SignedCaller(scope, body, self._region)
        status, headers, answer = await asyncio.get_running_loop().run_in_executor(
            self._threads, self._beanstalk.handle, body or scope["query_string"], headers_of(scope), caller
        )
        await send_answer(send, status, headers, answer)

    async def _call_codepipeline(self, scope: Message, receive: Receive, send: Send) -> None:
        body = await read_body(receive)
        caller = SignedCaller(scope, body, self._region, "codepipeline")
        target = headers_of(scope).get("x-amz-target", "")
        status, headers, answer = await asyncio.get_running_loop().run_in_executor(
            self._threads, self._pipelines.handle, target, body, caller
        )
        await send_answer(send, status, headers, answer)


def _service(scope: Message) -> str | None:
    """Return the service that a request is signed for; None for a request without a signature in its headers."""
    match = _SERVICE.search(headers_of(scope).get("authorization", ""))
    return match[1] if match else None
