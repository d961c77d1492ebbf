"""Variables in the configuration of actions: `#{Namespace.Name}`.

Source: https://docs.aws.amazon.com/codepipeline/latest/userguide/reference-variables.html
"""

import re
from collections.abc import Iterable, Mapping

from emulator.codepipeline.errors import ActionFailedError

_VARIABLE = re.compile(r"#\{([\w@-]+)\.([\w@-]+)\}")

Namespaces = Mapping[str, Mapping[str, str]]


def resolved(configuration: Mapping[str, str], namespaces: Namespaces) -> dict[str, str]:
    """Return a configuration with the values of its variables. Raises ActionFailedError for an unknown one."""
    return {name: _VARIABLE.sub(lambda found: _value(found, namespaces), text) for name, text in configuration.items()}


def namespaces_in(texts: Iterable[str]) -> set[str]:
    """Return the namespaces of all variables in these texts."""
    return {found[1] for text in texts for found in _VARIABLE.finditer(text)}


def _value(found: re.Match[str], namespaces: Namespaces) -> str:
    try:
        return namespaces[found[1]][found[2]]
    except KeyError as error:
        known = sorted(f"#{{{space}.{name}}}" for space, values in namespaces.items() for name in values)
        raise ActionFailedError(
            "ConfigurationError",
            f"The variable {found[0]} has no value in this execution. There are {', '.join(known)}.",
        ) from error
