"""CloudFormation: the resource types that MiniStack lacks, and threads for slow resources.

Each type calls the account's own API, as any client does.
"""

from emulator.clock import Clock
from emulator.ministack.cloudformation.account_api import AccountApi
from emulator.ministack.cloudformation.beanstalk_environment import EnvironmentType
from emulator.ministack.cloudformation.beanstalk_types import ApplicationType, ConfigurationTemplateType, VersionType
from emulator.ministack.cloudformation.pipeline_type import PipelineType
from emulator.ministack.cloudformation.resource_type import ResourceType
from emulator.ministack.replacement import Addition, Replacement


def replacements(clock: Clock) -> list[Replacement | Addition]:
    """Return all replacements in MiniStack's CloudFormation."""
    from emulator.ministack.cloudformation import registration, rollbacks, threads  # noqa: PLC0415 - MiniStack

    types = resource_types(AccountApi(clock))
    return [
        *threads.replacements([each.name for each in types]),
        *rollbacks.replacements([EnvironmentType.name]),
        *(addition for each in types for addition in registration.additions(each)),
    ]


def resource_types(api: AccountApi) -> list[ResourceType]:
    """Return the resource types that are added."""
    return [
        ApplicationType(api),
        VersionType(api),
        ConfigurationTemplateType(api),
        EnvironmentType(api),
        PipelineType(api),
    ]
