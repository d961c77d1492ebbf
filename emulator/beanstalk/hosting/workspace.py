"""The folder of one deployment on this machine, which stands for the folders of an instance."""

import json
import os
import re
import shlex
import shutil
import sys
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path

PRIVATE = ".instance"
"""The folder in a deployment's folder that stands for the rest of an instance."""
_NOT_DONE = (
    "yum", "dnf", "rpm", "amazon-linux-extras", "systemctl", "service", "chkconfig", "useradd", "usermod", "groupadd",
    "adduser", "crontab", "nginx", "timedatectl",
)  # fmt: skip
_SHELL = shutil.which("bash") or "/bin/sh"
"""Amazon Linux's /bin/sh is bash, and many bundles use `source`."""


class Workspace:
    """The folder of one deployment, with the variables and the paths that its commands see.

    Nothing of the server's environment is left but PATH. Commands find this folder in place of /var/app/staging and
    /var/app/current. Package and service managers are replaced by programs that do nothing, so that a bundle does not
    change this machine. `properties`: the environment properties.
    """

    def __init__(self, folder: Path, properties: Mapping[str, str]) -> None:
        self.folder = folder
        self.private = folder / PRIVATE
        self.virtual_environment = self.private / "venv" / "app"
        self.files = self.private / "root"
        """Stands for the root folder: the `files` of configuration files are written below it."""
        self._programs = self.private / "elasticbeanstalk" / "bin"
        self._properties = dict(properties)

    def environment(self) -> dict[str, str]:
        """Return the environment variables of commands and of the application."""
        interpreter = self.virtual_environment if self.virtual_environment.exists() else Path(sys.executable).parents[1]
        folders = [*([self._programs] if self._programs.exists() else []), interpreter / "bin"]
        path = os.pathsep.join([*map(str, folders), os.environ.get("PATH", os.defpath)])
        temporary = {"TMPDIR": str(self.private / "tmp")} if (self.private / "tmp").exists() else {}
        return {"PATH": path, "HOME": str(self.folder), "LANG": "C.UTF-8"} | temporary | self._properties

    def make(self, files: Sequence[str] = ()) -> None:
        """Make the folders and programs that commands expect. `files`: paths that configuration files write."""
        for folder in (self.files, self.private / "tmp", self._programs, self.private / "elasticbeanstalk/deployment"):
            folder.mkdir(parents=True, exist_ok=True)
        for name in _NOT_DONE:
            _program(self._programs / name, f'echo "{name} $* is not done on this machine."')
        _program(self._programs / "sudo", _SUDO)
        _program(self._programs / "get-config", _GET_CONFIG.format(python=shlex.quote(sys.executable)))
        given = "".join(f"{name}={value}\n" for name, value in self._properties.items())
        (self.private / "elasticbeanstalk/deployment/env").write_text(given)
        (self.private / "elasticbeanstalk/deployment/env.json").write_text(json.dumps(self._properties))
        self._written = tuple(files)
        self.__dict__.pop("_paths", None)

    def translated(self, text: str) -> str:
        """Return a command or a script with the paths of an instance replaced by those on this machine."""
        pattern, replacements = self._paths
        return pattern.sub(lambda match: replacements[match[0]], text)

    def path(self, instance_path: str) -> Path:
        """Return where a file of an instance is on this machine."""
        translated = self.translated(instance_path)
        if translated != instance_path:
            return Path(translated)
        return self.files / instance_path.lstrip("/")

    def shell_command(self, command: str | Sequence[str]) -> list[str]:
        """Return the program and its words that run a command in the shell."""
        line = command if isinstance(command, str) else shlex.join(command)
        return [_SHELL, "-c", self.translated(line)]

    _written: tuple[str, ...] = ()

    @cached_property
    def _paths(self) -> tuple[re.Pattern[str], dict[str, str]]:
        replacements = {
            "/var/app/staging": str(self.folder),
            "/var/app/current": str(self.folder),
            "/var/app/venv": str(self.virtual_environment.parent),
            "/opt/elasticbeanstalk/bin": str(self._programs),
            "/opt/elasticbeanstalk/deployment": str(self.private / "elasticbeanstalk" / "deployment"),
        }
        for file in self._written:
            if not any(file.startswith(f"{folder}/") for folder in replacements):
                replacements[file] = str(self.files / file.lstrip("/"))
        longest_first = sorted(replacements, key=len, reverse=True)
        pattern = "|".join(re.escape(path) for path in longest_first)
        return re.compile(rf"(?<![\w.-])(?:{pattern})(?![\w.-])"), replacements


def _program(file: Path, script: str) -> None:
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)


_SUDO = """\
while [ $# -gt 0 ]; do
  case "$1" in
    -u|-g) shift 2 ;;
    -*) shift ;;
    *=*) export "$1"; shift ;;
    *) exec "$@" ;;
  esac
done"""
"""Runs the command as this machine's user."""
_GET_CONFIG = """\
exec {python} -I -S -c '
import json, sys
values = json.load(open(sys.argv[1]))
words = sys.argv[2:]
if "-k" in words:
    print(values.get(words[words.index("-k") + 1], ""))
else:
    print(json.dumps(values))
' "$(dirname "$0")/../deployment/env.json" "$@" """
