"""The releases that are disturbed: each mode, from each standing of blue and green."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from lambdas.aws.begun_releases import KEY as BEGUN_KEY
from tools.simulation.shop import APPLICATION, BLUE, BUNDLES

ALARM: Final = "shop-errors"
REQUEST: Final[Mapping[str, Any]] = {
    "application": APPLICATION,
    "blue": BLUE,
    "version": "v2",
    "drain_seconds": 60,
    "bake_seconds": 90,
    "unhealthy_seconds": 60,
    "timeouts": {"clone_blue": 600, "deploy_release": 600, "terminate_green": 1200},
}
TESTED: Final = {"health_check": {"path": "/health"}}
SHARED: Final = {"SNAPSHOT_KEY": "bluegreen/snapshot", BEGUN_KEY: "bluegreen/begun-releases"}
"""The variables of what all executions share, in Elastic Beanstalk's own bucket."""
HOOK: Final = "hook"
GATES: Final = ("before_green", "before_deploy", "before_blue", "after_blue", "after_release")
BUNDLE: Final = {"bucket": BUNDLES, "key": "v2.zip", "version_id": "1"}


@dataclass(frozen=True)
class Before:
    """An execution before the one that is disturbed. It is aborted when it enters the state `until`."""

    changes: Mapping[str, Any] = field(default_factory=dict)
    until: str | None = None


@dataclass(frozen=True)
class ReleaseCase:
    """A release: what its request has besides REQUEST, and what happened before.

    `good`: the versions that are known to be good before it. `released`: the version at the end.
    """

    changes: Mapping[str, Any] = field(default_factory=dict)
    before: tuple[Before, ...] = ()
    good: frozenset[str] = frozenset({"v1"})
    released: str = "v2"
    succeeds: bool = True
    """Whether the release succeeds when nothing happens in it."""
    earlier: bool = False
    """Whether the stack has the definition of an earlier version; its functions are those of this one."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """Environment variables that the functions have besides those of all releases."""
    window: str = ""
    """When blue's maintenance window opens: a time of the release. Empty without managed updates."""
    rule_by_hand: bool = False
    """Whether a person added a rule to blue's security group, which no clone has."""

    @property
    def bears_a_fault(self) -> bool:
        """Whether no fault of one call may end it. One may delay it, until a managed update changes a tested blue."""
        return self.succeeds and not self.window

    @property
    def request(self) -> dict[str, Any]:
        """The input of the execution."""
        return request(self.changes)

    @property
    def closing(self) -> dict[str, Any] | None:
        """The input of the execution that ends what this one cannot: a cutover, a corrected version, or a named one."""
        if not self.succeeds or self.changes.get("version", "") is None:
            return request({**self.changes, "version": self.released})
        return request({**self.changes, "mode": "cutover"}) if self.changes.get("mode") == "deploy" else None


def request(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the input of an execution. A value of None leaves a key out."""
    return {key: value for key, value in {**REQUEST, **changes}.items() if value is not None}


CASES: Final[Mapping[str, ReleaseCase]] = {
    "full": ReleaseCase(),
    "approval": ReleaseCase({"approval": True, "approval_seconds": 600}),
    "alarms": ReleaseCase({"alarms": [ALARM]}),
    "bundle": ReleaseCase({"version": "v4", "source_bundle": BUNDLE}, released="v4"),
    "deploy": ReleaseCase({"mode": "deploy"}),
    "upgraded": ReleaseCase(earlier=True),
    "shared": ReleaseCase(variables=SHARED),
    "hooks": ReleaseCase(
        {"hooks": {**{gate: [HOOK] for gate in GATES}, "on_timeout": "continue"}}, variables={"HOOKS": HOOK}
    ),
    "rule-by-hand": ReleaseCase(rule_by_hand=True),
    "managed": ReleaseCase(window="Fri:08:03"),
    "cutover": ReleaseCase({"mode": "cutover"}, (Before({"mode": "deploy"}),), frozenset({"v1", "v2"})),
    "rollback": ReleaseCase({"mode": "rollback", "version": "v1"}, (Before(),), frozenset({"v1", "v2"}), "v1"),
    "rollback-green": ReleaseCase(
        {"mode": "rollback", "version": None}, (Before({"mode": "deploy"}),), frozenset({"v1", "v2"}), "v1"
    ),
    "other-on-green": ReleaseCase(
        {"version": "v3"}, (Before({"mode": "deploy"}),), frozenset({"v1", "v2"}), released="v3"
    ),
    "fails-test": ReleaseCase({"version": "fails-test", **TESTED}, released="v3", succeeds=False),
    "fails-users": ReleaseCase({"version": "fails-users", **TESTED}, released="v3", succeeds=False),
    "answers-500": ReleaseCase({"version": "answers-500"}, released="v3", succeeds=False),
    "dies": ReleaseCase({"version": "dies"}, released="v3", succeeds=False),
    "half-made": ReleaseCase(before=(Before(until="AwaitGreen"),)),
    "swapped": ReleaseCase(before=(Before(until="AwaitGreenLive"),)),
    "half-deployed": ReleaseCase({"version": "v3"}, (Before(until="AwaitRelease"),), released="v3"),
    "both": ReleaseCase(before=(Before(until="WatchRelease"),), good=frozenset({"v1", "v2"})),
    "going": ReleaseCase(before=(Before(until="AwaitTermination"),), good=frozenset({"v1", "v2"})),
}
