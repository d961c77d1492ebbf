"""What the option settings say about deployments and configuration updates: the policy, its batches and its pauses.

Options and defaults: https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/command-options-general.html
(aws:elasticbeanstalk:command, aws:elasticbeanstalk:trafficsplitting, aws:autoscaling:updatepolicy:rollingupdate).
"""

import math
import re
from enum import StrEnum
from typing import NamedTuple

from emulator.beanstalk import option_settings
from emulator.beanstalk.configuration_options import Option, default, find
from emulator.beanstalk.option_settings import Settings

_COMMAND = "aws:elasticbeanstalk:command"
_ROLLING_UPDATE = "aws:autoscaling:updatepolicy:rollingupdate"
_SPLITTING = "aws:elasticbeanstalk:trafficsplitting"
_INSTANCE_NAMESPACES = ("aws:autoscaling:launchconfiguration", "aws:ec2:instances", "aws:ec2:vpc")


class DeploymentPolicy(StrEnum):
    """How a version goes onto the instances."""

    ALL_AT_ONCE = "AllAtOnce"
    ROLLING = "Rolling"
    ADDITIONAL_BATCH = "RollingWithAdditionalBatch"
    IMMUTABLE = "Immutable"
    TRAFFIC_SPLITTING = "TrafficSplitting"


class UpdateType(StrEnum):
    """How a changed configuration goes onto the instances. `AT_ONCE`: without rolling updates."""

    AT_ONCE = "AtOnce"
    TIME = "Time"
    HEALTH = "Health"
    IMMUTABLE = "Immutable"


class TrafficSplit(NamedTuple):
    """How many percent of the requests go to a new version, and for how many account seconds."""

    percent: float
    seconds: float


class RollingUpdate(NamedTuple):
    """The batches of a rolling configuration update. `pause`, `timeout`: account seconds."""

    kind: UpdateType
    batch: int
    pause: float
    timeout: float


def deployment_policy(settings: Settings) -> DeploymentPolicy:
    """Return the deployment policy. Only two policies are for environments of a single instance."""
    policy = DeploymentPolicy(_value(settings, _COMMAND, "DeploymentPolicy"))
    single = not option_settings.load_balanced(settings)
    return policy if not single or policy is DeploymentPolicy.IMMUTABLE else DeploymentPolicy.ALL_AT_ONCE


def batch_size(settings: Settings, instances: int) -> int:
    """Return how many instances are in a batch of a rolling deployment: one at least, all at most."""
    size = int(_value(settings, _COMMAND, "BatchSize"))
    if _value(settings, _COMMAND, "BatchSizeType") == "Percentage":
        size = math.ceil(instances * size / 100)
    return max(1, min(size, instances))


def traffic_split(settings: Settings) -> TrafficSplit:
    """Return the options of traffic-splitting deployments."""
    minutes = float(_value(settings, _SPLITTING, "EvaluationTime"))
    return TrafficSplit(float(_value(settings, _SPLITTING, "NewVersionPercent")), minutes * 60)


def rolling_update(settings: Settings, instances: int) -> RollingUpdate:
    """Return the options of configuration updates that replace instances."""
    enabled = _value(settings, _ROLLING_UPDATE, "RollingUpdateEnabled") == "true"
    kind = UpdateType(_value(settings, _ROLLING_UPDATE, "RollingUpdateType"))
    if kind is not UpdateType.IMMUTABLE and not enabled:
        kind = UpdateType.AT_ONCE
    batch = _value(settings, _ROLLING_UPDATE, "MaxBatchSize")
    size = min(int(batch) if batch else math.ceil(instances / 3), instances)
    if in_service := _value(settings, _ROLLING_UPDATE, "MinInstancesInService"):
        size = min(size, instances - int(in_service))
    pause = _value(settings, _ROLLING_UPDATE, "PauseTime")
    timeout = _seconds(_value(settings, _ROLLING_UPDATE, "Timeout"))
    return RollingUpdate(kind, max(1, size), _seconds(pause) if pause else 0, timeout)


def replaces_instances(old: Settings, new: Settings) -> bool:
    """Return whether a change of settings needs new instances.

    Which do: https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/environments-updating.html
    """
    changed = {option for option in old.keys() | new.keys() if _of(old, option) != _of(new, option)}
    return any(option.namespace in _INSTANCE_NAMESPACES and _restarts(option) for option in changed)


def _of(settings: Settings, option: Option) -> str:
    return settings.get(option, default(option))


def _restarts(option: Option) -> bool:
    known = find(option.namespace, option.name)
    return known is not None and known.severity == "RestartEnvironment"


def _value(settings: Settings, namespace: str, name: str) -> str:
    """Return the value of an option, or its default; empty without one."""
    known = find(namespace, name)
    return _of(settings, known.option) if known else ""


def _seconds(text: str) -> float:
    """Return the seconds of an ISO 8601 duration, such as PT1H30M."""
    amounts = re.findall(r"(\d+)([HMS])", text)
    return float(sum(int(amount) * {"H": 3600, "M": 60, "S": 1}[unit] for amount, unit in amounts))
