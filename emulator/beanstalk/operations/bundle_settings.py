"""Applies the option settings in a bundle's configuration files to an environment.

Settings given by calls and saved configurations win:
https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/command-options.html#configuration-options-precedence.
"""

import io
import zipfile
from collections.abc import Generator
from functools import partial
from typing import Any

from emulator.beanstalk import option_settings, option_validation
from emulator.beanstalk.bundle import configuration_files
from emulator.beanstalk.bundle.configuration import ConfigurationFileError, ConfigurationFiles
from emulator.beanstalk.bundle_store import UnreadableBundleError
from emulator.beanstalk.model import Environment
from emulator.beanstalk.operations.instances import Instances
from emulator.beanstalk.operations.operations import Operations
from emulator.beanstalk.option_settings import DEFAULTS, Settings
from emulator.beanstalk.scheduler import Step


class BundleSettings:
    """Applies the option settings of bundles."""

    def __init__(self, operations: Operations, instances: Instances) -> None:
        self._operations = operations
        self._instances = instances

    def applied(self, environment: Environment, label: str, request_id: str) -> Generator[Step, Any, str | None]:
        """Apply the settings of a version's bundle. The value: the ERROR event with which the operation fails."""
        try:
            source = yield self._instances.reading(environment, label)
            found: ConfigurationFiles = yield partial(_configuration_files, source)
        except UnreadableBundleError:
            return None  # The deployment reads the bundle again, and tells of it.
        except ConfigurationFileError as error:
            return error.event(label)
        for warning in found.warnings:
            self._operations.record(environment, request_id, warning, severity="WARN")
        settings = option_settings.given(found.settings)
        if problems := option_validation.problems(settings, environment.platform):
            return " ".join(problems.values())
        _apply(environment, settings)
        return None


def _configuration_files(source: bytes) -> ConfigurationFiles:
    try:
        with zipfile.ZipFile(io.BytesIO(source)) as archive:
            return configuration_files.read(zipfile.Path(archive))
    except zipfile.BadZipFile:
        return ConfigurationFiles([], [])  # The deployment fails with what is wrong.


def _apply(environment: Environment, settings: Settings) -> None:
    """Replace the settings of the last bundle by those of this one, where no call and no template has set others."""
    before = environment.bundle_settings
    free = {
        option: value
        for option, value in settings.items()
        if option not in environment.given_options
        and environment.settings.get(option) in (None, DEFAULTS.get(option), before.get(option))
    }
    kept = {
        option: value
        for option, value in environment.settings.items()
        if before.get(option) != value or option in environment.given_options
    }
    defaults = {option: DEFAULTS[option] for option in before if option in DEFAULTS}
    environment.settings = defaults | kept | free
    environment.bundle_settings = free
