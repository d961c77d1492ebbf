"""Which call does what: the table of all actions that the rehearsal knows."""

import threading
from pathlib import Path

from emulator.beanstalk.actions.applications import Applications
from emulator.beanstalk.actions.catalog import Offer
from emulator.beanstalk.actions.configurations import Configurations
from emulator.beanstalk.actions.creation import Creation
from emulator.beanstalk.actions.environments import Environments
from emulator.beanstalk.actions.events import Events
from emulator.beanstalk.actions.observations import Observations
from emulator.beanstalk.actions.tags import ResourceTags
from emulator.beanstalk.actions.versions import Versions
from emulator.beanstalk.bundle_store import Sources
from emulator.beanstalk.call import Action, Call, Result
from emulator.beanstalk.operations.deployments import Deployments
from emulator.beanstalk.operations.instances import Instances
from emulator.beanstalk.operations.lifecycle import Lifecycle
from emulator.beanstalk.scheduler import Scheduler
from emulator.beanstalk.state import State


def table(state: State, scheduler: Scheduler, sources: Sources, home: Path) -> dict[str, Action]:
    """Return what does each action. All take the state's lock; the slow ones only for as long as they need it."""
    instances = Instances(state, sources)
    lifecycle = Lifecycle(state, scheduler, instances)
    deployments = Deployments(state, lifecycle, instances)
    applications = Applications(state, lifecycle, scheduler)
    versions = Versions(state, scheduler, sources)
    configurations = Configurations(state)
    environments = Environments(state, lifecycle, deployments)
    observations = Observations(state, deployments)
    offer = Offer(state)
    tags = ResourceTags(state)
    quick: dict[str, Action] = {
        "AbortEnvironmentUpdate": environments.abort,
        "ApplyEnvironmentManagedAction": observations.apply_managed_action,
        "CheckDNSAvailability": environments.check_dns_availability,
        "CreateApplication": applications.create,
        "CreateConfigurationTemplate": configurations.create_template,
        "CreateEnvironment": Creation(state, lifecycle, home).create,
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
        "DescribeEvents": Events(state).describe,
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
