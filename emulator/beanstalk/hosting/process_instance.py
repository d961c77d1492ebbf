"""An instance as a process on this machine."""

import shutil
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from emulator.beanstalk import source_bundle
from emulator.beanstalk.hosting.capacity import Capacity
from emulator.beanstalk.hosting.hosting import WEB_LOG
from emulator.beanstalk.hosting.machine import MachineLoad, MachineMonitor
from emulator.beanstalk.hosting.process import ApplicationProcess
from emulator.beanstalk.hosting.request_gate import RequestGate
from emulator.beanstalk.hosting.request_metrics import AnsweredRequest, RequestMetrics


class ProcessInstance:
    """One instance; see InstanceHosting. `folder`: where bundles are unpacked and the log is kept. Thread-safe."""

    def __init__(self, folder: Path, capacity: Callable[[], Capacity]) -> None:
        self.running_label: str | None = None
        self.in_service = False
        self.gate = RequestGate(capacity)
        self.metrics = RequestMetrics()
        self._folder = folder
        self._changing = threading.Lock()
        self._process: ApplicationProcess | None = None
        self._deployments = 0
        self._monitor = MachineMonitor()
        self._closed = False

    @property
    def address(self) -> tuple[int, str] | None:
        """The port and the version label; None when the instance is not in service."""
        process = self._process
        return (process.port, str(self.running_label)) if process and self.in_service else None

    def deploy(self, label: str, source: bytes, properties: Mapping[str, str]) -> None:
        """Stop the running version, start this one, and return at once.

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
        """Return whether the application's process runs."""
        process = self._process
        return process is not None and process.running()

    def probe(self, path: str) -> int | None:
        """Return the HTTP status of a health check, None when the application does not answer."""
        process = self._process
        return process.probe(path) if process else None

    def log_tail(self) -> str:
        """Return the last lines that the application wrote."""
        process = self._process
        return process.log_tail() if process else ""

    def logs(self) -> dict[str, str]:
        """Return what the application wrote, by the path that the log has on an instance."""
        log = self._folder / "web.stdout.log"
        return {WEB_LOG: log.read_text(errors="replace") if log.is_file() else ""}

    def recent_requests(self) -> list[AnsweredRequest]:
        """Return the requests of the last ten seconds."""
        return self.metrics.recent()

    def load(self) -> MachineLoad:
        """Return how busy the instance is. All run on this machine."""
        return self._monitor.load()

    def close(self) -> None:
        """End the process for good, and remove the unpacked bundles. May be called again."""
        with self._changing:
            self._closed = True
            self._stop_process()
            shutil.rmtree(self._folder, ignore_errors=True)

    def _stop_process(self) -> None:
        self.in_service = False
        if self._process:
            self._process.stop()
            self._process = None
        shutil.rmtree(self._folder / f"deployment-{self._deployments}", ignore_errors=True)
