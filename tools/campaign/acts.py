"""What happens to the environments of a run: carries out the planned incidents, and notes what was done."""

from dataclasses import dataclass
from typing import Any, Final

from botocore.exceptions import ClientError

from tools.agreement.environment_acts import BLUE_TAG, SICK, WARNS, EnvironmentActs
from tools.campaign.plan import GOOD_BUNDLE, Intervention, PlannedIntervention, Role
from tools.campaign.testbed import CampaignShop, CampaignTestbed

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
        self._environments = EnvironmentActs(testbed, shop)
        self._untagged: str | None = None
        self._blue_is_sick_until: float | None = None
        """In account time."""

    def do(self, planned: PlannedIntervention) -> Act | None:
        """Carry out an incident. Return None when the environment does not stand, or Elastic Beanstalk refuses it."""
        role = planned.role or "blue"
        at = self._now()
        try:
            if (found := self._environments.find(role)) is None:
                return None
            label = self._new_version() if planned.act is Intervention.DEPLOY else None
            request = self._carry_out(planned, found, label)
            if planned.act in AFTER_SWAPS:  # a swap may have ended before it
                found = self._environments.find(role) or found
        except ClientError:
            return None
        until = None if planned.lasts is None else at + self._testbed.clock.real(planned.lasts)
        live = found["CNAME"] == self._shop.cname
        return Act(planned.act, role, found["EnvironmentName"], at, live, until, request, label)

    def repair(self) -> None:
        """Wait until blue is well, and give green the tags back: without them it is no clone of this tool."""
        if self._blue_is_sick_until is not None:
            self._testbed.clock.sleep(self._blue_is_sick_until - self._testbed.clock.time())
            self._shop.until_healthy(self._shop.blue)
        if self._untagged:
            tag = {"Key": BLUE_TAG, "Value": self._shop.blue}
            try:
                self._shop.until_ready(self._shop.green)
                self._client.update_tags_for_resource(ResourceArn=self._untagged, TagsToAdd=[tag])
                self._shop.until_ready(self._shop.green)
            except ClientError:  # green is gone
                return

    def recover(self) -> None:
        """End all sickness."""
        self._testbed.control.set_impairments({})

    def _now(self) -> float:
        clock = self._testbed.clock
        return clock.machine_time(clock.time())

    def _new_version(self) -> str:
        label = self._shop.new_label()
        self._client.create_application_version(
            ApplicationName=self._shop.name, VersionLabel=label, SourceBundle=self._testbed.bundle(GOOD_BUNDLE)
        )
        return label

    def _carry_out(self, planned: PlannedIntervention, found: dict[str, Any], label: str | None) -> str | None:
        """Return the id of the request, if there was one."""
        match planned.act:
            case Intervention.SICK | Intervention.WARN:
                sick = planned.act is Intervention.SICK
                self._environments.impair(found, SICK if sick else WARNS, planned.lasts)
                if planned.lasts is not None and planned.role == "blue":
                    self._blue_is_sick_until = self._testbed.clock.time() + planned.lasts
            case Intervention.LOSE:
                self._environments.lose(found)
            case Intervention.DEPLOY:
                return self._environments.deploy(found, label or "")
            case Intervention.CONFIGURE:
                return self._environments.configure(found)
            case Intervention.SWAP:
                return self._environments.swap()
            case Intervention.EDIT_TAGS:
                if self._environments.edit_tags(found):
                    self._untagged = found["EnvironmentArn"]
            case _:
                return self._environments.terminate(found)
        return None
