"""Deployments onto several instances: batches, new instances, split traffic, and what each leaves behind."""

import re
from collections import Counter
from typing import Any

import pytest

from tests.support import source_bundles
from tests.support.beanstalk import ENHANCED, PageAnswer, command_timeout
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


def test_a_rolling_deployment_tells_of_each_batch(account: VirtualBeanstalk) -> None:
    """https://github.com/aws/aws-elastic-beanstalk-cli/issues/50, .../elastic-beanstalk-roadmap/issues/162"""
    id_ = environment(account, 2, "Rolling", option(COMMAND, "BatchSize", "50"))

    deploy(account, id_)

    def batch(number: int) -> list[str]:
        return [
            f"Batch {number}: Starting application deployment on instance(s) [i-*].",
            f"Batch {number}: De-registering instance(s) from {BALANCER} to go out of service.",
            f"Batch {number}: Starting application deployment command execution.",
            "Instance deployment completed successfully.",
            f"Batch {number}: Completed application deployment command execution.",
            f"Command execution completed on {number} of 2 instances in environment.",
            f"Batch {number}: Registering instance(s) with {BALANCER} to be healthy.",
            f"Batch {number}: Completed application deployment.",
        ]

    start = [STARTING, "Deploying new version to instance(s)."]
    assert events(account, id_) == [*start, *batch(1), *batch(2), DEPLOYED, COMPLETED]


@pytest.mark.parametrize(
    ("policy", "more"),
    [
        ("Rolling", [option(COMMAND, "BatchSize", "30")]),
        ("Rolling", [option(COMMAND, "BatchSizeType", "Fixed"), option(COMMAND, "BatchSize", "2")]),
        ("RollingWithAdditionalBatch", [option(COMMAND, "BatchSize", "30")]),
        ("Immutable", [ENHANCED]),
        (
            "TrafficSplitting",
            [ENHANCED, BALANCED, option(SPLITTING, "EvaluationTime", "3")],
        ),
    ],
)
def test_users_are_served_during_a_deployment_in_steps(
    account: VirtualBeanstalk, policy: str, more: list[dict[str, str]]
) -> None:
    """https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/using-features.rolling-version-deploy.html"""
    id_ = environment(account, 3, policy, *more)

    answers = deploy(account, id_)

    assert {answer.status for answer in answers} == {200}
    assert {answer.answered_by for answer in answers} == {"shop-prod/v1", "shop-prod/v2"}
    assert versions(account) == {"v2": 3}
    assert account.describe(id_)["VersionLabel"] == "v2"
    assert len(instances(account, id_)) == 3
    account.until_health(id_, "Green")
    assert {account.get(account.describe(id_)["CNAME"]).answered_by for _ in range(9)} == {"shop-prod/v2"}


def test_the_environment_is_down_while_all_instances_are_deployed_to_at_once(account: VirtualBeanstalk) -> None:
    id_ = environment(account, 3, "AllAtOnce")

    answers = deploy(account, id_)

    assert {answer.status for answer in answers} == {200, 503}
    assert versions(account) == {"v2": 3}


def test_batches_that_are_done_keep_the_version_when_a_later_one_fails(account: VirtualBeanstalk) -> None:
    """https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/environments-health-enhanced-notifications.html"""
    id_ = environment(account, 5, "Rolling", ENHANCED, option(COMMAND, "BatchSize", "20"))
    broken_on(account, 2)

    answers = deploy(account, id_, "v-bad")

    assert {answer.status for answer in answers} == {200}
    assert versions(account) == {"v-bad": 2, "v1": 3}
    described = account.describe(id_)
    assert (described["Status"], described["VersionLabel"], described["Health"]) == ("Ready", "v1", "Yellow")
    health = account.client.describe_environment_health(EnvironmentId=id_, AttributeNames=["All"])
    expected = 'Incorrect application version found on 2 out of 5 instances. Expected version "v1" (deployment 1).'
    assert expected in health["Causes"]
    errors = [message.rpartition(" on instance id(s)")[0] or message for message in events(account, id_)]
    assert errors[-3:] == [
        "Unsuccessful command execution",
        "Failed to deploy application.",
        MIXED,
    ]


