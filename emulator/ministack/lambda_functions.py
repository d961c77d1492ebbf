"""Lambda: names errors as the runtime does, runs functions by the account's clock, and counts invocations.

MiniStack calls every failure `Runtime.HandlerError`. Source of the names: the Python runtime interface client, and
answers of Lambda itself quoted in public issues.
"""

import contextlib
import json
import os
import queue
import selectors
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ministack.core import lambda_runtime
from ministack.services import lambda_svc

from emulator.clock import Clock
from emulator.faults.function_call import CALLER_HEADER
from emulator.ministack.lambda_invocations import InvocationCounter
from emulator.ministack.lambda_layers import shared_layers
from emulator.ministack.lambda_worker import END_OF_LOG
from emulator.ministack.replacement import Replacement
from emulator.ministack.stepfunctions.current_task import current_task

_WORKER = Path(__file__).with_name("lambda_worker.py")
_LOG_SECONDS = 1.0
"""Real seconds to wait for the rest of a worker's log."""

Execute = Callable[[dict[str, Any], Any, str], dict[str, Any]]


def replacements(clock: Clock, invocations: InvocationCounter) -> list[Replacement]:
    functions = LambdaFunctions(
        clock, invocations, lambda_svc._execute_function_warm, lambda_runtime._detect_runtime_binary
    )
    return [
        Replacement("ministack.core.lambda_runtime", "_detect_runtime_binary", "222e200df2c0", functions.program),
        Replacement("ministack.services.lambda_svc", "_execute_function_warm", "62b9218bef5b", functions.execute),
    ]


class LambdaFunctions:
    """Invokes Python functions in MiniStack's warm workers. MiniStack invokes those of other runtimes by itself."""

    def __init__(
        self,
        clock: Clock,
        invocations: InvocationCounter,
        execute_other: Execute,
        program_for_other: Callable[[str], tuple[str, str]],
    ) -> None:
        self._clock = clock
        self._invocations = invocations
        self._execute_other = execute_other
        self._program_for_other = program_for_other

    def program(self, runtime: str) -> tuple[str, str]:
        """Return the interpreter for a runtime, and the text of its worker program."""
        if not runtime.startswith("python"):
            return self._program_for_other(runtime)
        settings = {"scale": self._clock.scale, "origin": self._clock.origin, "caller_header": CALLER_HEADER}
        return sys.executable, f"{_WORKER.read_text()}\n\nmain(**{settings!r})\n"

    def execute(self, function: dict[str, Any], event: Any, request_id: str) -> dict[str, Any]:
        """Invoke a function and count it; return MiniStack's result: `body`, `log`, and `error` when it failed."""
        config = function.get("config") or function
        start, failed = time.monotonic(), True
        self._invocations.begin(config["FunctionName"])
        try:
            if config.get("Runtime", "").startswith("python") and function.get("code_zip"):
                result = _execute(function, config, event, request_id)
            else:
                result = self._execute_other(function, event, request_id)
            failed = bool(result.get("error"))
        finally:
            self._invocations.count(config["FunctionName"], time.monotonic() - start, failed=failed)
        return result


def _execute(function: dict[str, Any], config: dict[str, Any], event: Any, request_id: str) -> dict[str, Any]:
    lambda_svc._ensure_reaper_thread()
    worker, _ = lambda_runtime.acquire_worker(
        config["FunctionName"], config, function["code_zip"], qualifier=config.get("Version", "$LATEST")
    )
    try:
        with worker._lock:
            return _invoke(worker, config, event, request_id)
    finally:
        lambda_runtime.release_worker(worker)


def _invoke(worker: Any, config: dict[str, Any], event: Any, request_id: str) -> dict[str, Any]:
    try:
        process = _spawned(worker)
    except RuntimeError:
        if worker._proc is None:
            raise
        return _failure_result(_exit_error(request_id, worker._proc.wait()), _whole_log(worker))
    seconds = float(config.get("Timeout", 3))
    task = current_task.get()
    request = {
        "request_id": request_id,
        "task": [quote(task.execution), quote(task.state)] if task else [],
        "invoked_function_arn": config.get("FunctionArn", ""),
        "timeout_ms": int(seconds * 1000),
        "trace_id": lambda_svc._xray_trace_id_for_invocation(config),
    }
    try:
        answer = _exchange(process, {"event": event, "ctx": request}, seconds)
    except TimeoutError:
        _kill(process)
        message = f"RequestId: {request_id} Error: Task timed out after {seconds:.2f} seconds"
        return _failure_result({"errorType": "Sandbox.Timedout", "errorMessage": message}, _whole_log(worker))
    if answer is None:
        return _failure_result(_exit_error(request_id, process.wait()), _whole_log(worker))
    log = _log(worker)
    if answer["last"]:
        # The worker ends by itself; the next invocation needs a new one.
        process.wait()
    if answer["status"] == "ok":
        return {"body": answer["result"], "log": log}
    return _failure_result(answer["payload"], log)


def _spawned(worker: Any) -> Any:
    """Return the worker's process. MiniStack takes it from the worker at any time, when the function changes."""
    process = worker._proc
    if process is None or process.poll() is not None:
        with shared_layers(worker):
            worker._spawn()
        process = worker._proc
        _log(worker)
    return process


def _exchange(process: Any, message: dict[str, Any], seconds: float) -> dict[str, Any] | None:
    """Send a message to a worker and return its answer; None when the worker has ended. Raises TimeoutError."""
    try:
        process.stdin.write(json.dumps(message) + "\n")
        process.stdin.flush()
        line = _read_line(process.stdout.fileno(), time.monotonic() + seconds)
    except TimeoutError:
        raise
    except (OSError, ValueError):  # the pipe is broken, or closed already
        return None
    answer: dict[str, Any] | None = json.loads(line) if line else None
    return answer


def _read_line(descriptor: int, deadline: float) -> bytes:
    """Return one line, empty at the end of the stream. Raises TimeoutError."""
    line = b""
    with selectors.DefaultSelector() as selector:
        selector.register(descriptor, selectors.EVENT_READ)
        while not line.endswith(b"\n"):
            if not selector.select(max(0.0, deadline - time.monotonic())):
                raise TimeoutError
            piece = os.read(descriptor, 1 << 16)
            if not piece:
                return b""
            line += piece
    return line


def _kill(process: Any) -> None:
    process.kill()
    process.wait()


def _exit_error(request_id: str, status: int) -> dict[str, str]:
    if status == 0:
        reason = "Runtime exited without providing a reason"
    elif status > 0:
        reason = f"Runtime exited with error: exit status {status}"
    else:
        reason = f"Runtime exited with error: signal: {(signal.strsignal(-status) or str(-status)).lower()}"
    return {"errorType": "Runtime.ExitError", "errorMessage": f"RequestId: {request_id} Error: {reason}"}


def _failure_result(payload: dict[str, Any], log: str) -> dict[str, Any]:
    return {"body": payload, "error": True, "log": log or payload["errorMessage"]}


def _log(worker: Any) -> str:
    """Return what the worker has written to its log since the last call, up to the end mark."""
    lines: list[str] = []
    with contextlib.suppress(queue.Empty):
        while (line := worker._stderr_queue.get(timeout=_LOG_SECONDS)) != END_OF_LOG:
            lines.append(line)
    return "\n".join(lines).rstrip("\n")


def _whole_log(worker: Any) -> str:
    """Return the rest of the log of a worker that has ended."""
    worker._stderr_thread.join(_LOG_SECONDS)
    return str(worker._drain_stderr())
