"""An instance as a process on this machine."""

import shutil
import threading
from collections.abc import Callable
from pathlib import Path

from emulator.beanstalk import source_bundle
from emulator.beanstalk.hosting.capacity import Capacity
from emulator.beanstalk.hosting.deployment_command import DeploymentCommand, DeploymentKind
from emulator.beanstalk.hosting.hosting import WEB_LOG
from emulator.beanstalk.hosting.impairments import Impairment
from emulator.beanstalk.hosting.machine import MachineLoad, MachineMonitor
from emulator.beanstalk.hosting.package_cache import PackageCache
from emulator.beanstalk.hosting.preparation import Preparation
from emulator.beanstalk.hosting.process import ApplicationProcess
from emulator.beanstalk.hosting.request_gate import RequestGate
from emulator.beanstalk.hosting.request_metrics import AnsweredRequest, RequestMetrics


class ProcessInstance:
    """One instance; see InstanceHosting. Thread-safe.

    `folder`: where bundles are unpacked and logs are kept. `packages`: the packages of applications.
    """

    def __init__(
        self,
        folder: Path,
        capacity: Callable[[], Capacity],
        packages: PackageCache,
        impairment: Callable[[], Impairment] = Impairment,
    ) -> None:
        self.running_label: str | None = None
        self.in_service = False
        self.gate = RequestGate(capacity)
        self.metrics = RequestMetrics()
        self._folder = folder
        self._packages = packages
        self._impairment = impairment
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

    @property
    def error(self) -> int | None:
        """The HTTP error that it answers in place of its application; None for none."""
        return self._impairment().status

    def deploy(self, label: str, source: bytes, command: DeploymentCommand) -> None:
        """Stop the running version, start this one, and return at once.

        Raises InvalidBundleError and ApplicationStartError.
        """
        with self._changing:
            if self._closed:
                return
            restarts = command.kind is DeploymentKind.RESTART and self.running_label == label and self._process
            self._stop_process()
            folder = self._current_folder()
            if restarts and folder.is_dir():
                self._start(folder, command)
                return
            shutil.rmtree(folder, ignore_errors=True)
            self._deployments += 1
            folder = self._current_folder()
            self.running_label = label
            source_bundle.unpack(source, folder)
            preparation = Preparation(folder, command, self._packages, self._folder)
            preparation.prepare()
            self._start(folder, command)
            preparation.finish()

    def running(self) -> bool:
        """Return whether the application's process runs."""
        process = self._process
        return process is not None and process.running()

    def probe(self, path: str) -> int | None:
        """Return the HTTP status of a health check, None when the application does not answer."""
        process = self._process
        status = process.probe(path) if process else None
        return status and (self.error or status)

    def log_tail(self) -> str:
        """Return the last lines that the application wrote."""
        process = self._process
        return process.log_tail() if process else ""

    def logs(self) -> dict[str, str]:
        """Return what the application and the engine wrote, by the path that the log has on an instance."""
        found = sorted(self._folder.glob("*.log"))
        return {WEB_LOG: ""} | {f"/var/log/{log.name}": log.read_text(errors="replace") for log in found}

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

    def _start(self, folder: Path, command: DeploymentCommand) -> None:
        log = self._folder / "web.stdout.log"
        process = ApplicationProcess(
            folder, command.properties, log, platform=command.platform, wsgi_path=command.wsgi_path
        )
        process.start()
        self._process = process

    def _current_folder(self) -> Path:
        return self._folder / f"deployment-{self._deployments}"
