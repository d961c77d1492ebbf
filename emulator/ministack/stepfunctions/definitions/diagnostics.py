"""What is wrong with a definition, in AWS's codes and words."""

from collections.abc import Iterable
from dataclasses import dataclass

SCHEMA = "SCHEMA_VALIDATION_FAILED"


@dataclass(frozen=True)
class Diagnostic:
    """One error in a definition. `location`: a path such as /States/Name/Next; None when the error has no place."""

    message: str
    location: str | None
    code: str = SCHEMA

    def fields(self) -> dict[str, str]:
        """Return the diagnostic as ValidateStateMachineDefinition answers it."""
        place = {} if self.location is None else {"location": self.location}
        return {"severity": "ERROR", "code": self.code, "message": self.message, **place}


def refusal(diagnostics: Iterable[Diagnostic]) -> str:
    """Return the message with which CreateStateMachine refuses a definition. AWS writes a missing place as null."""
    found = ", ".join(f"{each.code}: {each.message} at {each.location or 'null'}" for each in diagnostics)
    return f"Invalid State Machine Definition: '{found}'"


def unsupported(field: str, location: str) -> Diagnostic:
    return Diagnostic(f"Field '{field}' is not supported", location)


def required(fields: Iterable[str], location: str) -> Diagnostic:
    return Diagnostic(f"These fields are required: [{', '.join(fields)}]", location)
