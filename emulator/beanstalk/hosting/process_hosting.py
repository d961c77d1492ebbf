"""An environment's load balancer and instance as a server and a process on this machine."""

import shutil
import threading
from collections.abc import Mapping
from pathlib import Path

from emulator.beanstalk import source_bundle
from emulator.beanstalk.hosting.process import ApplicationProcess
from emulator.forwarder import Forwarder, Target


class ProcessHosting:
    """The load balancer and the application process of one environment.

    Its answers say in the header X-Answered-By which environment answered, and the version that really runs there.
    Thread-safe. Everything but the attributes takes real time, and must be called without the state's lock.
    """

    def __init__(self, environment: str, folder: Path) -> None:
        self.environment = environment
        self.running_label: str | None = None
        self.in_service = False
        """Whether the load balancer sends users to the instance."""
        self._folder = folder
        self._changing = threading.Lock()
        self._balancer: Forwarder | None = None
        self._process: ApplicationProcess | None = None
        self._deployments = 0
        self._closed = False

    @property
    def port(self) -> int | None:
        """The load balancer's port on 127.0.0.1; None while there is no load balancer."""
        balancer = self._balancer
        return balancer.port if balancer else None

    def open(self) -> None:
        """Make the load balancer, which answers 503 until there is an instance in service."""
        with self._changing:
            if self._closed or self._balancer:
                return
            balancer = Forwarder(self._route)
            balancer.start()
            self._balancer = balancer

    def deploy(self, label: str, source: bytes, properties: Mapping[str, str]) -> None:
        """Replace what runs by this version: stop the old one, then start the new one and return at once.

        Raises InvalidBundleError and ApplicationStartError.
        """
        with self._changing:
            if self._closed:
                return
            self._stop_process()
            self._deployments += 1
            folder = self._folder / f"deployment-{self._deployments}"
            self.running_label = label
            source_bundle.unpack(source, folder)
            process = ApplicationProcess(folder, properties, self._folder / "web.stdout.log")
            process.start()
            self._process = process

    def running(self) -> bool:
        """Whether the application's process lives."""
        process = self._process
        return process is not None and process.running()

    def probe(self, path: str) -> int | None:
        """Return the status that the application answers to a health check, None when it does not answer."""
        process = self._process
        return process.probe(path) if process else None

    def log_tail(self) -> str:
        """Return the last that the application wrote."""
        process = self._process
        return process.log_tail() if process else ""

    def tear_down(self) -> None:
        """End the process and the load balancer; open makes a new one."""
        with self._changing:
            self._end()

    def close(self) -> None:
        """End the process and the load balancer for ever, and remove what was unpacked. May be called again."""
        with self._changing:
            self._closed = True
            self._end()
            shutil.rmtree(self._folder, ignore_errors=True)

    def _end(self) -> None:
        self.in_service = False
        if self._balancer:
            self._balancer.stop()
            self._balancer = None
        self._stop_process()

    def _stop_process(self) -> None:
        self.in_service = False
        if self._process:
            self._process.stop()
            self._process = None
        shutil.rmtree(self._folder / f"deployment-{self._deployments}", ignore_errors=True)

    def _route(self, host: str) -> Target | str:  # noqa: ARG002 - one load balancer serves one environment, by any name
        process = self._process
        if process is None or not self.in_service:
            return f"{self.environment} has no healthy instance in service."
        return Target("127.0.0.1", process.port, {"X-Answered-By": f"{self.environment}/{self.running_label}"})
