"""Which call does what: the table of all actions that the rehearsal knows."""

import threading
from pathlib import Path

from rehearsal.beanstalk.applications import Applications
from rehearsal.beanstalk.calls import Action, Call, Result
from rehearsal.beanstalk.configurations import Configurations
from rehearsal.beanstalk.creation import Creation
from rehearsal.beanstalk.deployments import Deployments
from rehearsal.beanstalk.environments import Environments
from rehearsal.beanstalk.events import Events
from rehearsal.beanstalk.instances import Instances
from rehearsal.beanstalk.lifecycle import Lifecycle
from rehearsal.beanstalk.observations import Observations
from rehearsal.beanstalk.offer import Offer
from rehearsal.beanstalk.scheduler import Scheduler
from rehearsal.beanstalk.sources import Sources
from rehearsal.beanstalk.state import State
from rehearsal.beanstalk.tags import ResourceTags
from rehearsal.beanstalk.versions import Versions


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
