"""What the console knows of the stack that runs in the account. Programs hand it over by PUT /_console/api/settings."""

from collections.abc import Mapping
from typing import Any

NAMES = ("input_schemas", "example_inputs")
"""`input_schemas`: the JSON Schema of the input, by the ARN of the state machine. `example_inputs`: an input to begin
with, by the same.
"""


class ConsoleSettings:
    """Holds the settings. Thread-safe: they are replaced as a whole."""

    def __init__(self) -> None:
        self._settings: dict[str, Any] = {name: {} for name in NAMES}

    def set(self, settings: Mapping[str, Any]) -> None:
        """Add to the settings that are named. Raises ValueError for another name, or a value that is no object."""
        for name, value in settings.items():
            if name not in NAMES:
                raise ValueError(f"expected {', '.join(NAMES)}, found {name!r}")
            if not isinstance(value, Mapping):
                raise ValueError(f"expected an object as {name}, found {value!r}")  # noqa: TRY004 - of a request, not of this program
        self._settings = {name: {**value, **settings.get(name, {})} for name, value in self._settings.items()}

    def as_dict(self) -> dict[str, Any]:
        """Return all settings."""
        return dict(self._settings)
