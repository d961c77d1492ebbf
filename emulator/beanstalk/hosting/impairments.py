"""What instances suffer from: an application that answers errors, or a warning of the health agent."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

_NAMES = ("status", "warning", "for_seconds")
_ERRORS = range(400, 600)


@dataclass(frozen=True)
class Impairment:
    """What all instances of an environment suffer from.

    `status`: the HTTP error that they answer to every request, health checks too. `warning`: the health agent warns,
    while the application answers as before. `for_seconds`: how long, in account seconds; None: until it is changed.
    """

    status: int | None = None
    warning: bool = False
    for_seconds: float | None = None

    @classmethod
    def from_json(cls, document: Any) -> Self:
        """Return the impairment in a JSON object. Raises ValueError."""
        if not isinstance(document, Mapping) or set(document) - set(_NAMES):
            raise ValueError(f"An impairment must be an object of {', '.join(_NAMES)}, and is {document!r}.")
        found = cls(**document)
        if found.status is not None and (isinstance(found.status, bool) or found.status not in _ERRORS):
            raise ValueError(f"status must be an HTTP error from 400 to 599, and is {found.status!r}.")
        if not isinstance(found.warning, bool):
            raise ValueError(f"warning must be true or false, and is {found.warning!r}.")  # noqa: TRY004 - as for other values
        seconds = found.for_seconds
        if seconds is not None and (
            isinstance(seconds, bool) or not isinstance(seconds, int | float) or not seconds > 0
        ):
            raise ValueError(f"for_seconds must be account seconds, more than 0, and is {seconds!r}.")
        return found


NONE = Impairment()


class Impairments:
    """The impairments of environments. May be changed at any time. `now` returns the account's time."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._by_environment: dict[str, tuple[Impairment, float]] = {}

    def of(self, name: str, id_: str) -> Impairment:
        """Return what the instances of an environment suffer from now."""
        found, since = self._by_environment.get(id_) or self._by_environment.get(name, (NONE, 0.0))
        over = found.for_seconds is not None and self._now() >= since + found.for_seconds
        return NONE if over else found

    def set(self, document: Any) -> None:
        """Replace all impairments. One that stays as it was goes on. Raises ValueError, and changes nothing then.

        `document`: an impairment by the name or the id of an environment. A clone has a new id, and may have a name
        that was used before.
        """
        if not isinstance(document, Mapping):
            raise ValueError(f"Impairments must be an object by environment, and are {document!r}.")  # noqa: TRY004 - as for other values
        found = {environment: Impairment.from_json(each) for environment, each in document.items()}
        before = self._by_environment
        self._by_environment = {
            environment: before[environment]
            if environment in before and before[environment][0] == each
            else (each, self._now())
            for environment, each in found.items()
        }

    def as_dict(self) -> dict[str, Any]:
        """Return all impairments, as `set` takes them."""
        return {environment: asdict(each) for environment, (each, _) in self._by_environment.items()}
