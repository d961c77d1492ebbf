"""The worker program: runs the invocations of one Python function in a process of its own.

MiniStack's worker program is the text of this file and a call of `main`: one file of over 250 lines, which imports
nothing of ours.
Standard input has one line of JSON for each message: the first names what to import, each further one is an invocation.
Answers go to the former standard output. What the function prints goes to standard error, which is its log.
"""

import contextlib
import hashlib
import importlib
import ipaddress
import json
import os
import queue
import socket
import sys
import threading
import time
import traceback
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn, TextIO

END_OF_LOG = "\x1eend of log"
TASK: list[str] = []
"""The execution and the state that invoked the function, as its calls name them; empty without."""
Handler = Callable[[Any, "LambdaContext"], Any]


class InvocationError(Exception):
    """An invocation fails. `answer`: the fields of Lambda's error response."""

    def __init__(self, error_type: str, message: str, stack: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.answer = {"errorMessage": message, "errorType": error_type, "stackTrace": list(stack)}


class LambdaContext:
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
    lines, answers = redirect_streams()
    start = json.loads(lines.get())
    follow_account_clock(scale, origin)
    use_account_dns(os.environ.get("AWS_ENDPOINT_URL", ""))
    set_import_path(shared_code(Path(start["code_dir"])))
    add_caller_header(caller_header)
    handler, failure = load(start["module"], start["handler"])
    answer(answers, {"status": "ready"})
    while True:
        invocation = json.loads(lines.get())
        # After a failed initialisation, Lambda starts a new process for the next invocation.
        answer(answers, {**serve(handler, failure, invocation), "last": handler is None})
        if handler is None:
            os._exit(1)


def redirect_streams() -> "tuple[queue.Queue[str], TextIO]":
    """Send prints to standard error; return the lines of standard input as a queue, and the stream for answers."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    lines: queue.Queue[str] = queue.Queue()
    source = os.fdopen(os.dup(0), "r")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    threading.Thread(target=read, args=(source, lines), daemon=True).start()
    return lines, answers


def read(source: TextIO, lines: "queue.Queue[str]") -> None:
    """Read lines in a thread beside the handler: the process ends with the account, also during an invocation."""
    for line in source:
        lines.put(line)
    os._exit(0)


def answer(answers: TextIO, message: dict[str, Any]) -> None:
    sys.stderr.write("\n" + END_OF_LOG + "\n")
    sys.stderr.flush()
    answers.write(json.dumps(message) + "\n")
    answers.flush()


def follow_account_clock(scale: float, origin: float) -> None:
    """Let `time` measure and sleep account time. datetime, which signs requests, and sockets keep real time."""
    real_time, real_sleep = time.time, time.sleep
    time.time = lambda: origin + (real_time() - origin) / scale
    time.time_ns = lambda: int(time.time() * 1e9)
    time.sleep = lambda seconds: real_sleep(float(seconds) * scale)


def use_account_dns(account: str) -> None:
    """Let the account's DNS answer for names. Addresses and the machine's own name stay as they are."""
    look_up = socket.getaddrinfo
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def getaddrinfo(host: Any, port: Any, *more: Any, **named: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        flags = named.get("flags", more[3] if len(more) > 3 else 0)
        if not name or name == "localhost" or flags & socket.AI_NUMERICHOST or is_address(name):
            return look_up(host, port, *more, **named)
        try:
            with opener.open(f"{account}/_account/resolve?name={urllib.parse.quote(name)}", timeout=10) as answer:
                return look_up(json.load(answer)["public_address"], port, *more, **named)
        except urllib.error.HTTPError:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known") from None
        except OSError as error:
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution") from error

    socket.getaddrinfo = getaddrinfo


def is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def shared_code(folder: Path) -> Path:
    """Return the folder that workers of the same code share. The first one moves its own there."""
    shared = folder.parent.parent / "code" / hashlib.sha256(folder.with_name("code.zip").read_bytes()).hexdigest()[:16]
    shared.parent.mkdir(exist_ok=True)
    with contextlib.suppress(OSError):  # another one was first
        folder.rename(shared)
    os.chdir(shared)
    os.environ["LAMBDA_TASK_ROOT"] = str(shared)
    return shared


def set_import_path(code_folder: Path) -> None:
    """Find the function's code first, then its layers, then the runtime's packages.

    Workers share these folders: the first one compiles what it imports for all.
    """
    sys.dont_write_bytecode = False
    sys.path[0] = str(code_folder)
    for layer in filter(None, os.environ.get("_LAMBDA_LAYERS_DIRS", "").split(os.pathsep)):
        packages = Path(layer, "python")
        sys.path[1:1] = [*map(str, packages.glob("lib/python*/site-packages")), str(packages)]


def add_caller_header(header: str) -> None:
    """Add a header to every call through the SDK that names the call and this function. It is signed like others.

    Call it before the function is imported: a session copies the list of handlers when it is made.
    """
    try:
        from botocore.handlers import BUILTIN_HANDLERS  # noqa: PLC0415 - after set_import_path
    except ImportError:
        return
    caller = f"{os.environ['AWS_LAMBDA_FUNCTION_NAME']} {os.getpid()}"

    def add(params: dict[str, Any], model: Any, **_: Any) -> None:
        service = model.service_model.signing_name.replace("monitoring", "cloudwatch")
        params["headers"][header] = " ".join([service, model.name, caller, *TASK])

    BUILTIN_HANDLERS.append(("before-call", add))


def load(module_name: str, handler_name: str) -> tuple[Handler | None, BaseException | None]:
    """Return the handler and None, or None and the exception with which its initialisation failed."""
    try:
        return find(module_name, handler_name), None
    except SystemExit as end:
        return None, end
    except InvocationError as failure:
        return None, failure
    except Exception as error:  # noqa: BLE001 - every exception of the function is reported
        return None, failed(error)


def find(module_name: str, handler_name: str) -> Handler:
    try:
        module = importlib.import_module(module_name)
    except ImportError as error:
        raise InvocationError(
            "Runtime.ImportModuleError", f"Unable to import module '{module_name}': {error}"
        ) from error
    except SyntaxError as error:
        raise InvocationError(
            "Runtime.UserCodeSyntaxError", f"Syntax error in module '{module_name}': {error}"
        ) from error
    if not hasattr(module, handler_name):
        raise InvocationError("Runtime.HandlerNotFound", f"Handler '{handler_name}' missing on module '{module_name}'")
    handler: Handler = getattr(module, handler_name)
    return handler


def serve(handler: Handler | None, failure: BaseException | None, invocation: dict[str, Any]) -> dict[str, Any]:
    request = invocation["ctx"]
    set_trace(request.get("trace_id"))
    TASK[:] = request["task"]
    try:
        if handler is None:
            raise failure or AssertionError("neither a handler nor a failure")
        result = call(handler, invocation["event"], request)
    except SystemExit as end:
        os._exit(exit_status(end))
    except InvocationError as error:
        return {"status": "error", "payload": reported(error, request["request_id"])}
    return {"status": "ok", "result": result}


def call(handler: Handler, event: Any, request: dict[str, Any]) -> Any:
    context = LambdaContext(request["request_id"], request["invoked_function_arn"], request["timeout_ms"] / 1000)
    try:
        result = handler(event, context)
    except Exception as error:
        raise failed(error) from error
    try:
        return json.loads(json.dumps(result))
    except (TypeError, ValueError, RecursionError) as error:
        raise InvocationError("Runtime.MarshalError", f"Unable to marshal response: {error}") from error


def failed(error: Exception) -> InvocationError:
    """Return an exception as Lambda reports it, without the frames of this file."""
    runtime = (__file__, importlib.__file__)
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename not in runtime]
    own = [frame for frame in frames if not frame.filename.startswith("<frozen importlib")]
    stack = [text.replace(os.environ["LAMBDA_TASK_ROOT"], "/var/task") for text in traceback.format_list(own)]
    return InvocationError(type(error).__name__, str(error), stack)


def reported(failure: InvocationError, request_id: str) -> dict[str, Any]:
    """Write an error to the log; return the error response of the invocation."""
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
