"""The account that is simulated: an application, its versions, blue, and a saved configuration that is none of ours."""

import io
import json
import zipfile
from functools import cache
from typing import Any, Final, cast

from emulator.beanstalk.configuration_options import Option
from emulator.beanstalk.errors import ServiceError
from emulator.beanstalk.model import Environment
from emulator.in_memory.account import InMemoryAccount
from emulator.in_memory.hosting import InMemoryHosting
from tools.simulation.shortcuts import KnownForm

APPLICATION: Final = "shop"
BLUE: Final = "shop-prod"
GREEN: Final = "shop-prod-green"
OTHERS: Final = "bluegreen-by-hand"
"""A saved configuration that a person made."""
PRODUCTION: Final = "shop.us-east-1.elasticbeanstalk.com"
BUNDLES: Final = "bundles"
PLATFORM: Final = "64bit Amazon Linux 2023 v4.7.2 running Python 3.13"
ENHANCED: Final = ("aws:elasticbeanstalk:healthreporting:system", "SystemType", "enhanced")
PREFERRED_START: Final = Option("aws:elasticbeanstalk:managedactions", "PreferredStartTime")
MANAGED: Final = {
    Option("aws:elasticbeanstalk:managedactions", "ManagedActionsEnabled"): "true",
    Option("aws:elasticbeanstalk:managedactions", "ServiceRoleForManagedUpdates"): "managed-updates",
    Option("aws:elasticbeanstalk:managedactions:platformupdate", "UpdateLevel"): "minor",
    Option("aws:elasticbeanstalk:managedactions:platformupdate", "InstanceRefreshEnabled"): "true",
}
"""The settings of weekly instance refreshes:
https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/environment-platform-update-managed.html
"""
BEHAVIOURS: Final[dict[str, dict[str, Any]]] = {
    "v1": {},
    "v2": {},
    "v3": {},
    "v4": {},
    "by-hand": {},
    "answers-500": {"status": 500},
    "dies": {"dies": "No such module."},
    "fails-users": {"status": 500, "by_path": {"/health": 200}},
    "fails-test": {"by_path": {"/health": 500}},
}
"""How the application of each version behaves; see the behaviour of bundles in memory."""
BAD_VERSIONS: Final = ("answers-500", "dies", "fails-test", "fails-users")
"""Versions that no user should meet."""
DURATIONS: Final = {
    "process_version": 5, "launch": 60, "launch_after_health": 5, "launch_after_failure": 10,
    "update": 20, "configure": 20, "swap": 5, "instance_launch": 30, "instance_terminate": 20, "abort": 10,
    "update_tags": 10, "restart": 10, "terminate": 30, "health_check": 15, "in_service": 10, "health": 20,
    "unhealthy": 20, "warning_chance": 0, "spread": 0, "dns_ttl": 60,
}  # fmt: skip
"""In account seconds. Shorter than at AWS, so that a schedule has fewer polls; none is left out."""
AT_ONCE: Final = DURATIONS | dict.fromkeys(
    ("process_version", "launch", "launch_after_health", "instance_launch", "in_service", "health"), 0
)
"""Those with which the shop opens: nobody looks until then."""
OPENING_SECONDS: Final = 20
"""Until blue is well then."""


