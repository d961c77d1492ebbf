"""A call of an action: its parameters, its caller and its result."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from emulator.beanstalk.caller import ADMINISTRATOR, Caller
from emulator.beanstalk.errors import InvalidParameterValueError

_CONFIGURATION = (
    "OptionSettings",
    "OptionsToRemove",
    "PlatformArn",
    "SolutionStackName",
    "TemplateName",
    "TemplateSpecification",
)
"""The parameters of UpdateEnvironment that change the configuration."""


@dataclass(frozen=True)
class Call:
    """A call. `parameters`: by the names and in the shapes of the service model, dates in epoch seconds."""

    request_id: str
    parameters: dict[str, Any]
    caller: Caller = ADMINISTRATOR
    denied_later: str | None = None
    """The ERROR event with which the operation fails: the caller lacks a permission that is needed later."""

    def __getitem__(self, name: str) -> Any:
        """Return a required parameter."""
        return self.parameters[name]

    def get(self, name: str, default: Any = None) -> Any:
        """Return an optional parameter."""
        return self.parameters.get(name, default)

    @property
    def changes_configuration(self) -> bool:
        """Whether an UpdateEnvironment changes option settings or the platform."""
        return any(self.get(name) for name in _CONFIGURATION)

    @property
    def next_token(self) -> int | None:
        """The NextToken, None without one. Raises InvalidParameterValueError for an unknown token."""
        token = self.get("NextToken")
        if token and not token.isdecimal():
            raise InvalidParameterValueError(
                f"The NextToken '{token}' is not valid. Expected the NextToken of an earlier response."
            )
        return int(token) if token else None


Result: TypeAlias = dict[str, Any] | None
"""By the names of the output's members; None when the action returns nothing."""
Action: TypeAlias = Callable[[Call], Result]


def page(
    call: Call, name: str, items: list[dict[str, Any]], largest: int = 1000, size_name: str = "MaxRecords"
) -> dict[str, Any]:
    """Return one page of items as the member `name`, and a NextToken when there are more."""
    start = call.next_token or 0
    end = start + call.get(size_name, largest)
    return {name: items[start:end], "NextToken": str(end) if end < len(items) else None}
