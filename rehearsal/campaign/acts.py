"""What happens to the environments of a run: carries out the planned incidents, and notes what was done."""

from dataclasses import dataclass
from typing import Any, Final

from botocore.exceptions import ClientError

from rehearsal.campaign.plan import GOOD_BUNDLE, Intervention, PlannedIntervention, Role
from rehearsal.campaign.testbed import CampaignShop, CampaignTestbed

BLUE_TAG = "bluegreen:blue"
CHANGED_OPTION = {"Namespace": "aws:elasticbeanstalk:application:environment", "OptionName": "CHANGED_BY_HAND"}

AFTER_SWAPS: Final = (Intervention.TERMINATE, Intervention.DEPLOY, Intervention.CONFIGURE)
"""What waits for the end of a swap, since an environment that is swapped is not Ready."""


@dataclass(frozen=True)
class Act:
    """An incident that happened. Times are real epoch seconds.

    `environment`: its name. `live`: whether it held the production CNAME. `until`: the end of a sickness, None when it
    is for good. `request`: the id of the call, if there was one. `label`: the version that a person deployed.
    """

    act: Intervention
    role: Role
    environment: str
    at: float
    live: bool
    until: float | None = None
    request: str | None = None
    label: str | None = None


class Environments:
    """The environments of one run, as people and accidents change them."""

    def __init__(self, testbed: CampaignTestbed, shop: CampaignShop) -> None:
        self._testbed = testbed
        self._shop = shop
        self._client = testbed.beanstalk
        self._impairments: dict[str, dict[str, Any]] = {}
        self._removed_tags: tuple[str, str] | None = None
        self._blue_is_sick_until: float | None = None
        """In account time."""
        self._doing = {
            Intervention.SICK: self._impair,
            Intervention.WARN: self._impair,
            Intervention.LOSE: self._lose_instance,
            Intervention.DEPLOY: self._deploy,
            Intervention.CONFIGURE: self._configure,
            Intervention.SWAP: self._swap,
            Intervention.EDIT_TAGS: self._edit_tags,
            Intervention.TERMINATE: self._terminate,
        }

    def do(self, planned: PlannedIntervention) -> Act | None:
        """Carry out an incident. Return None when the environment does not stand, or Elastic Beanstalk refuses it."""
        role = planned.role or "blue"
        name = self._shop.blue if role == "blue" else self._shop.green
        at = self._now()
        try:
            if (found := self._describe(name)) is None:
                return None
            done = self._doing[planned.act](planned, found)
            if planned.act in AFTER_SWAPS:  # a swap may have ended before it
                found = self._describe(name) or found
        except ClientError:
            return None
        until = None if planned.lasts is None else at + self._testbed.clock.real(planned.lasts)
        live = found["CNAME"] == self._shop.cname
        return Act(planned.act, role, name, at, live, until, done.get("request"), done.get("label"))

    def repair(self) -> None:
        """Wait until blue is well, and give green the tags back: without them it is no clone of this tool."""
        if self._blue_is_sick_until is not None:
            self._testbed.clock.sleep(self._blue_is_sick_until - self._testbed.clock.time())
            self._shop.until_healthy(self._shop.blue)
        if self._removed_tags:
            arn, blue = self._removed_tags
            try:
                self._shop.until_ready(self._shop.green)
                self._client.update_tags_for_resource(ResourceArn=arn, TagsToAdd=[{"Key": BLUE_TAG, "Value": blue}])
                self._shop.until_ready(self._shop.green)
            except ClientError:  # green is gone
                return

    def recover(self) -> None:
        """End all sickness."""
        self._testbed.control.set_impairments({})

    def _now(self) -> float:
        clock = self._testbed.clock
        return clock.machine_time(clock.time())

    def _describe(self, name: str) -> dict[str, Any] | None:
        found = self._client.describe_environments(EnvironmentNames=[name], IncludeDeleted=False)["Environments"]
        return dict(found[0]) if found else None

    def _impair(self, planned: PlannedIntervention, found: dict[str, Any]) -> dict[str, str]:
        impairment: dict[str, Any] = {"status": 500} if planned.act is Intervention.SICK else {"warning": True}
        if planned.lasts is not None:
            impairment["for_seconds"] = planned.lasts
            if planned.role == "blue":
                self._blue_is_sick_until = self._testbed.clock.time() + planned.lasts
        self._impairments[found["EnvironmentId"]] = impairment  # a clone that replaces green has another id
        self._testbed.control.set_impairments(self._impairments)
        return {}

    def _lose_instance(self, _: PlannedIntervention, found: dict[str, Any]) -> dict[str, str]:
        resources = self._client.describe_environment_resources(EnvironmentId=found["EnvironmentId"])
        for instance in resources["EnvironmentResources"]["Instances"]:
            self._testbed.autoscaling.terminate_instance_in_auto_scaling_group(
                InstanceId=instance["Id"], ShouldDecrementDesiredCapacity=False
            )
        return {}

    def _deploy(self, _: PlannedIntervention, found: dict[str, Any]) -> dict[str, str]:
        label = self._shop.new_label()
        self._client.create_application_version(
            ApplicationName=self._shop.name, VersionLabel=label, SourceBundle=self._testbed.bundle(GOOD_BUNDLE)
        )
        answer = self._client.update_environment(EnvironmentId=found["EnvironmentId"], VersionLabel=label)
        return {"request": _request_id(answer), "label": label}

    def _configure(self, _: PlannedIntervention, found: dict[str, Any]) -> dict[str, str]:
        option = {**CHANGED_OPTION, "Value": self._shop.new_label()}
        answer = self._client.update_environment(EnvironmentId=found["EnvironmentId"], OptionSettings=[option])
        return {"request": _request_id(answer)}

    def _swap(self, _: PlannedIntervention, found: dict[str, Any]) -> dict[str, str]:
        answer = self._client.swap_environment_cnames(
            SourceEnvironmentName=found["EnvironmentName"], DestinationEnvironmentName=self._shop.green
        )
        return {"request": _request_id(answer)}

    def _edit_tags(self, _: PlannedIntervention, found: dict[str, Any]) -> dict[str, str]:
        arn = found["EnvironmentArn"]
        self._client.update_tags_for_resource(ResourceArn=arn, TagsToRemove=[BLUE_TAG])
        self._removed_tags = arn, self._shop.blue
        return {}

    def _terminate(self, _: PlannedIntervention, found: dict[str, Any]) -> dict[str, str]:
        return {"request": _request_id(self._client.terminate_environment(EnvironmentId=found["EnvironmentId"]))}


def _request_id(answer: dict[str, Any]) -> str:
    return str(answer["ResponseMetadata"]["RequestId"])
