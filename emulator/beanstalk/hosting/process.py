"""Runs an application version as a process, as the Python platform runs it on an instance."""

import http.client
import os
import random
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from threading import Lock

_SUPERVISOR = Path(__file__).with_name("supervisor.py")
_STOP_SECONDS = 5.0
_PORTS = range(20_000, 32_000)
"""Below the range of outgoing connections on Linux and macOS: those could take a port before the process does."""


class ApplicationStartError(Exception):
    """The application cannot start. The message goes into an event."""


class ApplicationProcess:
    """One application version in one environment: a process group that listens on its own loopback port.

    It ends when the account's server ends, even when the server is killed. Its environment variables are the given
    ones, PORT, PATH, HOME and LANG: none of the server's.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str], log: Path) -> None:
        self.port = _free_port()
        self._folder = folder
        self._environment = _clean_environment(folder) | dict(environment) | {"PORT": str(self.port)}
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the process and return at once. Raises ApplicationStartError when the bundle holds nothing to run."""
        command = _command(self._folder, self.port)
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", str(_SUPERVISOR), *command],
                cwd=self._folder,
                env=self._environment,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def running(self) -> bool:
        """Return whether the process runs."""
        return self._process is not None and self._process.poll() is None

    def probe(self, path: str = "/", timeout: float = 1.0) -> int | None:
        """Return the HTTP status of `GET path`, None without an answer in `timeout` real seconds."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request("GET", path, headers={"User-Agent": "ELB-HealthChecker/2.0", "Connection": "close"})
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()

    def stop(self) -> None:
        """End the process group: SIGTERM, then SIGKILL. May be called again."""
        if self._process is None or self._process.stdin is None:
            return
        self._process.stdin.close()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        _taken_ports.discard(self.port)

    def log_tail(self, lines: int = 20) -> str:
        """Return the last lines that the application wrote to standard output and error."""
        if not self._log.exists():
            return ""
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-lines:])


def _command(folder: Path, port: int) -> list[str]:
    procfile = folder / "Procfile"
    if procfile.is_file():
        return ["/bin/sh", "-c", _web_command(procfile)]
    if (folder / "application.py").is_file():
        return _wsgi_command(port)
    raise ApplicationStartError(
        "There is nothing to run in the source bundle. Expected a Procfile or an application.py at its top level."
    )


def _web_command(procfile: Path) -> str:
    for line in procfile.read_text(errors="replace").splitlines():
        if match := re.fullmatch(r"\s*web\s*:\s*(.*\S)\s*", line):
            return match[1]
    raise ApplicationStartError("The Procfile starts no web process. Expected a line 'web: command'.")


def _wsgi_command(port: int) -> list[str]:
    serve = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--workers", "1", "--threads", "8"]
    return [*serve, "--no-control-socket", "--log-level", "warning", "application:application"]


def _clean_environment(folder: Path) -> dict[str, str]:
    interpreter = str(Path(sys.executable).parent)
    path = os.pathsep.join([interpreter, os.environ.get("PATH", os.defpath)])
    return {"PATH": path, "HOME": str(folder), "LANG": "C.UTF-8"}


_taken_ports: set[int] = set()
_taking_port = Lock()


def _free_port() -> int:
    with _taking_port:
        for port in random.sample(_PORTS, len(_PORTS)):
            if port not in _taken_ports and _is_free(port):
                _taken_ports.add(port)
                return port
    raise ApplicationStartError(f"No port is free between {_PORTS.start} and {_PORTS.stop}. End other programs.")


def _is_free(port: int) -> bool:
    with socket.socket() as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
