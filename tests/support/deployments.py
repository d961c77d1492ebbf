"""Deployments onto environments of several instances: what users get meanwhile, what events tell, what runs after."""

import re
from collections import Counter
from typing import Any

from tests.support import source_bundles
from tests.support.beanstalk import PageAnswer
from tests.support.in_memory import VirtualBeanstalk
from tests.support.option_settings import option

COMMAND = "aws:elasticbeanstalk:command"
SPLITTING = "aws:elasticbeanstalk:trafficsplitting"
BALANCED = option("aws:elasticbeanstalk:environment", "LoadBalancerType", "application")
PER_SECOND = 2
"""Requests of users."""
STARTING, COMPLETED = "Environment update is starting.", "Environment update completed successfully."
BALANCER = "the load balancer and waiting for them"
MIXED = (
    "During an aborted deployment, some instances may have deployed the new application version."
    " To ensure all instances are running the same version, re-deploy the appropriate application version."
)
DEPLOYED = "New application version was deployed to running EC2 instances."


def environment(account: VirtualBeanstalk, instances: int, policy: str, *more: dict[str, str]) -> str:
    """Create a healthy environment that runs v1 on so many instances, and return its id."""
    sizes = [option("aws:autoscaling:asg", name, str(instances)) for name in ("MinSize", "MaxSize")]
    return account.healthy("shop-prod", *sizes, option(COMMAND, "DeploymentPolicy", policy), *more, VersionLabel="v1")


def instances(account: VirtualBeanstalk, id_: str) -> list[str]:
    resources = account.client.describe_environment_resources(EnvironmentId=id_)["EnvironmentResources"]
    return [instance["Id"] for instance in resources["Instances"]]


def deploy(account: VirtualBeanstalk, id_: str, label: str = "v2", seconds: float = 1e6) -> list[PageAnswer]:
    """Deploy a version until it has ended, or for so long; return what users got."""
    account.client.update_environment(EnvironmentId=id_, VersionLabel=label)
    return use(account, id_, seconds)


def use(account: VirtualBeanstalk, id_: str, seconds: float = 1e6) -> list[PageAnswer]:
    """Return what a user gets each second while the environment is Updating."""
    answers: list[PageAnswer] = []
    cname = account.describe(id_)["CNAME"]
    while account.describe(id_)["Status"] == "Updating" and len(answers) < PER_SECOND * seconds:
        answers += [account.get(cname) for _ in range(PER_SECOND * 2)]
        account.memory.advance(2)
    return answers


def events(account: VirtualBeanstalk, id_: str) -> list[str]:
    """Return the messages of the last update, without those about health, and with `i-*` for instances."""
    messages = account.messages(EnvironmentId=id_)
    start = len(messages) - messages[::-1].index(STARTING) - 1
    return [re.sub(r"i-[0-9a-f]+", "i-*", one) for one in messages[start:] if "health has" not in one]


def versions(account: VirtualBeanstalk) -> Counter[str | None]:
    """Return how many instances run each version."""
    return Counter(instance.running_label for instance in account.hosting("shop-prod").instances)


def broken_on(account: VirtualBeanstalk, number: int) -> None:
    """Let the version v-bad fail from the n-th batch on. Its bundle is read once before the first."""
    account.version("v-bad", source_bundles.release(200))
    good, bad = source_bundles.release(200), source_bundles.dying()
    read, count = account.memory.store.read, 0

    def reading(location: Any) -> bytes:
        nonlocal count
        if location is None or not location.key.startswith("v-bad"):
            return read(location)
        count += 1
        return bad if count > number else good

    account.memory.store.read = reading  # type: ignore[method-assign]
