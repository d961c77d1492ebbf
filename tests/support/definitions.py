"""Definitions of state machines, and what is found wrong with them."""

import json
from typing import Any

from emulator.ministack.stepfunctions.definitions import diagnose

Found = list[tuple[str, str, str | None]]
"""Code, message and location of each diagnostic."""

INVOKE = "arn:aws:states:::lambda:invoke"
END: dict[str, Any] = {"Type": "Pass", "End": True}
SCHEMA = "SCHEMA_VALIDATION_FAILED"


def machine(*, QueryLanguage: str | None = None, StartAt: str | None = None, **states: Any) -> dict[str, Any]:  # noqa: N803 - the fields' names
    """Return a definition that starts at its first state."""
    language = {"QueryLanguage": QueryLanguage} if QueryLanguage else {}
    return {**language, "StartAt": StartAt or next(iter(states)), "States": states}


def task(**fields: Any) -> dict[str, Any]:
    return {"Type": "Task", "Resource": INVOKE, "End": True, **fields}


def mapping(*, processor: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    return {"Type": "Map", "ItemProcessor": processor or machine(P=END), "End": True, **fields}


def found(definition: Any, machine_type: str = "STANDARD") -> Found:
    """Return what Step Functions finds wrong with a definition, as an object or as text."""
    text = definition if isinstance(definition, str) else json.dumps(definition)
    return [(each.code, each.message, each.location) for each in diagnose(text, machine_type)]