def test_a_batch_that_is_not_healthy_in_time_fails_the_deployment(account: VirtualBeanstalk) -> None:
    id_ = environment(account, 2, "Rolling", option(COMMAND, "BatchSize", "50"), command_timeout(30))
    account.version("v503", source_bundles.release(503))

    answers = deploy(account, id_, "v503")

    assert {answer.answered_by for answer in answers} == {"shop-prod/v1"}
    assert "Instance id(s) 'i-*' did not pass health check after command execution. Aborting the operation." in events(
        account, id_
    )
    assert versions(account) == {"v1": 1, "v503": 1}


def test_ignored_health_lets_the_next_batch_begin_after_the_command_timeout(account: VirtualBeanstalk) -> None:
    """https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/using-features.rolling-version-deploy.html"""
    ignored = [option(COMMAND, "IgnoreHealthCheck", "true"), command_timeout(40)]
    id_ = environment(account, 2, "Rolling", option(COMMAND, "BatchSize", "50"), *ignored)
    account.version("v503", source_bundles.release(503))
    began = account.memory.clock.time()

    deploy(account, id_, "v503")

    assert versions(account) == {"v503": 2}
    assert events(account, id_)[-2:] == [DEPLOYED, COMPLETED]
    assert account.memory.clock.time() - began >= 80


def test_an_additional_batch_is_launched_first_and_terminated_last(account: VirtualBeanstalk) -> None:
    """https://github.com/meteor-up/mup-aws-beanstalk/issues/9; where the batch ends: as for a rolling deployment."""
    id_ = environment(account, 2, "RollingWithAdditionalBatch", option(COMMAND, "BatchSize", "50"))
    before = instances(account, id_)

    deploy(account, id_)

    assert instances(account, id_) == before
    found = events(account, id_)
    assert found[2:6] == [
        "Rolling with Additional Batch deployment policy enabled. Launching  a new batch of 1 additional instance(s).",
        "Added instance [i-*] to your environment.",
        "Batch 1: 1 EC2 instance(s) [i-*] launched. Deploying application version 'v2'.",
        "Instance deployment completed successfully.",
    ]
    assert [one for one in found if "Completed application deployment." in one] == [
        f"Batch {number}: Completed application deployment." for number in (1, 2, 3)
    ]
    assert found[-3:] == ["Removed instance [i-*] from your environment.", DEPLOYED, COMPLETED]


def test_an_immutable_deployment_launches_one_instance_then_the_rest(account: VirtualBeanstalk) -> None:
    """https://github.com/meteor-up/mup-aws-beanstalk/issues/91; the rest as in public logs of 2025 and 2026."""
    id_ = environment(account, 3, "Immutable", ENHANCED)
    before = instances(account, id_)

    deploy(account, id_)

    assert not set(before) & set(instances(account, id_))
    group = r"awseb-e-\w+-immutable-stack-AWSEBAutoScalingGroup-\w+"
    expected = [
        re.escape(STARTING),
        r"Immutable deployment policy enabled\. Launching one instance with the new settings to verify health\.",
        rf"Created temporary auto scaling group {group}\.",
        r"Instance deployment completed successfully\.",
        r"Adding new instance\(s\) \(i-\*\) to the load balancer\.",
        r"Waiting for instance\(s\) \(i-\*\) to pass health checks\.",
        r"Added instance \[i-\*\] to your environment\.",
        r"Test instance passed health checks\. Launching remaining new instances\.",
        r"Instance deployment completed successfully\.",
        r"Instance deployment completed successfully\.",
        r"Added instances \[i-\*, i-\*\] to your environment\.",
        r"Successfully launched all instances\.",
        r"Adding new instance\(s\) \(i-\*,i-\*\) to the load balancer\.",
        r"Waiting for instance\(s\) \(i-\*,i-\*,i-\*\) to pass health checks\.",
        rf"Detached new instance\(s\) from temporary auto scaling group {group}\.",
        r"Attached new instance\(s\) to the permanent auto scaling group awseb-e-\w+-stack-AWSEBAutoScalingGroup-\w+\.",
        r"Starting post-deployment configuration on new instances\.",
        r"Waiting for post-deployment configuration to complete\.",
        r"Deployment succeeded\. Terminating old instances and temporary Auto Scaling group\.",
        r"Removed instances \[i-\*, i-\*, i-\*\] from your environment\.",
        re.escape(DEPLOYED),
        re.escape(COMPLETED),
    ]
    found = events(account, id_)
    assert len(found) == len(expected)
    assert [one for one, pattern in zip(found, expected, strict=True) if not re.fullmatch(pattern, one)] == []


