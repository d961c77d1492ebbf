"""The line between functions and services, on which faults strike."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from emulator.faults.answers import throttled, unavailable
from emulator.faults.faults import FaultInjector, FaultKind
from emulator.faults.function_call import FunctionCall

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]


class FaultMiddleware:
    """An ASGI application before another one: the calls of functions pass it, or are struck; all else passes."""

    def __init__(self, faults: FaultInjector, application: Application) -> None:
        self._faults = faults
        self._application = application

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        call = FunctionCall.from_headers(scope["headers"]) if scope["type"] == "http" else None
        kind = self._faults.strike(call) if call else None
        if call is None or kind is None:
            await self._application(scope, receive, send)
            return
        if kind.executed:
            await self._application(scope, receive, _unheard)
        else:
            await read(receive)
        match kind:
            case FaultKind.THROTTLE:
                await answer(send, *throttled(call.service, _content_type(scope)))
            case FaultKind.ERROR_BEFORE | FaultKind.ERROR_AFTER:
                await answer(send, *unavailable())
            case FaultKind.RESET_BEFORE | FaultKind.RESET_AFTER:
                _cut(scope)
            case FaultKind.KILL_AFTER:
                _kill(call.process)
                _cut(scope)


async def read(receive: Receive) -> bytes:
    """Return the whole body of a request."""
    body: bytes = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body", False):
            return body


async def answer(send: Send, status: int, headers: dict[str, str], body: bytes) -> None:
    """Send a whole answer."""
    fields = {**headers, "Content-Length": str(len(body))}
    encoded = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in fields.items()]
    await send({"type": "http.response.start", "status": status, "headers": encoded})
    await send({"type": "http.response.body", "body": body})


async def _unheard(_: Message) -> None:
    """The caller never hears the answer."""


def _content_type(scope: Message) -> str:
    return next((value.decode("latin-1") for name, value in scope["headers"] if name.lower() == b"content-type"), "")


def _cut(scope: Message) -> None:
    """End the connection of a request at once, without an answer, which ASGI knows no message for."""
    loop: Any = asyncio.get_running_loop()
    for transport in list(loop._transports.values()):  # noqa: SLF001 - nothing else leads from a request to its socket
        if transport.get_extra_info("peername") == tuple(scope["client"]):
            transport.abort()


def _kill(process: int | None) -> None:
    """Kill a function's worker. It is of the server's own process group, and nothing else may be killed."""
    with contextlib.suppress(ProcessLookupError):
        if process and process != os.getpid() and os.getpgid(process) == os.getpgid(0):
            os.kill(process, signal.SIGKILL)
