"""Deployments onto the instances of an environment, all at once or in batches, and what each leaves behind."""

import pytest

from tests.support import source_bundles
from tests.support.beanstalk import ENHANCED, command_timeout
from tests.support.deployments import (
    BALANCED,
    BALANCER,
    COMMAND,
    COMPLETED,
    DEPLOYED,
    MIXED,
    SPLITTING,
    STARTING,
    broken_on,
    deploy,
    environment,
    events,
    instances,
    versions,
)
from tests.support.in_memory import VirtualBeanstalk
from tests.support.option_settings import option


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
