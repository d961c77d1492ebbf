"""How many requests an instance can take: for all environments, and for single ones."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

_NAMES = ("requests_per_second", "concurrent_requests")


@dataclass(frozen=True)
class Capacity:
    """What each instance can take, in real seconds as its users count them. None: without limit."""

    requests_per_second: float | None = None
    concurrent_requests: int | None = None

    @classmethod
    def from_json(cls, document: Any) -> Self:
        """Return the capacity in a JSON object. Raises ValueError."""
        if not isinstance(document, Mapping) or set(document) - set(_NAMES):
            raise ValueError(f"A capacity must be an object of {' and '.join(_NAMES)}, and is {document!r}.")
        for name, number in document.items():
            if number is not None and (isinstance(number, bool) or not isinstance(number, int | float) or number <= 0):
                raise ValueError(f"{name} must be a number above 0, or null for no limit, and is {number!r}.")
        return cls(**document)


class Capacities:
    """The capacity of instances, by environment. May be changed at any time: it applies to later requests."""

    def __init__(self) -> None:
        self._default = Capacity()
        self._by_environment: dict[str, Capacity] = {}

    def of(self, environment: str) -> Capacity:
        """Return the capacity of each instance of an environment."""
        return self._by_environment.get(environment, self._default)

    def set(self, document: Any) -> None:
        """Replace all capacities. Raises ValueError, and changes nothing then.

        `document`: a capacity for every environment, and in `environments` others by environment name.
        """
        if not isinstance(document, Mapping):
            raise ValueError(f"Capacities must be an object, and are {document!r}.")  # noqa: TRY004 - as for other values
        default = Capacity.from_json({name: value for name, value in document.items() if name != "environments"})
        environments = document.get("environments", {})
        if not isinstance(environments, Mapping):
            raise ValueError(f"`environments` must be an object by environment name, and is {environments!r}.")  # noqa: TRY004 - as for other values
        named = {name: Capacity.from_json(capacity) for name, capacity in environments.items()}
        self._default, self._by_environment = default, named

    def as_dict(self) -> dict[str, Any]:
        """Return all capacities, in the shape that `set` takes."""
        return asdict(self._default) | {
            "environments": {name: asdict(one) for name, one in self._by_environment.items()}
        }