class SimulatedShop:
    """The application's environments in an account."""

    def __init__(self, account: InMemoryAccount) -> None:
        self.account = account
        self._client = Person(account)

    def open(self) -> None:
        """Make the application, its versions and blue, and wait until it is well."""
        account, call = self.account, self._client.call
        account.service.durations.set(AT_ONCE)
        account.service.limits.calls_per_second = 1e6
        account.store.create_bucket(
            f"elasticbeanstalk-{account.service.state.region}-{account.service.state.account_id}"
        )
        call("CreateApplication", ApplicationName=APPLICATION)
        for label in BEHAVIOURS:
            self.register(label)
        call("DeleteApplicationVersion", ApplicationName=APPLICATION, VersionLabel="v4")
        call(
            "CreateEnvironment",
            ApplicationName=APPLICATION,
            EnvironmentName=BLUE,
            CNAMEPrefix="shop",
            SolutionStackName=PLATFORM,
            VersionLabel="v1",
            **_option(1, *ENHANCED),
        )
        account.advance(OPENING_SECONDS)
        account.service.durations.set(DURATIONS)
        blue = self.environment(BLUE)
        call(
            "CreateConfigurationTemplate",
            ApplicationName=APPLICATION,
            TemplateName=OTHERS,
            EnvironmentId=blue.id if blue else "",
        )

    def register(self, label: str) -> None:
        """Make a version of that label."""
        self.account.store.bundles[f"/{BUNDLES}/{label}.zip"] = _bundle(label)
        self._client.call(
            "CreateApplicationVersion",
            ApplicationName=APPLICATION,
            VersionLabel=label,
            **{"SourceBundle.S3Bucket": BUNDLES, "SourceBundle.S3Key": f"{label}.zip"},
        )

    def break_bundle(self, label: str) -> None:
        """Let the application of a version end at its start, wherever it is deployed from now on."""
        self.account.store.bundles[f"/{BUNDLES}/{label}.zip"] = _bundle("dies")

    def restore_bundles(self) -> None:
        """Let all versions behave as they should."""
        for label in BEHAVIOURS:
            self.account.store.bundles[f"/{BUNDLES}/{label}.zip"] = _bundle(label)

    def open_window(self, start: str) -> None:
        """Let blue have managed updates, which replace its instances each week in a window from `start` on."""
        blue = self.environment(BLUE)
        if blue is not None and start:
            blue.settings = {**blue.settings, **MANAGED, PREFERRED_START: start}

    def call(self, action: str, **parameters: str) -> bool:
        """Make a call as a person does. Return whether Elastic Beanstalk accepted it."""
        return self._client.call(action, **parameters)

    def environment(self, name: str) -> Environment | None:
        """Return the environment of that name that is not terminated."""
        found = [each for each in self.account.service.state.alive_environments() if each.name == name]
        return found[0] if found else None

    def holder(self) -> Environment | None:
        """Return the environment with the production CNAME."""
        alive = self.account.service.state.alive_environments()
        return next((each for each in alive if each.cname == PRODUCTION), None)

    def serves_well(self, environment: Environment) -> bool:
        """Return whether each instance in service answers users well, and there is one."""
        serving = hosting_of(environment).in_service()
        return bool(serving) and all(each.probe("/") == 200 for each in serving)

    def versions_served(self, environment: Environment) -> set[str]:
        """Return the versions that users get from an environment."""
        return {each.running_label or "" for each in hosting_of(environment).in_service()}


def hosting_of(environment: Environment) -> InMemoryHosting:
    """Return what an environment runs on."""
    return cast("InMemoryHosting", environment.hosting)


class Person:
    """Calls Elastic Beanstalk as a person does, without a client."""

    def __init__(self, account: InMemoryAccount) -> None:
        self._account = account

    def call(self, action: str, **parameters: str) -> bool:
        """Return whether the call was accepted."""
        try:
            self._account.service.answer(_form(action, *parameters.items()), "by-hand")
        except ServiceError:
            return False
        return True


@cache
def _form(action: str, *parameters: tuple[str, str]) -> KnownForm:
    return KnownForm({"Action": action, "Version": "2010-12-01", **dict(parameters)})


def _option(number: int, namespace: str, name: str, value: str) -> dict[str, str]:
    prefix = f"OptionSettings.member.{number}"
    return {f"{prefix}.Namespace": namespace, f"{prefix}.OptionName": name, f"{prefix}.Value": value}


@cache
def _bundle(label: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(zipfile.ZipInfo("application.py"), "")
        archive.writestr(zipfile.ZipInfo("behaviour.json"), json.dumps(BEHAVIOURS[label]))
    return content.getvalue()
