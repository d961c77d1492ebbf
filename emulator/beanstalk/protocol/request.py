"""Reads requests of the query protocol, and checks them against the service model."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias
from urllib.parse import parse_qsl

from botocore.model import ListShape, OperationModel, ServiceModel, Shape, StringShape, StructureShape

from emulator.beanstalk.errors import InvalidActionError, ValidationError
from emulator.beanstalk.protocol.service_model import service_model

Form: TypeAlias = Mapping[str, str]
"""Parameters by their flat names, such as Tags.member.1.Key."""


def read_form(body: bytes) -> dict[str, str]:
    """Return the parameters of a request by their flat names."""
    return dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))


def wants_json(headers: Mapping[str, str], body: bytes) -> bool:
    """Return whether the client wants JSON. Some say so in a header, some in a parameter."""
    return "application/json" in headers.get("accept", "") or b"ContentType=JSON" in body


def called_operation(flat: Form, model: ServiceModel | None = None) -> OperationModel:
    """Return the model of the called action. Raises InvalidActionError. Some clients send Operation for Action.

    `model`: of another service than Elastic Beanstalk.
    """
    model = model or service_model()
    action = flat.get("Action") or flat.get("Operation")
    if not action:
        raise InvalidActionError("The call names no action. Expected a parameter Action, such as DescribeEnvironments.")
    if action not in model.operation_names:
        raise InvalidActionError(f"Could not find operation {action} for version {model.api_version}")
    return model.operation_model(action)


def read_parameters(called: OperationModel, flat: Form) -> dict[str, Any]:
    """Return the parameters in the shapes of the model, dates in epoch seconds.

    Raises ValidationError, which names every problem.
    """
    if called.input_shape is None:
        return {}
    problems: list[str] = []
    parameters: dict[str, Any] = _structure(called.input_shape, "", flat, problems)
    if problems:
        count = f"{len(problems)} validation error{'s' if len(problems) > 1 else ''} detected: "
        raise ValidationError(count + "; ".join(problems))
    return parameters


def _structure(shape: StructureShape, path: str, flat: Form, problems: list[str]) -> dict[str, Any]:
    content = {}
    for name, member in shape.members.items():
        value = _value(member, f"{path}.{name}" if path else name, flat, problems)
        if value is not None:
            content[name] = value
    missing = [f"{path}.{name}" if path else name for name in shape.required_members if name not in content]
    problems.extend(_problem("null", name, "Member must not be null") for name in missing)
    return content


def _value(shape: Shape, path: str, flat: Form, problems: list[str]) -> Any:
    if isinstance(shape, StructureShape):
        given = any(name.startswith(f"{path}.") for name in flat)
        return _structure(shape, path, flat, problems) if given else None
    if isinstance(shape, ListShape):
        return _list(shape, path, flat, problems)
    return _scalar(shape, path, flat[path], problems) if path in flat else None


def _list(shape: ListShape, path: str, flat: Form, problems: list[str]) -> list[Any] | None:
    """Read a list. Clients send X.member.N, some send X.members.N; an empty list is X without a value."""
    if path in flat:
        return []
    items = {}
    for prefix in (f"{path}.member.", f"{path}.members."):
        for name in flat:
            number = name.removeprefix(prefix).split(".")[0]
            if name.startswith(prefix) and number.isdecimal():
                items[int(number)] = f"{prefix}{number}"
    return [_value(shape.member, items[number], flat, problems) for number in sorted(items)] if items else None


def _scalar(shape: Shape, path: str, text: str, problems: list[str]) -> Any:
    try:
        value = _READERS.get(shape.type_name, str)(text)
    except ValueError:
        problems.append(_problem(f"'{text}'", path, f"Member must be of type {shape.type_name}"))
        return None
    if constraint := _broken_constraint(shape, value):
        problems.append(_problem(f"'{text}'", path, constraint))
    return value


def _broken_constraint(shape: Shape, value: Any) -> str | None:
    if isinstance(shape, StringShape) and shape.enum and value not in shape.enum:
        return f"Member must satisfy enum value set: [{', '.join(shape.enum)}]"
    measure, what = (len(value), "length") if isinstance(value, str) else (value, "value")
    if "min" in shape.metadata and measure < shape.metadata["min"]:
        return f"Member must have {what} greater than or equal to {shape.metadata['min']}"
    if "max" in shape.metadata and measure > shape.metadata["max"]:
        return f"Member must have {what} less than or equal to {shape.metadata['max']}"
    return None


def _problem(value: str, path: str, constraint: str) -> str:
    return f"Value {value} at '{path[:1].lower()}{path[1:]}' failed to satisfy constraint: {constraint}"


def _boolean(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise ValueError(text)
    return text.lower() == "true"


def _timestamp(text: str) -> float:
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


_READERS: dict[str, Any] = {"integer": int, "long": int, "boolean": _boolean, "timestamp": _timestamp}
