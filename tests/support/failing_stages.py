"""A way to fail for each stage: the cause, the expected error, and the repair.

The file is long because each stage has an entry of its own in one list.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rehearsal.account import samples
from rehearsal.account.shop import ENHANCED_HEALTH
from tests.support.shop import ScenarioShop, sample_bundle

Change = Callable[[ScenarioShop], None]
Meanwhile = Callable[[ScenarioShop, str], None]
"""Gets the shop and the ARN of the execution that runs."""

BLUE_V1, GREEN_V1, BLUE_V2 = ("blue", "v1"), ("green", "v1"), ("blue", "v2")


def nothing(_: ScenarioShop) -> None:
    """Do nothing."""


def nothing_meanwhile(_: ScenarioShop, __: str) -> None:
    """Do nothing."""


@dataclass(frozen=True)
class FailingStage:
    """A way to fail: the stage, its error, words of the cause, and the environment and version that serve then.

    `harm`: before the release. `meanwhile`: during it. `repair`: removes the cause.
    `failing_redrives`: number of redrives with the cause still there; 0 where the cause ends by itself.
    """

    failed_in: str
    error: str
    words: str
    serving: tuple[str, str]
    harm: Change = nothing
    meanwhile: Meanwhile = nothing_meanwhile
    repair: Change = nothing
    request: Mapping[str, Any] = field(default_factory=dict)
    version: str = "v2"
    failing_redrives: int = 2


# --- causes and repairs


def delete_version(shop: ScenarioShop) -> None:
    shop.testbed.beanstalk.delete_application_version(ApplicationName=shop.name, VersionLabel="v2")


def register_version(shop: ScenarioShop) -> None:
    shop.register("v2")


def bundle_of(shop: ScenarioShop) -> dict[str, str]:
    return {"bucket": shop.testbed.artifacts, "key": f"{shop.name}/v3.zip"}


def upload_bundle(shop: ScenarioShop) -> None:
    shop.upload(f"{shop.name}/v3.zip", samples.bundle("v2"))


def upload_text(shop: ScenarioShop) -> None:
    shop.upload(f"{shop.name}/v3.zip", b"no zip")


def upload_again(shop: ScenarioShop) -> None:
    shop.testbed.beanstalk.delete_application_version(ApplicationName=shop.name, VersionLabel="v3")
    upload_bundle(shop)


def own_configuration(shop: ScenarioShop) -> str:
    """Return the name that the shop's first execution gives its saved configuration."""
    arn = shop.testbed.machine.replace(":stateMachine:", ":execution:") + f":{shop.name}-1"
    return f"bluegreen-{shop.blue}-{hashlib.sha256(arn.encode()).hexdigest()[:12]}"


def save_configuration(shop: ScenarioShop) -> None:
    shop.testbed.beanstalk.create_configuration_template(
        ApplicationName=shop.name,
        TemplateName=own_configuration(shop),
        EnvironmentId=shop.environment(shop.blue)["EnvironmentId"],
        Description="the operators' own",
    )


def delete_configuration(shop: ScenarioShop) -> None:
    shop.testbed.beanstalk.delete_configuration_template(
        ApplicationName=shop.name, TemplateName=own_configuration(shop)
    )


def delete_bundle(shop: ScenarioShop) -> None:
    shop.testbed.s3.delete_object(Bucket=shop.testbed.artifacts, Key=f"{shop.name}/v1.zip")


def restore_bundle(shop: ScenarioShop) -> None:
    shop.upload(f"{shop.name}/v1.zip", sample_bundle("v1"))


def configure(shop: ScenarioShop, name: str) -> None:
    """Start a configuration change; the environment is Updating for the duration `configure`."""
    shop.testbed.beanstalk.update_environment(EnvironmentName=name, OptionSettings=[ENHANCED_HEALTH])


def configure_in(state: str, role: str) -> Meanwhile:
    """Return a change: when the execution is in that state, start a configuration change of blue or green."""

    def change(shop: ScenarioShop, arn: str) -> None:
        shop.testbed.until_in(arn, state)
        configure(shop, getattr(shop, role))

    return change


