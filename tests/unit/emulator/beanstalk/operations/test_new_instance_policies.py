"""Deployments onto new instances: an additional batch, immutable, split traffic, and what each leaves behind."""

import re

import pytest

from tests.support import source_bundles
from tests.support.beanstalk import ENHANCED, command_timeout
from tests.support.deployments import (
    BALANCED,
    COMMAND,
    COMPLETED,
    DEPLOYED,
    PER_SECOND,
    SPLITTING,
    STARTING,
    deploy,
    environment,
    events,
    instances,
    use,
    versions,
)
from tests.support.in_memory import VirtualBeanstalk
from tests.support.option_settings import option


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
        *[r"Removed instance \[i-\*\] from your environment\."] * 3,
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
