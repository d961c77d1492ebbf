"""A rollback removes what is there of a resource that failed, and sends a failed environment back.

MiniStack forgets a resource whose creation failed, so what is there of it would stay for ever. On AWS it belongs to the
stack, and an update that failed is followed by one with the previous properties:
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stack-failure-options.html
"""

from collections.abc import Callable, Collection, Coroutine
from typing import Any

from ministack.core.responses import now_iso
from ministack.services import cloudformation
from ministack.services.cloudformation import stacks

from emulator.ministack.cloudformation.resource_type import Properties, ResourceNotCreatedError
from emulator.ministack.replacement import Replacement

_STACKS = "ministack.services.cloudformation.stacks"
_HANDLERS = "ministack.services.cloudformation.handlers"
_FAILED = "CREATE_FAILED"

Record = dict[str, Any]
RollBack = Callable[..., Coroutine[Any, Any, None]]


def replacements(types: Collection[str]) -> list[Replacement]:
    """Return the replacements. `types`: those whose failed updates are sent back."""
    roll_back = CompleteRollback(stacks._roll_back_operation).roll_back
    sent_back = SentBackTypes(stacks._sends_back_failed_update, types)
    return [
        Replacement(_STACKS, "_roll_back_operation", "3464033d8f28", roll_back),
        Replacement(_HANDLERS, "_roll_back_operation", "3464033d8f28", roll_back),
        Replacement(_STACKS, "_sends_back_failed_update", "33bf2b1cccba", sent_back.sends_back_failed_update),
    ]


def keep(
    stack: str, logical_id: str, resource_type: str, error: ResourceNotCreatedError, properties: Properties
) -> None:
    """Record in the stack what is there of a resource whose creation failed."""
    stack_record(stack)["_resources"][logical_id] = {
        "PhysicalResourceId": error.physical_id,
        "ResourceType": resource_type,
        "ResourceStatus": _FAILED,
        "ResourceStatusReason": str(error),
        "LogicalResourceId": logical_id,
        "Properties": dict(properties),
        "Attributes": {},
        "Timestamp": now_iso(),
    }


def stack_record(name: str) -> Record:
    """Return MiniStack's record of the stack that is being changed."""
    record: Record = cloudformation._stacks[name]
    return record


class CompleteRollback:
    """Rolls a stack back. What is there of a resource that failed is deleted too."""

    def __init__(self, original: RollBack) -> None:
        self._original = original

    async def roll_back(
        self, stack_name: str, stack_id: str, stack: Record, operation: Record, reason_override: str = ""
    ) -> None:
        """Roll back, as MiniStack does."""
        failed = operation.get("failed_logical_id")
        resource = stack.get("_resources", {}).get(failed, {})
        if resource.get("ResourceStatus") == _FAILED and failed not in operation["created"]:
            operation = {**operation, "created": [*operation["created"], failed]}
        await self._original(stack_name, stack_id, stack, operation, reason_override)


class SentBackTypes:
    """Decides which resources are updated again, with the previous properties, when their own update failed."""

    def __init__(self, original: Callable[[str], bool], types: Collection[str]) -> None:
        self._original = original
        self._types = types

    def sends_back_failed_update(self, resource_type: str) -> bool:
        """Return whether a failed update of this type may have changed the resource."""
        return resource_type in self._types or self._original(resource_type)
