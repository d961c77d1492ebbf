"""Reviews a bundle before it is deployed: what Elastic Beanstalk refuses, and what this machine cannot do."""

import io
import re
import zipfile
from dataclasses import dataclass
from importlib.resources.abc import Traversable

from emulator.beanstalk import source_bundle
from emulator.beanstalk.bundle import configuration_files, start_commands
from emulator.beanstalk.bundle.configuration import ConfigurationFile, ConfigurationFileError, ConfigurationFiles
from emulator.beanstalk.bundle.start_commands import PYTHON, ApplicationStartError
from emulator.beanstalk.source_bundle import InvalidBundleError

_OF_OTHER_PLATFORMS = {
    "Dockerfile": "Docker",
    "docker-compose.yml": "Docker",
    "Dockerrun.aws.json": "Docker",
    "composer.json": "PHP",
    "index.php": "PHP",
    "Gemfile": "Ruby",
    "config.ru": "Ruby",
    "go.mod": "Go",
    "application.go": "Go",
    "pom.xml": "Java",
}
"""Files by which a bundle tells its platform."""
_NOT_DONE_KEYS = {
    "packages": "are not installed. Install on this machine what the application needs",
    "groups": "are not made",
    "users": "are not made",
    "sources": "are not downloaded",
    "services": "are not started",
    "Resources": "are not made",
}
_INSTANCE_PROGRAMS = re.compile(r"\b(yum|dnf|rpm|amazon-linux-extras|systemctl|service|crontab|useradd|groupadd)\b")


@dataclass(frozen=True)
class BundleReview:
    """What a review has found. `language`: Python or Node.js. `commands`: how many of the bundle's commands will run.

    `limits`: a sentence for each thing that this machine does not do.
    """

    language: str
    commands: int
    limits: list[str]


def review(bundle: bytes, language: str | None = None) -> BundleReview:
    """Return what is found. Raises InvalidBundleError for what Elastic Beanstalk or this machine cannot run.

    `language`: of the platform; None takes it from the files of the bundle.
    """
    source_bundle.require_size(bundle)
    source_bundle.check(bundle)
    with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
        root: Traversable = zipfile.Path(archive)
        chosen = language or start_commands.language(root)
        configuration = _configuration(root)
        _require_something_to_run(root, chosen, configuration)
        hooks = _hooks(root)
        count = len(hooks) + len(start_commands.build_commands(root))
        count += sum(len(file.commands) + len(file.container_commands) for file in configuration.files)
        return BundleReview(chosen, count, _limits(root, configuration, hooks))


def _configuration(root: Traversable) -> ConfigurationFiles:
    try:
        return configuration_files.read(root)
    except ConfigurationFileError as error:
        raise InvalidBundleError(f"{error} Update the configuration file.") from error


def _require_something_to_run(root: Traversable, language: str, configuration: ConfigurationFiles) -> None:
    names = [entry.name for entry in root.iterdir() if entry.name != "__MACOSX"]
    wsgi_path = {setting["OptionName"]: setting["Value"] for setting in configuration.settings}.get("WSGIPath")
    try:
        start_commands.start_commands(root, language, wsgi_path or start_commands.DEFAULT_WSGI_PATH)
    except ApplicationStartError as error:
        message = error.event or str(error)
        if len(names) == 1 and (root / names[0]).is_dir():
            message += (
                f" All files are in the folder {names[0]}/, and Elastic Beanstalk expects them at the top level of the"
                f" zip. Zip what is in the folder: cd {names[0]} && zip -r ../{names[0]}.zip ."
            )
        elif other := next((_OF_OTHER_PLATFORMS[name] for name in names if name in _OF_OTHER_PLATFORMS), None):
            message += f" It looks like a bundle for {other}. This machine runs Python and Node.js, or a Procfile."
        raise InvalidBundleError(message) from error
    if language == PYTHON and "Pipfile" in names and "requirements.txt" not in names:
        raise InvalidBundleError(
            "Pipfile is not supported on this machine. Add a requirements.txt: pipenv requirements > requirements.txt"
        )


def _hooks(root: Traversable) -> list[Traversable]:
    """Return the platform hooks of all stages, for deployments and for configuration updates."""
    folders = [
        root / ".platform" / kind / stage
        for kind in ("hooks", "confighooks")
        for stage in ("prebuild", "predeploy", "postdeploy")
    ]
    return [hook for folder in folders if folder.is_dir() for hook in folder.iterdir() if hook.is_file()]


def _limits(root: Traversable, configuration: ConfigurationFiles, hooks: list[Traversable]) -> list[str]:
    limits = list(configuration.warnings)
    for file in configuration.files:
        limits += _limits_of_file(file)
    for proxy in ("nginx", "httpd"):
        if (root / ".platform" / proxy).is_dir():
            limits.append(f".platform/{proxy} is not used: no proxy server runs on this machine.")
    if (root / "cron.yaml").is_file():
        limits.append("cron.yaml is not used: no worker daemon runs on this machine.")
    limits += [
        f"The hook {hook.name} calls {program}, which does nothing on this machine."
        for hook in hooks
        if (program := _instance_program(hook.read_bytes().decode(errors="replace")))
    ]
    return limits


def _limits_of_file(file: ConfigurationFile) -> list[str]:
    limits = [f"{file.path}: {key} {_NOT_DONE_KEYS[key]}." for key in file.not_done]
    for configured in file.files:
        if configured.content is None:
            limits.append(f"{file.path}: {configured.path} is not downloaded.")
        elif not configured.path.startswith("/var/app/"):
            where = "in the deployment's own folder, where only the bundle's commands find it"
            limits.append(f"{file.path}: {configured.path} is written {where}.")
    for command in [*file.commands, *file.container_commands]:
        line = command.command if isinstance(command.command, str) else " ".join(command.command)
        if program := _instance_program(line):
            limits.append(f"{file.path}: {command.name} calls {program}, which does nothing on this machine.")
    return limits


def _instance_program(script: str) -> str | None:
    found = _INSTANCE_PROGRAMS.search(script)
    return found[0] if found else None
