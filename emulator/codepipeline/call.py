"""One call of an operation, as the operations see it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from emulator.codepipeline.errors import InvalidParametersError, PipelineAccessDeniedError
from emulator.codepipeline.model import Json

Operation = Callable[["PipelineCall"], Json]


class PipelineCaller(Protocol):
    """The caller that signed a request."""

    def authenticate(self) -> None:
        """Raise CredentialsError when the credentials are not valid."""
        ...

    def refusal(self, action: str, resource: str, conditions: Mapping[str, Any] | None = None) -> str | None:
        """Return why IAM denies an action on a resource, None when it allows it."""
        ...

    def arn(self) -> str:
        """Return the ARN of the user or of the role's session."""
        ...


@dataclass(frozen=True)
class PipelineCall:
    """The parameters of a call, which fit the service model, and its caller."""

    parameters: Json
    caller: PipelineCaller

    def __getitem__(self, name: str) -> Any:
        return self.parameters[name]

    def get(self, name: str, default: Any = None) -> Any:
        return self.parameters.get(name, default)

    def require_permission(self, action: str, resource: str, conditions: Mapping[str, Any] | None = None) -> None:
        """Raise PipelineAccessDeniedError when the caller may not do this."""
        if reason := self.caller.refusal(action, resource, conditions):
            raise PipelineAccessDeniedError(reason)

    def page(self, key: str, items: list[Json], default: int = 100) -> Json:
        """Return one page of the items under a key of the answer, with a nextToken when there are more."""
        token = self.get("nextToken", "0")
        if not token.isdecimal():
            raise InvalidParametersError(f"The nextToken {token!r} comes from no earlier answer.")
        begin, end = int(token), int(token) + self.get("maxResults", default)
        more = {"nextToken": str(end)} if end < len(items) else {}
        return {key: items[begin:end], **more}
