"""Runs an application version as processes, as its platform runs it on an instance."""

import http.client
import random
import socket
from collections.abc import Mapping
from pathlib import Path
from threading import Lock

from emulator.beanstalk.bundle import start_commands
from emulator.beanstalk.bundle.start_commands import DEFAULT_WSGI_PATH, PYTHON, ApplicationStartError
from emulator.beanstalk.hosting.supervised import SupervisedGroup
from emulator.beanstalk.hosting.workspace import Workspace

__all__ = ["ApplicationProcess", "ApplicationStartError"]

_PORTS = range(20_000, 32_000)
"""Below the range of outgoing connections on Linux and macOS: those could take a port before the process does."""


class ApplicationProcess:
    """One application version on one instance: a process group that listens on its own loopback port.

    It ends when the account's server ends, even when the server is killed. Its environment variables are the given
    ones, PORT, PATH, HOME and LANG: none of the server's. `platform`: Python or Node.js. `wsgi_path`: the value of
    the option WSGIPath. The web process writes to `log`, others to files beside it.
    """

    def __init__(
        self,
        folder: Path,
        environment: Mapping[str, str],
        log: Path,
        *,
        platform: str = PYTHON,
        wsgi_path: str = DEFAULT_WSGI_PATH,
    ) -> None:
        self.port = _free_port()
        self._workspace = Workspace(folder, environment)
        self._log = log
        self._platform = platform
        self._wsgi_path = wsgi_path
        self._group: SupervisedGroup | None = None

    def start(self) -> None:
        """Start the processes and return at once. Raises ApplicationStartError when the bundle holds nothing to run."""
        workspace = self._workspace
        commands = start_commands.start_commands(workspace.folder, self._platform, self._wsgi_path)
        web = workspace.shell_command(commands.pop("web"))
        beside = [
            (workspace.shell_command(command), self._log.with_name(f"{name}.stdout.log"))
            for name, command in commands.items()
        ]
        environment = workspace.environment() | {"PORT": str(self.port)}
        self._group = SupervisedGroup(
            web, folder=workspace.folder, environment=environment, log=self._log, beside=beside
        )

    def running(self) -> bool:
        """Return whether the web process runs."""
        return self._group is not None and self._group.running()

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
        if self._group is not None:
            self._group.stop()
            _taken_ports.discard(self.port)

    def log_tail(self, lines: int = 20) -> str:
        """Return the last lines that the web process wrote to standard output and error."""
        if not self._log.exists():
            return ""
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-lines:])


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