def until_all_healthy(shop: ScenarioShop) -> None:
    for name in shop.environments():
        shop.until_ready(name)
        shop.until_healthy(name)


def swap_by_hand(shop: ScenarioShop, arn: str) -> None:
    shop.testbed.until_in(arn, "DrainBlue")
    shop.swap_by_hand()


def register_bad(shop: ScenarioShop) -> None:
    shop.register("v3", "does_not_start")


def register_good(shop: ScenarioShop) -> None:
    shop.testbed.beanstalk.delete_application_version(ApplicationName=shop.name, VersionLabel="v3")
    shop.register("v3", "v2")


def start_alarm(shop: ScenarioShop, arn: str) -> None:
    shop.testbed.until_in(arn, "WatchRelease")
    shop.testbed.set_alarm(f"{shop.name}-errors")


def end_alarm(shop: ScenarioShop) -> None:
    shop.testbed.set_alarm(f"{shop.name}-errors", "OK")


FAILING_STAGES: Mapping[str, FailingStage] = {
    "Plan": FailingStage(
        "Plan", "ReleaseRefusedError", "a version v2", BLUE_V1, harm=delete_version, repair=register_version
    ),
    "RegisterRelease": FailingStage(
        "RegisterRelease",
        "CallRejectedError",
        "register the version v3",
        BLUE_V1,
        repair=upload_bundle,
        request={"source_bundle": bundle_of},
        version="v3",
    ),
    "AwaitRegistration": FailingStage(
        "AwaitRegistration",
        "RegistrationFailedError",
        "Found FAILED",
        BLUE_V1,
        harm=upload_text,
        repair=upload_again,
        request={"source_bundle": bundle_of},
        version="v3",
    ),
    "CloneBlue": FailingStage(
        "CloneBlue",
        "UnexpectedEnvironmentError",
        "the operators' own",
        BLUE_V1,
        harm=save_configuration,
        repair=delete_configuration,
    ),
    "AwaitGreen": FailingStage(
        "AwaitGreen",
        "LaunchFailedError",
        "Unable to download from S3",
        BLUE_V1,
        harm=delete_bundle,
        repair=restore_bundle,
        failing_redrives=1,
    ),
    "SwapToGreen": FailingStage(
        "SwapToGreen",
        "WaitTimedOutError",
        "to be Ready, within 60 seconds",
        BLUE_V1,
        meanwhile=configure_in("AwaitGreen", "blue"),
        repair=until_all_healthy,
        request={"timeouts": {"swap_traffic": 60}},
        failing_redrives=0,
    ),
    "DeployRelease": FailingStage(
        "DeployRelease",
        "UnexpectedEnvironmentError",
        "not to serve users before v2 is deployed",
        BLUE_V1,
        meanwhile=swap_by_hand,
        request={"drain_seconds": 200},
        failing_redrives=0,
    ),
    "AwaitRelease": FailingStage(
        "AwaitRelease",
        "DeploymentFailedError",
        "Failed to deploy application.",
        GREEN_V1,
        harm=register_bad,
        repair=register_good,
        failing_redrives=1,
        version="v3",
    ),
    "SwapToBlue": FailingStage(
        "SwapToBlue",
        "WaitTimedOutError",
        "to be Ready, within 60 seconds",
        GREEN_V1,
        meanwhile=configure_in("AwaitRelease", "green"),
        repair=until_all_healthy,
        request={"timeouts": {"swap_traffic": 60}},
        failing_redrives=0,
    ),
    "WatchRelease": FailingStage(
        "WatchRelease",
        "ReleaseUnhealthyError",
        "in ALARM: ",
        GREEN_V1,
        harm=end_alarm,
        meanwhile=start_alarm,
        repair=end_alarm,
        request={"alarms": lambda shop: [f"{shop.name}-errors"], "bake_seconds": 200},
        failing_redrives=0,
    ),
    "TerminateGreen": FailingStage(
        "TerminateGreen",
        "WaitTimedOutError",
        "to be Ready, within 60 seconds",
        BLUE_V2,
        meanwhile=configure_in("WatchRelease", "green"),
        repair=until_all_healthy,
        request={"timeouts": {"terminate_green": 60}, "bake_seconds": 200},
        failing_redrives=0,
    ),
}
