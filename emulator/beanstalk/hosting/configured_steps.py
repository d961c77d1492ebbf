"""Does what configuration files ask for on an instance: files, commands and container commands.

Source: https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/customize-containers-ec2.html
"""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from emulator.beanstalk.bundle.configuration import ConfiguredCommand, ConfiguredFile
from emulator.beanstalk.hosting.platform_engine import PlatformEngine

_FAILED = {
    "PreBuildEbExtension": "EbExtension build failed. Please refer to /var/log/cfn-init.log for more details.",
    "PostBuildEbExtension": "Container commands build failed. Please refer to /var/log/cfn-init.log for more details.",
}
"""By step. Recorded in https://github.com/rennokki/laravel-aws-eb/issues/57."""


def write_files(engine: PlatformEngine, files: Iterable[ConfiguredFile]) -> None:
    """Write the files of a configuration file into the workspace, with its paths in them."""
    for file in files:
        path = engine.workspace.path(file.path)
        if file.content is None:
            engine.note(f"{file.path} is not downloaded on this machine.", "WARN")
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        content = file.content
        with suppress(UnicodeDecodeError):
            content = engine.workspace.translated(content.decode()).encode()
        if file.link:
            path.symlink_to(engine.workspace.path(file.content.decode(errors="replace").strip()))
        else:
            path.write_bytes(content)
            path.chmod(file.mode | 0o600)


def run_commands(
    engine: PlatformEngine, commands: Iterable[ConfiguredCommand], folder: Path, step: str, *, leader: bool = True
) -> None:
    """Run commands in their order. Raises ApplicationStartError at the first that fails and must not.

    `folder`: where a command runs that names no folder. `leader`: whether this instance runs those for one instance.
    """
    for command in commands:
        if command.leader_only and not leader:
            continue
        place = folder
        if command.folder:
            place = engine.workspace.path(command.folder) if command.folder.startswith("/") else folder / command.folder
            place.mkdir(parents=True, exist_ok=True)
        if command.test and engine.status(command.test, place, command.environment) != 0:
            engine.note(f"Command {command.name} does not run: its test failed.")
            continue
        engine.note(f"Running command {command.name}")
        status = engine.status(command.command, place, command.environment)
        if status != 0 and not command.ignores_errors:
            why = f"Command {command.name} failed with {engine.described(status)}"
            raise engine.failure(step, f"{_FAILED[step]} {why}")
