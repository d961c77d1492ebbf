"""The table of the supported actions."""

from contextlib import AbstractContextManager

from emulator.beanstalk.actions.applications import ApplicationActions
from emulator.beanstalk.actions.catalog import CatalogActions
from emulator.beanstalk.actions.configurations import ConfigurationActions
from emulator.beanstalk.actions.environment_creation import EnvironmentCreation
from emulator.beanstalk.actions.environment_info import EnvironmentInfoActions
from emulator.beanstalk.actions.environments import EnvironmentActions
from emulator.beanstalk.actions.events import EventActions
from emulator.beanstalk.actions.health_reports import HealthActions
from emulator.beanstalk.actions.managed_actions import ManagedActions
from emulator.beanstalk.actions.operations_roles import OperationsRoleActions
from emulator.beanstalk.actions.saved_configurations import SavedConfigurationActions
from emulator.beanstalk.actions.storage import StorageActions
from emulator.beanstalk.actions.tagging import TagActions
from emulator.beanstalk.actions.versions import VersionActions
from emulator.beanstalk.bundle_store import BundleStore
from emulator.beanstalk.call import Action, Call, Result
from emulator.beanstalk.hosting.hosting import HostingFactory
from emulator.beanstalk.operations.deployments import Deployments
from emulator.beanstalk.operations.groups import Groups
from emulator.beanstalk.operations.instances import Instances
from emulator.beanstalk.operations.lifecycle import Lifecycle
from emulator.beanstalk.operations.managed_updates import ManagedUpdates
from emulator.beanstalk.operations.operations import Operations
from emulator.beanstalk.operations.swaps import Swaps
from emulator.beanstalk.scheduler import Scheduler
from emulator.beanstalk.state import State


def managed_updates(state: State, scheduler: Scheduler, bundles: BundleStore) -> ManagedUpdates:
    """Return what starts the managed updates of all environments."""
    operations, instances = Operations(state, scheduler), Instances(state, bundles)
    return ManagedUpdates(state, Deployments(state, operations, instances))


def actions_by_name(
    state: State, scheduler: Scheduler, bundles: BundleStore, create_hosting: HostingFactory
) -> dict[str, Action]:
    """Return every supported action by its name. An action takes the state's lock itself."""
    operations, instances = Operations(state, scheduler), Instances(state, bundles)
    lifecycle = Lifecycle(state, operations, instances, Groups(state, instances, scheduler))
    deployments = Deployments(state, operations, instances)
    applications = ApplicationActions(state, lifecycle, scheduler)
    versions = VersionActions(state, scheduler, bundles)
    configurations = ConfigurationActions(state)
    saved = SavedConfigurationActions(state, bundles, configurations)
    environments = EnvironmentActions(state, lifecycle, deployments, Swaps(state, operations))
    health = HealthActions(state)
    managed_actions = ManagedActions(state, ManagedUpdates(state, deployments))
    catalog = CatalogActions(state)
    info = EnvironmentInfoActions(state, operations, scheduler, bundles)
    roles = OperationsRoleActions(state)
    tags = TagActions(state, operations)
    storage = StorageActions(state, bundles)
    creation = EnvironmentCreation(state, lifecycle, create_hosting)
    quick: dict[str, Action] = {
        "AbortEnvironmentUpdate": environments.abort,
        "ApplyEnvironmentManagedAction": managed_actions.apply,
        "AssociateEnvironmentOperationsRole": roles.associate,
        "CheckDNSAvailability": environments.check_dns_availability,
        "ComposeEnvironments": environments.compose,
        "CreateApplication": applications.create,
        "CreatePlatformVersion": catalog.create_platform_version,
        "DeleteApplication": applications.delete,
        "DeleteEnvironmentConfiguration": configurations.delete_draft,
        "DeletePlatformVersion": catalog.delete_platform_version,
        "DescribeAccountAttributes": catalog.describe_account_attributes,
        "DescribeApplicationVersions": versions.describe,
        "DescribeApplications": applications.describe,
        "DescribeEnvironmentHealth": health.describe_environment,
        "DescribeEnvironmentManagedActionHistory": managed_actions.describe_history,
        "DescribeEnvironmentManagedActions": managed_actions.describe,
        "DescribeEnvironmentResources": environments.describe_resources,
        "DescribeEnvironments": environments.describe,
        "DescribeEvents": EventActions(state).describe,
        "DescribeInstancesHealth": health.describe_instances,
        "DescribePlatformVersion": catalog.describe_platform_version,
        "DisassociateEnvironmentOperationsRole": roles.disassociate,
        "ListAvailableSolutionStacks": catalog.list_solution_stacks,
        "ListPlatformBranches": catalog.list_platform_branches,
        "ListPlatformVersions": catalog.list_platform_versions,
        "ListTagsForResource": tags.list_for,
        "RebuildEnvironment": environments.rebuild,
        "RequestEnvironmentInfo": info.request,
        "RestartAppServer": environments.restart,
        "RetrieveEnvironmentInfo": info.retrieve,
        "SwapEnvironmentCNAMEs": environments.swap,
        "TerminateEnvironment": environments.terminate,
        "UpdateApplication": applications.update,
        "UpdateApplicationResourceLifecycle": applications.update_lifecycle,
        "UpdateApplicationVersion": versions.update,
        "UpdateTagsForResource": tags.update_for,
    }
    slow: dict[str, Action] = {
        "CreateApplicationVersion": versions.create,
        "CreateConfigurationTemplate": saved.create,
        "CreateEnvironment": saved.reading(creation.create),
        "CreateStorageLocation": storage.create,
        "DeleteApplicationVersion": versions.delete,
        "DeleteConfigurationTemplate": saved.delete,
        "DescribeConfigurationOptions": saved.reading(configurations.describe_options),
        "DescribeConfigurationSettings": saved.reading(configurations.describe_settings),
        "UpdateConfigurationTemplate": saved.update,
        "UpdateEnvironment": saved.reading(environments.update),
        "ValidateConfigurationSettings": saved.reading(configurations.validate),
    }
    return {name: _with_lock(state.lock, action) for name, action in quick.items()} | slow


def _with_lock(lock: AbstractContextManager[object], action: Action) -> Action:
    def locked(call: Call) -> Result:
        with lock:
            return action(call)

    return locked
