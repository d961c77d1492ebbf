"""ASGI middleware that lets faults strike the calls of functions."""

import asyncio
import contextlib
import os
import signal
from dataclasses import replace
from typing import Any, Final

from emulator.asgi import Application, Message, Receive, Send, headers_of, read_body, replayed, send_answer
from emulator.beanstalk.stale_reads import AGE_HEADER
from emulator.faults.answers import throttling_answer, unavailable_answer
from emulator.faults.faults import HELD_SECONDS, Fault, FaultInjector, FaultKind
from emulator.faults.function_call import FunctionCall

FORM: Final = "application/x-www-form-urlencoded"
"""The content type of Query APIs."""


class FaultMiddleware:
    """Passes requests on to an application, except calls of functions that a fault strikes."""

    def __init__(self, faults: FaultInjector, application: Application) -> None:
        self._faults = faults
        self._application = application

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        call = FunctionCall.from_headers(scope["headers"], scope["path"]) if scope["type"] == "http" else None
        if call is None:
            await self._application(scope, receive, send)
            return
        if call.execution and headers_of(scope).get("content-type", "").startswith(FORM):
            body = await read_body(receive)
            call, receive = replace(call, form=body.decode()), replayed(body)
        fault = self._faults.strike(call)
        if fault and fault.kind is FaultKind.HOLD:
            fault = await self._held(fault, call)
        if fault is None:
            await self._application(scope, receive, send)
            return
        if fault.kind is FaultKind.STALE:
            await self._application(_with_age(scope, fault.age), receive, send)
            return
        if fault.kind is FaultKind.SLOW:
            await self._application(scope, receive, _late(send, self._faults.real_delay(fault)))
            return
        await self._fail(fault.kind, call, scope, receive, send)

    async def _held(self, fault: Fault, call: FunctionCall) -> Fault | None:
        """Wait until a held call may go on; return the fault that strikes it then."""
        while self._faults.holds(fault):
            await asyncio.sleep(HELD_SECONDS)
        return self._faults.strike_held(call)

    async def _fail(self, kind: FaultKind, call: FunctionCall, scope: Message, receive: Receive, send: Send) -> None:
        if kind.takes_effect:
            await self._application(scope, receive, _discard)
        else:
            await read_body(receive)
        match kind:
            case FaultKind.THROTTLE:
                content_type = headers_of(scope).get("content-type", "")
                await send_answer(send, *throttling_answer(call.service, content_type))
            case FaultKind.ERROR_BEFORE | FaultKind.ERROR_AFTER:
                await send_answer(send, *unavailable_answer())
            case FaultKind.RESET_BEFORE | FaultKind.RESET_AFTER:
                _close_connection(scope)
            case FaultKind.KILL_AFTER:
                _kill_worker(call.process)
                _close_connection(scope)


def _with_age(scope: Message, age: float | None) -> Message:
    """Return a request whose answer is to be as old as that; only Elastic Beanstalk knows the header."""
    return {**scope, "headers": [*scope["headers"], (AGE_HEADER.encode(), str(age).encode())]}


def _late(send: Send, seconds: float) -> Send:
    """Return what sends an answer so many real seconds later."""

    async def send_late(message: Message) -> None:
        if message["type"] == "http.response.start":
            await asyncio.sleep(seconds)
        with contextlib.suppress(OSError):  # the caller has gone
            await send(message)

    return send_late


async def _discard(_: Message) -> None:
    """Send nothing: the caller does not get the answer."""


def _close_connection(scope: Message) -> None:
    """Close a request's connection at once, without an answer. ASGI has no event for this."""
    loop: Any = asyncio.get_running_loop()
    for transport in list(loop._transports.values()):  # noqa: SLF001 - no other way leads from a request to its socket
        if transport.get_extra_info("peername") == tuple(scope["client"]):
            transport.abort()


def _kill_worker(process: int | None) -> None:
    """Kill a function's worker process. Never kills a process outside of the server's process group."""
    with contextlib.suppress(ProcessLookupError):
        if process and process != os.getpid() and os.getpgid(process) == os.getpgid(0):
            os.kill(process, signal.SIGKILL)
