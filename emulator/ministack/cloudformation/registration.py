"""Adds a resource type to MiniStack's CloudFormation."""

from typing import Any

from ministack.services.cloudformation import stacks

from emulator.ministack.cloudformation import rollbacks
from emulator.ministack.cloudformation.resource_type import (
    Properties,
    Provisioned,
    ResourceNotCreatedError,
    ResourceType,
    random_suffix,
)
from emulator.ministack.replacement import Addition

_MODULE = "ministack.services.cloudformation.provisioners"


def additions(resource_type: ResourceType) -> list[Addition]:
    """Return what MiniStack's tables of resource types lack."""
    tables: dict[str, Any] = {
        "_RESOURCE_HANDLERS": _handlers(resource_type),
        "_REPLACING_PROPERTIES": resource_type.replacing,
    }
    if resource_type.name_property:
        tables["_CUSTOM_NAME_REPLACEMENT"] = {"name": resource_type.name_property}
    if resource_type.tagged:
        tables["_STACK_TAG_PROPERTY"] = ("Tags", "list")
    return [Addition(_MODULE, table, resource_type.name, entry) for table, entry in tables.items()]


def _handlers(resource_type: ResourceType) -> dict[str, Any]:
    """Return the functions that MiniStack calls, with its parameters."""

    def create(logical_id: str, properties: Properties, stack: str) -> Provisioned:
        name = resource_type.generated_name(stack, logical_id, random_suffix())
        try:
            return resource_type.create(name, properties, started=lambda id_: note_start(logical_id, stack, id_))
        except ResourceNotCreatedError as error:
            rollbacks.keep(stack, logical_id, resource_type.name, error, properties)
            raise

    def note_start(logical_id: str, stack: str, physical_id: str) -> None:
        record = rollbacks.stack_record(stack)
        status = "UPDATE_IN_PROGRESS" if record["StackStatus"].startswith("UPDATE") else "CREATE_IN_PROGRESS"
        reason = "Resource creation Initiated"
        stacks._add_event(record["StackId"], stack, logical_id, resource_type.name, status, reason, physical_id)

    def update(physical_id: str, old: Properties, new: Properties, _stack: str) -> Provisioned:
        return resource_type.update(physical_id, old, new)

    return {"create": create, "update": update, "delete": resource_type.delete}
