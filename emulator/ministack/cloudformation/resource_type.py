"""What CloudFormation needs to know of a resource type, and how it names resources."""

import hashlib
import uuid
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Protocol

from emulator.ministack.cloudformation.account_api import AccountApi

Properties = Mapping[str, Any]
Provisioned = tuple[str, dict[str, Any]]
"""The physical id, which `Ref` returns, and the attributes for `Fn::GetAtt`."""


class ResourceNotCreatedError(Exception):
    """A resource exists, and its creation failed. CloudFormation deletes it when it rolls back.

    `physical_id` names what is there.
    """

    def __init__(self, cause: Exception, physical_id: str) -> None:
        super().__init__(str(cause))
        self.physical_id = physical_id


class Started(Protocol):
    """Notes that a resource exists from now on, though it is not stable yet."""

    def __call__(self, physical_id: str) -> None: ...


class ResourceType(ABC):
    """A resource type. Its methods block until the resource is stable, and raise ResourceHandlerError."""

    name: ClassVar[str]
    """Such as AWS::ElasticBeanstalk::Environment."""
    replacing: ClassVar[tuple[str, ...]]
    """The properties whose change makes a new resource: `createOnlyProperties` of AWS's schema of the type."""
    name_property: ClassVar[str | None] = None
    """The property with a name that a person may choose. A resource with a chosen name cannot be replaced."""
    tagged: ClassVar[bool] = False
    """Whether the tags of the stack become tags of the resource."""

    def __init__(self, api: AccountApi) -> None:
        self._api = api

    @abstractmethod
    def create(self, name: str, properties: Properties, started: Started) -> Provisioned:
        """Create a resource. `name`: generated for it. `started`: to call with the physical id when it exists.

        Raises ResourceNotCreatedError when it exists by then, and has failed.
        """

    @abstractmethod
    def update(self, physical_id: str, old: Properties, new: Properties) -> Provisioned:
        """Change a resource in place, from the old properties to the new ones."""

    @abstractmethod
    def delete(self, physical_id: str, properties: Properties) -> None:
        """Delete a resource. One that does not exist is deleted already."""

    @abstractmethod
    def generated_name(self, stack: str, logical_id: str, suffix: str) -> str:
        """Return the name of a resource whose template gives none."""


def generated_name(stack: str, logical_id: str, suffix: str, length: int) -> str:
    """Return `<stack>-<logical id>-<suffix>`, cut before the suffix to the length that the service allows."""
    prefix = f"{stack}-{logical_id}"[: length - len(suffix) - 1]
    return f"{prefix}-{suffix}"


def random_suffix() -> str:
    """Return 12 random letters and digits, as CloudFormation puts at the end of names."""
    return hashlib.sha256(uuid.uuid4().bytes).hexdigest()[:12].upper()
