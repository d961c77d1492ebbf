"""Converts the dates in parameters and results."""

import math
from collections.abc import Callable
from typing import Any

from botocore.model import ListShape, Shape, StructureShape


def converted(shape: Shape | None, value: Any, convert: Callable[[float], float]) -> Any:
    """Return a value of a shape with every date in it converted, to whole milliseconds.

    Never rounded up: the date of an event, sent back as StartTime, must not be later than the event.
    """
    if value is None or shape is None:
        return value
    if isinstance(shape, StructureShape):
        return {name: converted(shape.members[name], content, convert) for name, content in value.items()}
    if isinstance(shape, ListShape):
        return [converted(shape.member, item, convert) for item in value]
    return math.floor(convert(value) * 1000) / 1000 if shape.type_name == "timestamp" else value
