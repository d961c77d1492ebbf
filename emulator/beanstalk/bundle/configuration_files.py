"""Reads the configuration files of a bundle: `.ebextensions/*.config`, in YAML or JSON.

Sources: https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/ebextensions.html,
https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/ebextensions-optionsettings.html,
https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/customize-containers-ec2.html.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from importlib.resources.abc import Traversable
from typing import Any

import yaml

from emulator.beanstalk.bundle.configuration import (
    ConfigurationFile,
    ConfigurationFileError,
    ConfigurationFiles,
    ConfiguredCommand,
    ConfiguredFile,
)

FOLDER = ".ebextensions"
_PROPERTIES = "aws:elasticbeanstalk:application:environment"
NOT_DONE = ("packages", "groups", "users", "sources", "services", "Resources")
"""Keys of AWS that change an instance or the environment's resources, which this machine does not have."""
_KEYS = {"option_settings", "files", "commands", "container_commands", *NOT_DONE, "Outputs", "Mappings", "Conditions"}


def read(root: Traversable) -> ConfigurationFiles:
    """Return the configuration files of a bundle. Raises ConfigurationFileError."""
    folder = root / FOLDER
    if not folder.is_dir():
        return ConfigurationFiles([], [])
    found = sorted(
        (entry for entry in folder.iterdir() if entry.name.endswith(".config")), key=lambda entry: entry.name
    )
    files, warnings = [], []
    for entry in found:
        path = f"{FOLDER}/{entry.name}"
        document = _parse(path, entry.read_bytes())
        if problem := _problem(document):
            warnings.append(
                f"Error processing file (Skipping): '{path}' - {problem} For information about valid keys, see"
                " http://docs.aws.amazon.com/elasticbeanstalk/latest/dg/ebextensions.html"
            )
        else:
            files.append(_configuration_file(path, document))
    return ConfigurationFiles(files, warnings)


def _parse(path: str, content: bytes) -> Any:
    try:
        return yaml.safe_load(content)
    except (yaml.YAMLError, ValueError) as yaml_error:
        try:
            return json.loads(content)
        except ValueError as json_error:
            reason = f"YAML exception: Invalid Yaml: {yaml_error}, JSON exception: Invalid JSON: {json_error}."
            raise ConfigurationFileError(path, reason) from yaml_error


def _problem(document: Any) -> str | None:
    """Return why a file is skipped. Recorded in https://github.com/blueimp/aws-lambda/pull/8."""
    if document is None:
        return None
    if not isinstance(document, dict):
        return "Contains no keys."
    unknown = [str(key) for key in document if key not in _KEYS]
    if unknown:
        return f"Contains invalid key: '{unknown[0]}'."
    for key in ("files", "commands", "container_commands"):
        section = document.get(key) or {}
        if not isinstance(section, dict) or not all(isinstance(entry, dict) for entry in section.values()):
            return f"Contains invalid value of key: '{key}'."
        if key != "files" and not all(entry.get("command") for entry in section.values()):
            return f"Contains an entry of key '{key}' without a command."
    return None


def _configuration_file(path: str, document: Any) -> ConfigurationFile:
    document = document or {}
    return ConfigurationFile(
        path,
        _settings(document.get("option_settings") or []),
        [_file(name, entry) for name, entry in sorted((document.get("files") or {}).items())],
        _commands(document.get("commands")),
        _commands(document.get("container_commands")),
        [key for key in NOT_DONE if document.get(key)],
    )


def _settings(section: Any) -> list[dict[str, str]]:
    """Return the settings of both forms: options by namespace, or a list of settings."""
    if isinstance(section, dict):
        return [
            _setting(namespace, name, value)
            for namespace, options in section.items()
            if isinstance(options, dict)
            for name, value in options.items()
        ]
    return [
        _setting(entry.get("namespace", _PROPERTIES), entry.get("option_name"), entry.get("value"))
        | ({"ResourceName": str(entry["resource_name"])} if entry.get("resource_name") else {})
        for entry in section
        if isinstance(entry, dict)
    ]


def _setting(namespace: object, name: object, value: object) -> dict[str, str]:
    return {"Namespace": str(namespace), "OptionName": str(name), "Value": _text(value)}


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def _file(path: str, entry: Mapping[str, Any]) -> ConfiguredFile:
    content, given_mode = entry.get("content"), entry.get("mode", "000644")
    # YAML takes 000755 without quotes for the number 493.
    mode = f"{given_mode:o}" if isinstance(given_mode, int) else str(given_mode)
    mode = mode.zfill(6)
    if content is None:
        return ConfiguredFile(path, None)
    encoded = _text(content).encode()
    try:
        given = base64.b64decode(encoded) if entry.get("encoding") == "base64" else encoded
        return ConfiguredFile(path, given, int(mode[-3:], 8), link=mode.startswith("12"))
    except (binascii.Error, ValueError):
        return ConfiguredFile(path, encoded)


def _commands(section: Mapping[str, Mapping[str, Any]] | None) -> list[ConfiguredCommand]:
    """Return the commands in the alphabetical order of their names, in which they run."""
    return [
        _command(str(name), entry) for name, entry in sorted((section or {}).items(), key=lambda pair: str(pair[0]))
    ]


def _command(name: str, entry: Mapping[str, Any]) -> ConfiguredCommand:
    given = entry["command"]
    environment = entry.get("env")
    return ConfiguredCommand(
        name,
        [_text(word) for word in given] if isinstance(given, list) else _text(given),
        {str(key): _text(value) for key, value in environment.items()} if isinstance(environment, dict) else None,
        entry.get("cwd"),
        entry.get("test"),
        _text(entry.get("ignoreErrors", "")).lower() == "true",
        _text(entry.get("leader_only", "")).lower() == "true",
    )
