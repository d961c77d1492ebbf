"""What option settings say about deployments.

Rules: https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/using-features.rolling-version-deploy.html,
https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/command-options-general.html.
"""

import pytest

from emulator.beanstalk import deployment_settings, option_settings
from emulator.beanstalk.deployment_settings import DeploymentPolicy, RollingUpdate, TrafficSplit, UpdateType
from emulator.beanstalk.option_settings import Settings
from tests.support.option_settings import option

COMMAND = "aws:elasticbeanstalk:command"
UPDATE = "aws:autoscaling:updatepolicy:rollingupdate"


def settings(*given: tuple[str, str, str]) -> Settings:
    return option_settings.given([option(*one) for one in given])


@pytest.mark.parametrize(
    ("size", "kind", "instances", "expected"),
    [
        ("25", "Percentage", 4, 1),
        ("25", "Percentage", 5, 2),
        ("1", "Percentage", 3, 1),
        ("100", "Percentage", 3, 3),
        ("2", "Fixed", 5, 2),
        ("9", "Fixed", 5, 5),
    ],
)
def test_a_batch_is_a_share_or_a_number_of_the_instances(size: str, kind: str, instances: int, expected: int) -> None:
    given = settings((COMMAND, "BatchSize", size), (COMMAND, "BatchSizeType", kind))

    assert deployment_settings.batch_size(given, instances) == expected


@pytest.mark.parametrize(
    ("policy", "kind", "expected"),
    [
        ("Rolling", "LoadBalanced", DeploymentPolicy.ROLLING),
        ("Rolling", "SingleInstance", DeploymentPolicy.ALL_AT_ONCE),
        ("TrafficSplitting", "SingleInstance", DeploymentPolicy.ALL_AT_ONCE),
        ("Immutable", "SingleInstance", DeploymentPolicy.IMMUTABLE),
    ],
)
def test_an_environment_of_a_single_instance_has_no_batches(policy: str, kind: str, expected: str) -> None:
    given = settings(
        (COMMAND, "DeploymentPolicy", policy), ("aws:elasticbeanstalk:environment", "EnvironmentType", kind)
    )

    assert deployment_settings.deployment_policy(given) is expected


def test_traffic_splitting_sends_ten_percent_for_five_minutes_by_default() -> None:
    assert deployment_settings.traffic_split({}) == TrafficSplit(10, 300)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([], RollingUpdate(UpdateType.AT_ONCE, 2, 0, 1800)),
        ([("RollingUpdateEnabled", "true")], RollingUpdate(UpdateType.TIME, 2, 0, 1800)),
        (
            [("RollingUpdateEnabled", "true"), ("RollingUpdateType", "Health"), ("PauseTime", "PT1M30S")],
            RollingUpdate(UpdateType.HEALTH, 2, 90, 1800),
        ),
        ([("RollingUpdateType", "Immutable"), ("Timeout", "PT1H")], RollingUpdate(UpdateType.IMMUTABLE, 2, 0, 3600)),
        (
            [("RollingUpdateEnabled", "true"), ("MaxBatchSize", "4"), ("MinInstancesInService", "5")],
            RollingUpdate(UpdateType.TIME, 1, 0, 1800),
        ),
    ],
)
def test_a_rolling_update_has_a_kind_batches_and_a_pause(given: list[tuple[str, str]], expected: RollingUpdate) -> None:
    assert deployment_settings.rolling_update(settings(*((UPDATE, *one) for one in given)), 6) == expected


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        (("aws:ec2:instances", "InstanceTypes", "m5.large"), True),
        (("aws:autoscaling:launchconfiguration", "EC2KeyName", "mine"), True),
        (("aws:autoscaling:launchconfiguration", "MonitoringInterval", "5 minute"), False),
        (("aws:elasticbeanstalk:application:environment", "COLOUR", "blue"), False),
        ((COMMAND, "Timeout", "60"), False),
    ],
)
def test_some_changes_need_new_instances(changed: tuple[str, str, str], expected: bool) -> None:
    """https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/environments-updating.html; 5 minutes are the default."""
    assert deployment_settings.replaces_instances({}, settings(changed)) is expected
