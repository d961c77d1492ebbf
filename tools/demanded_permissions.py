"""The permissions that the emulated Elastic Beanstalk demands of its caller for an environment's resources.

They are found by calls in memory, whose caller records what is asked. For docs/permissions.md and tests.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode

from emulator.beanstalk import platforms
from emulator.identity import REGION
from emulator.in_memory.account import InMemoryAccount
from rehearsal.account import samples

ADVANCE_SECONDS = 3_600
"""Longer than every operation takes, in account seconds."""
BALANCED = {
    "OptionSettings.member.1.Namespace": "aws:elasticbeanstalk:environment",
    "OptionSettings.member.1.OptionName": "EnvironmentType",
    "OptionSettings.member.1.Value": "LoadBalanced",
}
VERSION = {"ApplicationName": "shop", "VersionLabel": "v1"}
BUNDLE = {"SourceBundle.S3Bucket": "bundles", "SourceBundle.S3Key": "v1.zip"}
NAMED = {"ApplicationName": "shop", "EnvironmentName": "shop-prod"}
CALLS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "register_release": ("CreateApplicationVersion", {**VERSION, **BUNDLE, "Process": "true"}),
    "clone_blue": (
        "CreateEnvironment",
        {**NAMED, **VERSION, **BALANCED, "SolutionStackName": platforms.available(REGION)[0].solution_stack},
    ),
    "plan": ("DescribeConfigurationSettings", NAMED),
    "deploy_release": ("UpdateEnvironment", {"EnvironmentName": "shop-prod", "VersionLabel": "v1"}),
    "terminate_green": ("TerminateEnvironment", {"EnvironmentName": "shop-prod"}),
}
"""By stage, in an order that works: the call for which Elastic Beanstalk takes permissions from the stage."""


class Demand(NamedTuple):
    """One question to IAM. `keys`: the condition keys of the request."""

    action: str
    resource: str
    keys: Mapping[str, Any]


class RecordingCaller:
    """A caller that may do everything. `demands`: what was asked."""

    def __init__(self) -> None:
        self.demands: list[Demand] = []

    def authenticate(self) -> None:
        """Accept the caller."""

    def refusal(self, action: str, resource: str, conditions: Mapping[str, Any] | None = None) -> None:
        """Record the question, and allow it."""
        self.demands.append(Demand(action, resource, conditions or {}))


def demanded_permissions() -> dict[str, list[Demand]]:
    """Return what the emulator demands of each stage, besides Elastic Beanstalk's own actions."""
    account = InMemoryAccount()
    account.store.bundles["/bundles/v1.zip"] = samples.bundle("v1")
    _call(account, "CreateApplication", {"ApplicationName": "shop"}, RecordingCaller())
    found: dict[str, list[Demand]] = {}
    for stage, (action, parameters) in CALLS.items():
        caller = RecordingCaller()
        _call(account, action, parameters, caller)
        account.advance(ADVANCE_SECONDS)
        found[stage] = [each for each in caller.demands if not each.action.startswith("elasticbeanstalk:")]
    return found | {"keep_green_live": found["terminate_green"]}


def _call(account: InMemoryAccount, action: str, parameters: Mapping[str, str], caller: RecordingCaller) -> None:
    """Make a call. Raises ValueError when it fails."""
    status, _, answer = account.service.handle(urlencode({"Action": action, **parameters}).encode(), {}, caller)
    if status != 200:
        raise ValueError(f"expected {action} to succeed, found {answer.decode()}")
