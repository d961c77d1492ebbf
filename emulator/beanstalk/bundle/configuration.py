"""What the configuration files of a bundle ask for."""

from collections.abc import Mapping
from dataclasses import dataclass, field


class ConfigurationFileError(Exception):
    """A configuration file cannot be read. `path`: of the file. `reason`: what YAML and JSON say."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path} contains invalid YAML or JSON. {reason}")
        self.path = path
        self.reason = reason

    def event(self, label: str) -> str:
        """Return the ERROR event. Recorded in https://github.com/awsdocs/elastic-beanstalk-samples/issues/90."""
        return (
            f"The configuration file {self.path} in application version {label} contains invalid YAML or JSON."
            f" {self.reason}. Update the configuration file."
        )


@dataclass(frozen=True)
class ConfiguredCommand:
    """An entry of `commands` or `container_commands`. `command`: a line for the shell, or a program and its words."""

    name: str
    command: str | list[str]
    environment: Mapping[str, str] | None = None
    folder: str | None = None
    test: str | None = None
    ignores_errors: bool = False
    leader_only: bool = False


@dataclass(frozen=True)
class ConfiguredFile:
    """An entry of `files`. `content` is None for a file that AWS downloads. `mode`: permissions, or a link's."""

    path: str
    content: bytes | None
    mode: int = 0o644
    link: bool = False


@dataclass
class ConfigurationFile:
    """A configuration file. `settings`: option settings, as calls give them. `not_done`: its keys of NOT_DONE."""

    path: str
    settings: list[dict[str, str]] = field(default_factory=list)
    files: list[ConfiguredFile] = field(default_factory=list)
    commands: list[ConfiguredCommand] = field(default_factory=list)
    container_commands: list[ConfiguredCommand] = field(default_factory=list)
    not_done: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class ConfigurationFiles:
    """The configuration files of a bundle, sorted by name. `warnings`: of files that Elastic Beanstalk skips."""

    files: list[ConfigurationFile]
    warnings: list[str]

    @property
    def settings(self) -> list[dict[str, str]]:
        """The option settings of all files; a later file wins."""
        return [setting for file in self.files for setting in file.settings]
