"""Runs a Python function's invocations in a process of its own, one line of JSON each.

This file's text, and a call of `main`, become the worker program of the emulator, so it imports nothing of ours.
The first line from standard input tells what to import; each further line is an invocation. Answers go out on what
was standard output; all that the function prints goes to standard error, which is its log.
"""

import importlib
import json
import os
import queue
import sys
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn, TextIO

END_OF_LOG = "\x1eend of log"
Handler = Callable[[Any, "Context"], Any]


class Failure(Exception):  # noqa: N818 - it is an answer, with an error in it
    """What Lambda answers when an invocation fails: the fields of an error response."""

    def __init__(self, error_type: str, message: str, stack: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.answer = {"errorMessage": message, "errorType": error_type, "stackTrace": list(stack)}


class Context:
    """The context object of the Python runtime."""

    client_context = None
    identity = None

    def __init__(self, request_id: str, invoked_function_arn: str, seconds: float) -> None:
        self.aws_request_id = request_id
        self.invoked_function_arn = invoked_function_arn
        self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = "/aws/lambda/" + self.function_name
        self.log_stream_name = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
        self._deadline = time.monotonic() + seconds

    def get_remaining_time_in_millis(self) -> int:
        return max(0, int((self._deadline - time.monotonic()) * 1000))


def main(scale: float, origin: float, caller_header: str) -> NoReturn:
    lines, answers = take_over_streams()
    begin = json.loads(lines.get())
    follow_account_clock(scale, origin)
    set_import_path(begin["code_dir"])
    sign_calls(caller_header)
    handler, failure = load(begin["module"], begin["handler"])
    answer(answers, {"status": "ready"})
    while True:
        invocation = json.loads(lines.get())
        # Lambda starts another environment after a failed initialisation.
        answer(answers, {**serve(handler, failure, invocation), "last": handler is None})
        if handler is None:
            os._exit(1)


def take_over_streams() -> "tuple[queue.Queue[str], TextIO]":
    """Lines of standard input as a queue, and the stream for answers."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    lines: queue.Queue[str] = queue.Queue()
    source = os.fdopen(os.dup(0), "r")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    threading.Thread(target=read, args=(source, lines), daemon=True).start()
    return lines, answers


def read(source: TextIO, lines: "queue.Queue[str]") -> None:
    """Runs beside the handler, so that the process ends with the account even in the middle of an invocation."""
    for line in source:
        lines.put(line)
    os._exit(0)


def answer(answers: TextIO, message: dict[str, Any]) -> None:
    sys.stderr.write("\n" + END_OF_LOG + "\n")
    sys.stderr.flush()
    answers.write(json.dumps(message) + "\n")
    answers.flush()


def follow_account_clock(scale: float, origin: float) -> None:
    """Make what a function measures and sleeps the account's; what signs requests (datetime) and sockets stay real."""
    real_time, real_sleep = time.time, time.sleep
    time.time = lambda: origin + (real_time() - origin) / scale
    time.time_ns = lambda: int(time.time() * 1e9)
    time.sleep = lambda seconds: real_sleep(float(seconds) * scale)


def set_import_path(code_folder: str) -> None:
    """The function's code first, then its layers, then the runtime's packages."""
    sys.path[0] = code_folder
    for layer in filter(None, os.environ.get("_LAMBDA_LAYERS_DIRS", "").split(os.pathsep)):
        packages = Path(layer, "python")
        sys.path[1:1] = [*map(str, packages.glob("lib/python*/site-packages")), str(packages)]


def sign_calls(header: str) -> None:
    """Let every call that is made through the SDK say what it is and who makes it, in a header, signed like others.

    Sessions copy the list of handlers when they are made, which may be as soon as the function is imported.
    """
    try:
        from botocore.handlers import BUILTIN_HANDLERS  # noqa: PLC0415 - in this process's own path, set by now
    except ImportError:
        return
    caller = f"{os.environ['AWS_LAMBDA_FUNCTION_NAME']} {os.getpid()}"

    def sign(params: dict[str, Any], model: Any, **_: Any) -> None:
        service = model.service_model.signing_name.replace("monitoring", "cloudwatch")
        params["headers"][header] = f"{service} {model.name} {caller}"

    BUILTIN_HANDLERS.append(("before-call", sign))


def load(module_name: str, handler_name: str) -> tuple[Handler | None, BaseException | None]:
    """The handler and no failure, or no handler and how its initialisation failed."""
    try:
        return find(module_name, handler_name), None
    except SystemExit as end:
        return None, end
    except Failure as failure:
        return None, failure
    except Exception as error:  # noqa: BLE001 - any exception of the function's is reported
        return None, failed(error)


def find(module_name: str, handler_name: str) -> Handler:
    try:
        module = importlib.import_module(module_name)
    except ImportError as error:
        raise Failure("Runtime.ImportModuleError", f"Unable to import module '{module_name}': {error}") from error
    except SyntaxError as error:
        raise Failure("Runtime.UserCodeSyntaxError", f"Syntax error in module '{module_name}': {error}") from error
    if not hasattr(module, handler_name):
        raise Failure("Runtime.HandlerNotFound", f"Handler '{handler_name}' missing on module '{module_name}'")
    handler: Handler = getattr(module, handler_name)
    return handler


def serve(handler: Handler | None, failure: BaseException | None, invocation: dict[str, Any]) -> dict[str, Any]:
    request = invocation["ctx"]
    set_trace(request.get("trace_id"))
    try:
        if handler is None:
            raise failure or AssertionError("neither a handler nor a failure")
        result = call(handler, invocation["event"], request)
    except SystemExit as end:
        os._exit(exit_status(end))
    except Failure as error:
        return {"status": "error", "payload": reported(error, request["request_id"])}
    return {"status": "ok", "result": result}


def call(handler: Handler, event: Any, request: dict[str, Any]) -> Any:
    context = Context(request["request_id"], request["invoked_function_arn"], request["timeout_ms"] / 1000)
    try:
        result = handler(event, context)
    except Exception as error:
        raise failed(error) from error
    try:
        return json.loads(json.dumps(result))
    except (TypeError, ValueError, RecursionError) as error:
        raise Failure("Runtime.MarshalError", f"Unable to marshal response: {error}") from error


def failed(error: Exception) -> Failure:
    """An exception as Lambda reports it; frames of this file are not the function's."""
    runtime = (__file__, importlib.__file__)
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename not in runtime]
    own = [frame for frame in frames if not frame.filename.startswith("<frozen importlib")]
    stack = [text.replace(os.environ["LAMBDA_TASK_ROOT"], "/var/task") for text in traceback.format_list(own)]
    return Failure(type(error).__name__, str(error), stack)


def reported(failure: Failure, request_id: str) -> dict[str, Any]:
    """Write a failure to the log, and return it as the answer of the invocation."""
    fields = {**failure.answer, "requestId": request_id}
    sys.stderr.write(f"[ERROR] {fields['errorType']}: {fields['errorMessage']}\n")
    if fields["stackTrace"]:
        sys.stderr.write("Traceback (most recent call last):\n" + "".join(fields["stackTrace"]))
    return {name: fields[name] for name in ("errorMessage", "errorType", "requestId", "stackTrace")}


def exit_status(end: SystemExit) -> int:
    if end.code is None:
        return 0
    return end.code if isinstance(end.code, int) else 1


def set_trace(trace_id: str | None) -> None:
    if trace_id:
        os.environ["_X_AMZN_TRACE_ID"] = trace_id
    else:
        os.environ.pop("_X_AMZN_TRACE_ID", None)
