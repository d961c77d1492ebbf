"""Elastic Beanstalk in memory behaves as Elastic Beanstalk with processes does."""

import re
from dataclasses import dataclass, field
from typing import Any

import pytest

from emulator.in_memory import account as in_memory
from tests.support import source_bundles
from tests.support.beanstalk import ENHANCED, SHORT_DURATIONS, BeanstalkAccount
from tests.support.in_memory import virtual_beanstalk

BASIC = {**ENHANCED, "Value": "basic"}
_RANDOM = re.compile(r"i-0[0-9a-f]{16}|awseb-e-\w{10}-\w{12}|eba-\w{8}|\d+ (?:second|minute)s?")
"""The identifiers in messages: of instances, load balancers and CNAMEs. And durations."""


@dataclass
class Observed:
    """What a run of the scenario shows: the environments at each step, and each environment's events in order."""

    steps: list[dict[str, Any]] = field(default_factory=list)
    events: dict[str, list[tuple[str, str]]] = field(default_factory=dict)


def _run(account: BeanstalkAccount, option: dict[str, str]) -> Observed:
    """Launch two environments, update one, fail an update, repair it, swap, and terminate the other one."""
    observed = Observed()
    # An update takes a real second, so that even a busy machine observes it.
    account.service.durations.set(SHORT_DURATIONS | {"update": 100})
    account.version("dying", source_bundles.dying())
    blue = account.healthy("shop-blue", option, VersionLabel="v1", CNAMEPrefix="shop")
    green = account.healthy("shop-green", option, VersionLabel="v1")
    _observe(account, observed, blue, green)
    for label, color in (("v2", "Green"), ("dying", "Red"), ("v1", "Green")):
        account.client.update_environment(EnvironmentId=blue, VersionLabel=label)
        account.until_health(blue, "Info" if option is ENHANCED else "Grey")
        _observe(account, observed, blue)
        account.until_status(blue, "Ready")
        account.until_health(blue, {"Green": "Ok", "Red": "Severe"}[color] if option is ENHANCED else color)
        _observe(account, observed, blue)
    account.client.swap_environment_cnames(SourceEnvironmentId=blue, DestinationEnvironmentId=green)
    account.until_status(blue, "Ready")
    _observe(account, observed, blue, green)
    account.client.terminate_environment(EnvironmentId=green)
    account.until_status(green, "Terminated")
    _observe(account, observed, blue, green)
    for id_, name in ((blue, "blue"), (green, "green")):
        events = account.client.describe_events(EnvironmentId=id_)["Events"]
        observed.events[name] = [
            (_RANDOM.sub("<id>", event["Message"]), event["Severity"]) for event in reversed(events)
        ]
    return observed


def _observe(account: BeanstalkAccount, observed: Observed, *ids: str) -> None:
    for id_ in ids:
        environment = account.describe(id_)
        names = ("EnvironmentName", "Status", "Health", "HealthStatus", "VersionLabel", "CNAME")
        shown = {name: environment.get(name) for name in names}
        observed.steps.append(shown | {"CNAME": _RANDOM.sub("<id>", environment["CNAME"])})


@pytest.mark.parametrize("option", [BASIC, ENHANCED], ids=["basic health", "enhanced health"])
def test_both_give_the_same_environments_and_events_in_the_same_order(
    account: BeanstalkAccount, option: dict[str, str]
) -> None:
    with virtual_beanstalk(in_memory.client()) as virtual_account:
        virtual = _run(virtual_account, option)

    real = _run(account, option)

    assert virtual.steps == real.steps
    assert virtual.events == real.events
    assert len(real.events["blue"]) > 20, "the scenario records too few events to compare"
