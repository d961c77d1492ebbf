"""CodePipeline's protocol: JSON in and out, checked against botocore's service model.

Source: https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
"""

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import botocore.loaders
from botocore.model import ListShape, MapShape, OperationModel, ServiceModel, Shape, StringShape, StructureShape

from emulator.codepipeline.errors import (
    InvalidParametersError,
    PipelineServiceError,
    UnknownPipelineOperationError,
)
from emulator.codepipeline.model import Json

CONTENT_TYPE = "application/x-amz-json-1.1"
_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,), "integer": (int,), "long": (int,), "boolean": (bool,), "timestamp": (int, float),
}  # fmt: skip


@cache
def service_model() -> ServiceModel:
    """Return botocore's model of CodePipeline. Reading it takes long, so it is read when it is first needed."""
    return ServiceModel(botocore.loaders.Loader().load_service_model("codepipeline", "service-2"))


def called_operation(target: str) -> OperationModel:
    """Return the model of the operation that the header X-Amz-Target names. Raises UnknownPipelineOperationError."""
    _, _, name = target.partition(".")
    if name not in service_model().operation_names:
        raise UnknownPipelineOperationError(f"CodePipeline has no operation {name!r}.")
    return service_model().operation_model(name)


def read_parameters(operation: OperationModel, body: bytes) -> Json:
    """Return the parameters of a call. Raises InvalidParametersError, which names every problem."""
    try:
        parameters = json.loads(body or b"{}")
    except ValueError as error:
        raise InvalidParametersError("The body of the request is not JSON.") from error
    problems = list(_problems(parameters, operation.input_shape, "")) if operation.input_shape else []
    if problems:
        count = f"{len(problems)} validation error{'s' if len(problems) > 1 else ''} detected: "
        raise InvalidParametersError(count + "; ".join(problems))
    return dict(parameters)


def error_document(error: PipelineServiceError) -> Json:
    """Return the body of an error's answer."""
    return {"__type": error.code, "message": str(error)}


def _problems(value: Any, shape: Shape, path: str) -> Iterator[str]:
    if isinstance(shape, StructureShape):
        yield from _structure_problems(value, shape, path)
    elif isinstance(shape, ListShape):
        if not isinstance(value, list):
            yield _problem(value, path, "Member must be a list")
            return
        for number, each in enumerate(value, start=1):
            yield from _problems(each, shape.member, f"{path}.{number}.member")
    elif isinstance(shape, MapShape):
        for name, each in value.items():
            yield from _problems(each, shape.value, f"{path}.{name}.member")
    elif constraint := _broken_constraint(shape, value):
        yield _problem(value, path, constraint)


def _structure_problems(value: Any, shape: StructureShape, path: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield _problem(value, path, "Member must be a structure")
        return
    for name in shape.required_members:
        if value.get(name) is None:
            yield _problem(None, _join(path, name), "Member must not be null")
    for name, each in value.items():
        if name in shape.members and each is not None:
            yield from _problems(each, shape.members[name], _join(path, name))


def _broken_constraint(shape: Shape, value: Any) -> str | None:
    expected = _TYPES.get(shape.type_name)
    if expected and (not isinstance(value, expected) or (isinstance(value, bool) and bool not in expected)):
        return f"Member must be of type {shape.type_name}"
    if isinstance(shape, StringShape):
        if shape.enum and value not in shape.enum:
            return f"Member must satisfy enum value set: [{', '.join(shape.enum)}]"
        pattern = shape.metadata.get("pattern")
        if pattern and not re.fullmatch(pattern, value):
            return f"Member must satisfy regular expression pattern: {pattern}"
    measure, what = (len(value), "length") if isinstance(value, str) else (value, "value")
    if "min" in shape.metadata and measure < shape.metadata["min"]:
        return f"Member must have {what} greater than or equal to {shape.metadata['min']}"
    if "max" in shape.metadata and measure > shape.metadata["max"]:
        return f"Member must have {what} less than or equal to {shape.metadata['max']}"
    return None


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _problem(value: Any, path: str, constraint: str) -> str:
    shown = "null" if value is None else f"'{value}'"
    return f"Value {shown} at '{path}' failed to satisfy constraint: {constraint}"
