"""Which call does what: the table of all actions that the rehearsal knows."""

import threading

from emulator.beanstalk.actions.applications import ApplicationActions
from emulator.beanstalk.actions.catalog import CatalogActions
from emulator.beanstalk.actions.configurations import ConfigurationActions
from emulator.beanstalk.actions.environment_creation import EnvironmentCreation, HostingFactory
from emulator.beanstalk.actions.environments import EnvironmentActions
from emulator.beanstalk.actions.events import EventActions
from emulator.beanstalk.actions.observations import Observations
from emulator.beanstalk.actions.tagging import TagActions
from emulator.beanstalk.actions.versions import VersionActions
from emulator.beanstalk.bundle_store import BundleStore
from emulator.beanstalk.call import Action, Call, Result
from emulator.beanstalk.operations.deployments import Deployments
from emulator.beanstalk.operations.instances import Instances
from emulator.beanstalk.operations.lifecycle import Lifecycle
from emulator.beanstalk.scheduler import Scheduler
from emulator.beanstalk.state import State


def table(state: State, scheduler: Scheduler, bundles: BundleStore, host: HostingFactory) -> dict[str, Action]:
    """Return what does each action. All take the state's lock; the slow ones only for as long as they need it."""
    instances = Instances(state, bundles)
    lifecycle = Lifecycle(state, scheduler, instances)
    deployments = Deployments(state, lifecycle, instances)
    applications = ApplicationActions(state, lifecycle, scheduler)
    versions = VersionActions(state, scheduler, bundles)
    configurations = ConfigurationActions(state)
    environments = EnvironmentActions(state, lifecycle, deployments)
    observations = Observations(state, deployments)
    offer = CatalogActions(state)
    tags = TagActions(state)
    quick: dict[str, Action] = {
        "AbortEnvironmentUpdate": environments.abort,
        "ApplyEnvironmentManagedAction": observations.apply_managed_action,
        "CheckDNSAvailability": environments.check_dns_availability,
        "CreateApplication": applications.create,
        "CreateConfigurationTemplate": configurations.create_template,
        "CreateEnvironment": EnvironmentCreation(state, lifecycle, host).create,
        "DeleteApplication": applications.delete,
        "DeleteConfigurationTemplate": configurations.delete_template,
        "DeleteEnvironmentConfiguration": configurations.delete_draft,
        "DescribeAccountAttributes": offer.describe_account_attributes,
        "DescribeApplicationVersions": versions.describe,
        "DescribeApplications": applications.describe,
        "DescribeConfigurationSettings": configurations.describe_settings,
        "DescribeEnvironmentHealth": observations.describe_health,
        "DescribeEnvironmentManagedActions": observations.describe_managed_actions,
        "DescribeEnvironmentResources": observations.describe_resources,
        "DescribeEnvironments": environments.describe,
        "DescribeEvents": EventActions(state).describe,
        "DescribeInstancesHealth": observations.describe_instances_health,
        "ListAvailableSolutionStacks": offer.list_solution_stacks,
        "ListPlatformVersions": offer.list_platform_versions,
        "ListTagsForResource": tags.list_for,
        "RebuildEnvironment": environments.rebuild,
        "RestartAppServer": environments.restart,
        "SwapEnvironmentCNAMEs": environments.swap,
        "TerminateEnvironment": environments.terminate,
        "UpdateApplication": applications.update,
        "UpdateEnvironment": environments.update,
        "UpdateTagsForResource": tags.update_for,
        "ValidateConfigurationSettings": configurations.validate,
    }
    slow: dict[str, Action] = {
        "CreateApplicationVersion": versions.create,
        "DeleteApplicationVersion": versions.delete,
    }
    return {name: _holding(state.lock, action) for name, action in quick.items()} | slow


def _holding(lock: threading.RLock, action: Action) -> Action:
    def locked(call: Call) -> Result:
        with lock:
            return action(call)

    return locked
