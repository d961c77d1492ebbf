"""The actions that describe groups, instances, activities and policies."""

from typing import Any

from emulator.autoscaling.environment_groups import EnvironmentGroup, EnvironmentGroups
from emulator.beanstalk.call import Call, Result, page
from emulator.beanstalk.errors import ValidationError
from emulator.beanstalk.instance import Instance
from emulator.beanstalk.operations import load_trigger
from emulator.beanstalk.scaling_group import ActivityStatus, ScalingActivity

_FILTERS = ("tag-key", "tag-value")
_TAG_FILTERS = {
    "auto-scaling-group": "ResourceId",
    "key": "Key",
    "value": "Value",
    "propagate-at-launch": "PropagateAtLaunch",
}
"""The filters of DescribeTags, and the member that each compares."""


class GroupReports:
    """The actions that change nothing. Call them with the state's lock held."""

    def __init__(self, groups: EnvironmentGroups) -> None:
        self._groups = groups

    def describe_groups(self, call: Call) -> Result:
        """DescribeAutoScalingGroups: unknown names are left out."""
        names = call.get("AutoScalingGroupNames")
        found = [each for each in self._groups.all() if not names or each.group.name in names]
        found = [each for each in found if _matches(each, call.get("Filters", []))]
        # AWS returns 50 groups a page, 100 at most.
        return page(call, "AutoScalingGroups", [self._group(each) for each in found], call.get("MaxRecords", 50))

    def describe_instances(self, call: Call) -> Result:
        """DescribeAutoScalingInstances."""
        ids = call.get("InstanceIds")
        found = [
            {"AutoScalingGroupName": each.group.name} | self._instance(each, instance)
            for each in self._groups.all()
            for instance in each.environment.instances
            if not ids or instance.id in ids
        ]
        return page(call, "AutoScalingInstances", found, call.get("MaxRecords", 50))

    def describe_activities(self, call: Call) -> Result:
        """DescribeScalingActivities: the newest first."""
        name, ids = call.get("AutoScalingGroupName"), call.get("ActivityIds")
        groups = [self._groups.named(name)] if name else self._groups.all()
        found = [
            activity_description(each, activity)
            for each in groups
            for activity in reversed(each.group.activities)
            if not ids or activity.id in ids
        ]
        return page(call, "Activities", found, call.get("MaxRecords", 100))

    def describe_policies(self, call: Call) -> Result:
        """DescribePolicies: the two that scale an environment by its load."""
        name, names, kinds = (call.get(key) for key in ("AutoScalingGroupName", "PolicyNames", "PolicyTypes"))
        groups = [self._groups.named(name)] if name else self._groups.all()
        found = [
            self._policy(each, policy)
            for each in groups
            for policy in load_trigger.policies(each.environment, each.group) or ()
            if (not names or policy.name in names) and (not kinds or "SimpleScaling" in kinds)
        ]
        return page(call, "ScalingPolicies", found, call.get("MaxRecords", 50))

    def describe_tags(self, call: Call) -> Result:
        """DescribeTags. Raises ValidationError for an unknown filter."""
        found = [tag for each in self._groups.all() for tag in _tags(each)]
        for one in call.get("Filters", []):
            member = _TAG_FILTERS.get(one.get("Name", ""))
            if member is None:
                expected = ", ".join(_TAG_FILTERS)
                raise ValidationError(f"Filter name {one.get('Name')} is not supported. Expected one of {expected}.")
            found = [
                tag for tag in found if str(tag[member]).lower() in {value.lower() for value in one.get("Values", [])}
            ]
        return page(call, "Tags", found, call.get("MaxRecords", 50))

    def _group(self, each: EnvironmentGroup) -> dict[str, Any]:
        environment, group = each
        return {
            "AutoScalingGroupName": group.name,
            "AutoScalingGroupARN": group.arn,
            "MinSize": group.minimum,
            "MaxSize": group.maximum,
            "DesiredCapacity": group.desired,
            "DefaultCooldown": int(group.cooldown),
            "AvailabilityZones": [f"{self._groups.state.region}{zone}" for zone in "abc"],
            "LoadBalancerNames": [],
            "HealthCheckType": group.health_check,
            "HealthCheckGracePeriod": int(group.grace),
            "Instances": [self._instance(each, instance) for instance in environment.instances],
            "CreatedTime": group.created,
            "SuspendedProcesses": [
                {"ProcessName": name, "SuspensionReason": reason} for name, reason in sorted(group.suspended.items())
            ],
            "Tags": _tags(each),
            "TerminationPolicies": ["Default"],
            "NewInstancesProtectedFromScaleIn": False,
        }

    def _instance(self, each: EnvironmentGroup, instance: Instance) -> dict[str, Any]:
        unhealthy = each.group.health_check == "ELB" and instance.bad_since and not instance.hosting.in_service
        return {
            "InstanceId": instance.id,
            "InstanceType": "t3.micro",
            "AvailabilityZone": f"{self._groups.state.region}{instance.zone}",
            "LifecycleState": instance.state,
            "HealthStatus": "Unhealthy" if unhealthy else "Healthy",
            "ProtectedFromScaleIn": False,
        }

    def _policy(self, each: EnvironmentGroup, policy: load_trigger.ScalingPolicy) -> dict[str, Any]:
        state, group = self._groups.state, each.group
        where = f"{state.region}:{state.account_id}"
        name = f"autoScalingGroupName/{group.name}:policyName/{policy.name}"
        alarm = f"arn:aws:cloudwatch:{where}:alarm:{policy.alarm}"
        return {
            "AutoScalingGroupName": group.name,
            "PolicyName": policy.name,
            "PolicyARN": f"arn:aws:autoscaling:{where}:scalingPolicy:{group.arn.split(':')[6]}:{name}",
            "PolicyType": "SimpleScaling",
            "AdjustmentType": "ChangeInCapacity",
            "ScalingAdjustment": policy.increment,
            "Cooldown": int(group.cooldown),
            "Alarms": [{"AlarmName": policy.alarm, "AlarmARN": alarm}],
            "Enabled": True,
        }


def _tags(each: EnvironmentGroup) -> list[dict[str, Any]]:
    return [
        {"ResourceId": each.group.name, "ResourceType": "auto-scaling-group", "PropagateAtLaunch": True}
        | {"Key": key, "Value": value}
        for key, value in each.tags.items()
    ]


def activity_description(each: EnvironmentGroup, activity: ScalingActivity) -> dict[str, Any]:
    """Return an activity as DescribeScalingActivities and the actions that start one show it."""
    return {
        "ActivityId": activity.id,
        "AutoScalingGroupName": each.group.name,
        "AutoScalingGroupARN": each.group.arn,
        "Description": activity.description,
        "Cause": activity.cause,
        "StartTime": activity.began,
        "EndTime": activity.ended,
        "StatusCode": activity.status,
        "Progress": 50 if activity.status is ActivityStatus.IN_PROGRESS else 100,
        "Details": "{}",
    }


def _matches(each: EnvironmentGroup, filters: list[dict[str, Any]]) -> bool:
    """Return whether a group has the tags of a call's filters. Raises ValidationError for an unknown filter."""
    for one in filters:
        name, values = one.get("Name", ""), one.get("Values", [])
        if name.startswith("tag:"):
            found = [each.tags[name.removeprefix("tag:")]] if name.removeprefix("tag:") in each.tags else []
        elif name in _FILTERS:
            found = list(each.tags) if name == "tag-key" else list(each.tags.values())
        else:
            raise ValidationError(f"Filter name {name} is not supported. Expected tag-key, tag-value or tag:<key>.")
        if not set(found) & set(values):
            return False
    return True
