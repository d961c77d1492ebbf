"""What a caller needs to be allowed."""

from collections.abc import Mapping
from typing import Any, NamedTuple

ConditionKeys = dict[str, Any]
"""IAM condition keys by name, with their values."""


class RequiredPermission(NamedTuple):
    """An action such as s3:GetObject on the resource of an ARN, with the condition keys of the request."""

    action: str
    resource: str
    keys: Mapping[str, Any]
