"""What the console knows of the stack that runs in the account. Programs hand it over by PUT /_console/api/settings."""

from collections.abc import Mapping
from typing import Any

NAMES = ("input_schemas",)
"""`input_schemas`: by the ARN of a state machine, the JSON Schema of its input."""


class ConsoleSettings:
    """Holds the settings. Thread-safe: each is replaced as a whole."""

    def __init__(self) -> None:
        self._settings: dict[str, Any] = {name: {} for name in NAMES}

    def set(self, settings: Mapping[str, Any]) -> None:
        """Replace the settings that are named. Raises ValueError for another name, or a value that is no object."""
        for name, value in settings.items():
            if name not in NAMES:
                raise ValueError(f"expected {', '.join(NAMES)}, found {name!r}")
            if not isinstance(value, Mapping):
                raise ValueError(f"expected an object as {name}, found {value!r}")  # noqa: TRY004 - of a request, not of this program
        self._settings = {**self._settings, **settings}

    def as_dict(self) -> dict[str, Any]:
        """Return all settings."""
        return dict(self._settings)