@pytest.mark.parametrize("policy", ["Immutable", "TrafficSplitting"])
def test_a_failure_of_new_instances_leaves_the_old_ones_untouched(account: VirtualBeanstalk, policy: str) -> None:
    """https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/environmentmgmt-updates-immutable.html"""
    id_ = environment(account, 3, policy, ENHANCED, BALANCED, command_timeout(30))
    account.version("v503", source_bundles.release(503))
    before = instances(account, id_)

    answers = deploy(account, id_, "v503")

    assert {answer.answered_by for answer in answers} == {"shop-prod/v1"}
    assert instances(account, id_) == before
    assert versions(account) == {"v1": 3}
    assert events(account, id_)[-1] == "Failed to deploy application."
    assert account.describe(id_)["VersionLabel"] == "v1"
    account.until_health(id_, "Ok")


def test_an_aborted_rolling_deployment_leaves_both_versions(account: VirtualBeanstalk) -> None:
    id_ = environment(account, 3, "Rolling", ENHANCED, option(COMMAND, "BatchSize", "30"))

    answers = deploy(account, id_, seconds=40)
    account.client.abort_environment_update(EnvironmentId=id_)
    account.until_status(id_, "Ready")

    assert {answer.status for answer in answers} == {200}
    assert set(versions(account)) == {"v1", "v2"}
    assert account.describe(id_)["VersionLabel"] == "v1"
    warnings = account.messages(EnvironmentId=id_, Severity="WARN")
    assert MIXED in warnings
    account.until_health(id_, "Degraded")


@pytest.mark.parametrize("policy", ["Immutable", "TrafficSplitting", "RollingWithAdditionalBatch"])
def test_an_abort_ends_the_new_instances(account: VirtualBeanstalk, policy: str) -> None:
    id_ = environment(account, 3, policy, ENHANCED, BALANCED)
    before = instances(account, id_)

    deploy(account, id_, seconds=20)
    assert len(instances(account, id_)) > 3
    account.client.abort_environment_update(EnvironmentId=id_)
    answers = use(account, id_)
    account.until_status(id_, "Ready")

    assert instances(account, id_) == before
    assert versions(account) == {"v1": 3}
    assert {answer.status for answer in answers} <= {200}
    account.until_health(id_, "Ok")


def test_an_immutable_deployment_cannot_be_aborted_once_the_old_instances_end(account: VirtualBeanstalk) -> None:
    id_ = environment(account, 1, "Immutable", ENHANCED)

    account.client.update_environment(EnvironmentId=id_, VersionLabel="v2")
    account.until(lambda: any("Detached new" in one for one in events(account, id_)), lambda: "the old ones to end")

    assert account.describe(id_)["AbortableOperationInProgress"] is False


def test_split_traffic_sends_a_share_to_the_new_version_for_the_evaluation_time(account: VirtualBeanstalk) -> None:
    """https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/using-features.rolling-version-deploy.html"""
    id_ = environment(
        account,
        2,
        "TrafficSplitting",
        ENHANCED,
        BALANCED,
        option(SPLITTING, "NewVersionPercent", "20"),
        option(SPLITTING, "EvaluationTime", "3"),
    )

    answers = deploy(account, id_)

    new = [number for number, answer in enumerate(answers) if answer.answered_by == "shop-prod/v2"]
    split = answers[new[0] : new[0] + 180 * PER_SECOND]
    share = sum(answer.answered_by == "shop-prod/v2" for answer in split) / len(split)
    assert 0.1 < share < 0.3
    assert {answer.answered_by for answer in answers[-10:]} == {"shop-prod/v2"}
    assert {answer.status for answer in answers} == {200}
