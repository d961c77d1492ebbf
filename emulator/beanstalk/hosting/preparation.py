"""Prepares a deployment on an instance, in the order in which AWS's platforms do.

Source: https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/platforms-linux-extend.hooks.html
"""

from contextlib import suppress
from pathlib import Path

from emulator.beanstalk.bundle import configuration_files, start_commands
from emulator.beanstalk.bundle.configuration import ConfigurationFileError, ConfigurationFiles
from emulator.beanstalk.bundle.start_commands import NODE, ApplicationStartError
from emulator.beanstalk.hosting import node_packages, python_packages
from emulator.beanstalk.hosting.configured_steps import run_commands, write_files
from emulator.beanstalk.hosting.deployment_command import DeploymentCommand, DeploymentKind
from emulator.beanstalk.hosting.package_cache import PackageCache
from emulator.beanstalk.hosting.platform_engine import PlatformEngine
from emulator.beanstalk.hosting.workspace import Workspace

_PROGRAMS = (b"#!", b"\x7fELF", b"\xcf\xfa\xed\xfe")
"""How a file begins that can run: a script, and programs of Linux and macOS."""


class Preparation:
    """The steps of one deployment on one instance, before and after the application starts.

    `folder`: the unpacked bundle. `logs`: the folder for logs.
    """

    def __init__(self, folder: Path, command: DeploymentCommand, packages: PackageCache, logs: Path) -> None:
        self._workspace = Workspace(folder, command.properties)
        self._engine = PlatformEngine(self._workspace, logs, command.kind)
        self._command = command
        self._packages = packages
        self._deploys_application = command.kind is DeploymentKind.APPLICATION

    def prepare(self) -> None:
        """Do all that comes before the application starts. Raises ApplicationStartError."""
        configuration = self._configuration()
        self._make_workspace(configuration)
        for one in configuration.files:
            write_files(self._engine, one.files)
            run_commands(self._engine, one.commands, self._workspace.files, "PreBuildEbExtension")
        self._run_hooks("prebuild")
        try:
            self._install_packages()
        except ApplicationStartError as error:
            raise self._engine.failure("InstallDependency", str(error), error.event) from error
        if self._deploys_application:
            self._build(configuration)
        self._run_hooks("predeploy")

    def finish(self) -> None:
        """Do all that comes after the application's start. Raises ApplicationStartError."""
        self._run_hooks("postdeploy")

    def _configuration(self) -> ConfigurationFiles:
        try:
            configuration = configuration_files.read(self._workspace.folder)
        except ConfigurationFileError as error:
            raise self._engine.failure("PreBuildEbExtension", str(error)) from error
        for warning in configuration.warnings:
            self._engine.note(warning, "WARN")
        return configuration

    def _make_workspace(self, configuration: ConfigurationFiles) -> None:
        folder = self._workspace.folder
        if configuration.files or (folder / ".platform").is_dir() or (folder / "Buildfile").is_file():
            self._workspace.make([file.path for one in configuration.files for file in one.files])

    def _install_packages(self) -> None:
        folder, log = self._workspace.folder, self._engine.log
        if self._command.platform == NODE:
            node_packages.install(self._packages, folder, self._command.properties, log)
            return
        if (folder / "Pipfile").is_file() and not (folder / python_packages.REQUIREMENTS).is_file():
            raise ApplicationStartError("Pipfile is not supported on this machine. Add a requirements.txt.")
        link = self._workspace.virtual_environment
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(python_packages.virtual_environment(self._packages, folder, log))

    def _build(self, configuration: ConfigurationFiles) -> None:
        for name, command in start_commands.build_commands(self._workspace.folder).items():
            self._engine.run(name, command, "Buildfile")
        for one in configuration.files:
            run_commands(
                self._engine,
                one.container_commands,
                self._workspace.folder,
                "PostBuildEbExtension",
                leader=self._command.leader,
            )

    def _run_hooks(self, stage: str) -> None:
        """Run the hooks of a stage in the order of their names. AWS's platforms make all of them executable."""
        name = "hooks" if self._deploys_application else "confighooks"
        folder = self._workspace.folder / ".platform" / name / stage
        hooks = sorted(file for file in folder.iterdir() if file.is_file()) if folder.is_dir() else []
        for hook in hooks:
            step, shown = f"Run{stage.capitalize()}Hooks", f".platform/{name}/{stage}/{hook.name}"
            if not hook.read_bytes().startswith(_PROGRAMS):
                raise self._engine.failure(
                    step, f"fork/exec {shown}: exec format error. Expected a first line #!/bin/bash"
                )
            with suppress(UnicodeDecodeError):
                hook.write_text(self._workspace.translated(hook.read_text()))
            hook.chmod(0o755)
            self._engine.run(shown, [str(hook)], step)
