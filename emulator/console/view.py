"""What a view of the console is made of: its routes, their requests and refusals, and what they may use."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from emulator.beanstalk import ElasticBeanstalk
from emulator.console.settings import ConsoleSettings
from emulator.control import ControlApi


@dataclass(frozen=True)
class ViewContext:
    """What views may use. `client` returns a client of an AWS service in this account, with the root user's key."""

    client: Callable[[str], Any]
    control: ControlApi
    beanstalk: ElasticBeanstalk
    settings: ConsoleSettings


@dataclass(frozen=True)
class ViewRequest:
    """A request of the page: the query of its address, and the fields of its JSON body."""

    query: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict)

    def required(self, name: str) -> str:
        """Return a text of the body or else of the query. Raises ViewError when there is none."""
        value = self.body.get(name, self.query.get(name))
        if isinstance(value, str) and value:
            return value
        raise ViewError(f"Expected a text {name!r}. Found {value!r}.")


class ViewError(Exception):
    """A request of the page is refused; the message is one line, `status` its HTTP status."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


Route = Callable[[ViewRequest], Any]
"""Returns the answer, which JSON can hold. May raise ViewError and botocore's errors."""
Routes = Mapping[str, Route]
"""By method and path, such as `GET executions`."""
