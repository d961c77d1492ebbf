"""The application version lifecycle: which old versions the service deletes, and when.

Sources: https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/applications-lifecycle.html and
https://github.com/aws/elastic-beanstalk-roadmap/issues/64
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Self

from emulator.beanstalk.errors import InvalidParameterValueError

LARGEST_DELETION = 100
"""How many versions one application of the rules deletes at most."""
KEPT_AFTER_TERMINATION = 10 * 7 * 86_400.0
"""How long the version of a terminated environment stays, in account seconds."""
_DAY = 86_400.0


@dataclass(frozen=True)
class VersionRule:
    """One rule. `limit`: how many versions to keep, or for how many days."""

    limit: int
    enabled: bool = False
    deletes_bundles: bool = False

    @classmethod
    def read(cls, given: Mapping[str, Any] | None, limit_name: str, present: Self) -> Self:
        """Return the rule that a call gives, the present one when it gives none. Raises InvalidParameterValueError."""
        if given is None:
            return present
        limit = given.get(limit_name, present.limit)
        if limit < 1:
            raise InvalidParameterValueError(f"{limit_name} must be 1 or more, and is {limit}.")
        return cls(limit, given["Enabled"], given.get("DeleteSourceFromS3", present.deletes_bundles))

    def described(self, limit_name: str) -> dict[str, Any]:
        return {"Enabled": self.enabled, limit_name: self.limit, "DeleteSourceFromS3": self.deletes_bundles}


@dataclass(frozen=True)
class VersionLifecycle:
    """The rules of an application, and the role that deletes."""

    service_role: str | None = None
    count: VersionRule = VersionRule(200)
    age: VersionRule = VersionRule(180)

    def changed(self, given: Mapping[str, Any] | None) -> "VersionLifecycle":
        """Return the lifecycle that a call gives. What it leaves out stays. Raises InvalidParameterValueError."""
        given = given or {}
        rules = given.get("VersionLifecycleConfig") or {}
        role = given.get("ServiceRole") or self.service_role
        if rules and not role:
            raise InvalidParameterValueError(
                "ServiceRole is required the first time that a VersionLifecycleConfig is given."
            )
        return VersionLifecycle(
            role,
            VersionRule.read(rules.get("MaxCountRule"), "MaxCount", self.count),
            VersionRule.read(rules.get("MaxAgeRule"), "MaxAgeInDays", self.age),
        )

    def described(self) -> dict[str, Any]:
        """Return the lifecycle as DescribeApplications shows it."""
        return {
            "ServiceRole": self.service_role,
            "VersionLifecycleConfig": {
                "MaxCountRule": self.count.described("MaxCount"),
                "MaxAgeRule": self.age.described("MaxAgeInDays"),
            },
        }

    def expired(self, created: Mapping[str, float], kept: Collection[str], now: float) -> dict[str, bool]:
        """Return the labels of the versions to delete, the oldest first, with whether their bundles go, too.

        `created`: the dates of the versions by label, the oldest first, without the newest: it does not count.
        `kept`: the labels that stay in any case.
        """
        labels = list(created)
        found: dict[str, bool] = {}
        if self.count.enabled:
            found |= dict.fromkeys(labels[: max(0, len(labels) - self.count.limit)], self.count.deletes_bundles)
        if self.age.enabled:
            oldest = now - self.age.limit * _DAY
            found |= {label: self.age.deletes_bundles for label in labels if created[label] < oldest}
        deleted = [label for label in labels if label in found and label not in kept]
        return {label: found[label] for label in deleted[:LARGEST_DELETION]}
