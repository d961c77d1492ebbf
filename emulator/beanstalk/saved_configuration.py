"""The files of saved configurations in the service's own bucket.

Source: https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/environment-configuration-savedconfig.html
"""

from typing import Any, NamedTuple

import yaml

from emulator.beanstalk import option_settings
from emulator.beanstalk.errors import InvalidParameterValueError
from emulator.beanstalk.model import BundleLocation, ConfigurationTemplate
from emulator.beanstalk.option_settings import Settings

_VERSION = "1.1.0.0"
_Dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
"""In C where libyaml is there, which is ten times as fast."""


class SavedConfiguration(NamedTuple):
    """What a file holds. `platform`: an ARN, None when the file names no platform."""

    settings: Settings
    platform: str | None = None
    description: str | None = None


def location(bucket: str, application: str, name: str) -> BundleLocation:
    """Return where the file of a saved configuration is."""
    return BundleLocation(bucket, f"resources/templates/{application}/{name}")


def written(template: ConfigurationTemplate) -> bytes:
    """Return the file of a saved configuration."""
    settings: dict[str, dict[str, str]] = {}
    for option, value in sorted(template.settings.items()):
        key = f"{option.resource}.{option.namespace}" if option.resource else option.namespace
        settings.setdefault(key, {})[option.name] = value
    document = {
        "EnvironmentConfigurationMetadata": {
            "Description": template.description or "",
            "DateCreated": str(int(template.created * 1000)),
            "DateModified": str(int(template.updated * 1000)),
        },
        "Platform": {"PlatformArn": template.platform.arn},
        "OptionSettings": settings,
        "EnvironmentTier": {"Type": "Standard", "Name": "WebServer"},
        "AWSConfigurationTemplateVersion": _VERSION,
    }
    return str(yaml.dump(document, Dumper=_Dumper, sort_keys=False, width=1000)).encode()


def read(text: str | bytes) -> SavedConfiguration:
    """Return what a file holds. Raises InvalidParameterValueError and ConfigurationValidationError."""
    try:
        document = yaml.safe_load(text)
        given = [
            {"Namespace": namespace, "ResourceName": resource, "OptionName": name, "Value": _text(value)}
            for key, options in document["OptionSettings"].items()
            for resource, _, namespace in [key.rpartition(".")]
            for name, value in options.items()
        ]
        platform = (document.get("Platform") or {}).get("PlatformArn")
        description = (document.get("EnvironmentConfigurationMetadata") or {}).get("Description")
    except (yaml.YAMLError, AttributeError, KeyError, TypeError) as error:
        raise InvalidParameterValueError(
            f"The configuration file is not valid. Expected YAML with OptionSettings by namespace; {error}"
        ) from error
    return SavedConfiguration(option_settings.read(given), platform, description)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
