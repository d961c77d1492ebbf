"""Scaling by load: the trigger of an environment, with its two alarms and policies.

Source: https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/using-features.managing.as.html. Only the metric
RequestCount is measured here. Its statistic Sum is the number of requests in a period, as at AWS. The others are the
requests a second and instance, in real seconds, as users count them.
"""

from typing import NamedTuple

from emulator.beanstalk import group_settings, option_settings
from emulator.beanstalk.group_settings import Trigger
from emulator.beanstalk.model import Environment
from emulator.beanstalk.scaling_group import Load, ScalingGroup
from emulator.beanstalk.state import State


class ScalingPolicy(NamedTuple):
    """A policy that changes the number of instances when its alarm is triggered."""

    name: str
    alarm: str
    increment: int


def policies(environment: Environment, group: ScalingGroup) -> tuple[ScalingPolicy, ScalingPolicy] | None:
    """Return the policies that scale out and in, None for an environment without a load balancer."""
    if not option_settings.load_balanced(environment.settings):
        return None
    stack, _, suffix = group.name.partition("AWSEBAutoScalingGroup")
    out_by, in_by = group_settings.trigger(environment.settings).increments

    def policy(direction: str, alarm: str, increment: int) -> ScalingPolicy:
        name = f"{stack}AWSEBAutoScalingScale{direction}Policy{suffix}"
        return ScalingPolicy(name, f"{stack}AWSEBCloudwatchAlarm{alarm}{suffix}", increment)

    return policy("Up", "High", out_by), policy("Down", "Low", in_by)


def triggered_policy(state: State, environment: Environment, group: ScalingGroup) -> ScalingPolicy | None:
    """Measure the load. Return the policy whose alarm is triggered, None when none is or the group cools down."""
    if group.minimum == group.maximum:
        return None
    trigger = _trigger(environment, group.load)
    if trigger.measure != "RequestCount" or not option_settings.load_balanced(environment.settings):
        return None
    load = _measured(state, environment, group.load, trigger)
    now = state.clock.time()
    cools_down = group.scaled is not None and now - group.scaled < group.cooldown
    lasts = now - group.load.since >= trigger.breach_duration - trigger.period
    if load is None or not group.load.breached or not lasts or cools_down or "AlarmNotification" in group.suspended:
        return None
    both = policies(environment, group)
    return both[0 if group.load.breached > 0 else 1] if both else None


def _trigger(environment: Environment, load: Load) -> Trigger:
    if load.trigger is None or load.settings is not environment.settings:
        load.trigger, load.settings = group_settings.trigger(environment.settings), environment.settings
    return load.trigger


def _measured(state: State, environment: Environment, load: Load, trigger: Trigger) -> float | None:
    """Return the load in the last period, None before one has passed. Keep whether it breaches a threshold."""
    now = state.clock.time()
    load.samples.append((now, environment.hosting.requests_received()))
    while len(load.samples) > 1 and load.samples[1][0] <= now - trigger.period:
        load.samples.pop(0)
    (began, before), (_, received) = load.samples[0], load.samples[-1]
    seconds = now - began
    if seconds < trigger.period:
        return None
    if trigger.statistic == "Sum":
        measured = (received - before) * trigger.period / seconds
    else:
        measured = (received - before) / state.clock.real(seconds) / max(1, len(environment.working_instances))
    breached = 1 if measured > trigger.upper else -1 if measured < trigger.lower else 0
    if breached != load.breached:
        load.breached, load.since = breached, now
    return measured
