"""How each stage comes to fail: what goes wrong, what somebody does about it, and what is to be seen meanwhile."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rehearsal.account import samples
from rehearsal.account.shop import ENHANCED_HEALTH
from tests.support.shop import Shop

Act = Callable[[Shop], None]
Meanwhile = Callable[[Shop, str], None]
"""Of a shop and an execution that runs."""

BLUE_V1, GREEN_V1, BLUE_V2 = ("blue", "v1"), ("green", "v1"), ("blue", "v2")


def nothing(_: Shop) -> None:
    """No harm, or none that somebody must repair."""


def goes_on(_: Shop, __: str) -> None:
    """Nothing happens meanwhile."""


@dataclass(frozen=True)
class Case:
    """How a stage comes to fail, with which words, who serves then, and what somebody does about it."""

    failed_in: str
    error: str
    words: str
    serving: tuple[str, str]
    harm: Act = nothing
    meanwhile: Meanwhile = goes_on
    repair: Act = nothing
    request: Mapping[str, Any] = field(default_factory=dict)
    version: str = "v2"
    in_vain: int = 2
    """How often it is redriven with the cause still there; never, where the cause goes by itself."""


# --- what goes wrong, and what somebody does about it


def forget_version(shop: Shop) -> None:
    shop.testbed.beanstalk.delete_application_version(ApplicationName=shop.name, VersionLabel="v2")


def register_version(shop: Shop) -> None:
    shop.register("v2")


def bundle_of(shop: Shop) -> dict[str, str]:
    return {"bucket": shop.testbed.artifacts, "key": f"{shop.name}/v3.zip"}


def upload_bundle(shop: Shop) -> None:
    shop.testbed.upload(f"{shop.name}/v3.zip", samples.bundle("v2"))


def upload_text(shop: Shop) -> None:
    shop.testbed.upload(f"{shop.name}/v3.zip", b"no zip")


def upload_again(shop: Shop) -> None:
    shop.testbed.beanstalk.delete_application_version(ApplicationName=shop.name, VersionLabel="v3")
    upload_bundle(shop)


def save_configuration(shop: Shop) -> None:
    shop.testbed.beanstalk.create_configuration_template(
        ApplicationName=shop.name,
        TemplateName="release",
        EnvironmentId=shop.environment(shop.blue)["EnvironmentId"],
        Description="the operators' own",
    )


def delete_configuration(shop: Shop) -> None:
    shop.testbed.beanstalk.delete_configuration_template(ApplicationName=shop.name, TemplateName="release")


def lose_bundle(shop: Shop) -> None:
    shop.testbed.s3.delete_object(Bucket=shop.testbed.artifacts, Key=f"{shop.name}/v1.zip")


def find_bundle(shop: Shop) -> None:
    shop.testbed.upload(f"{shop.name}/v1.zip", shop.testbed.bundle("v1"))


def configure(shop: Shop, name: str) -> None:
    """Something that keeps an environment busy for as long as the testbed's `configure` takes."""
    shop.testbed.beanstalk.update_environment(EnvironmentName=name, OptionSettings=[ENHANCED_HEALTH])


def configure_blue_before_the_swap(shop: Shop, arn: str) -> None:
    shop.testbed.until_in(arn, "AwaitGreen")
    configure(shop, shop.blue)


def configure_green_before_the_swap_back(shop: Shop, arn: str) -> None:
    shop.testbed.until_in(arn, "AwaitRelease")
    configure(shop, shop.green)


def configure_green_before_its_end(shop: Shop, arn: str) -> None:
    shop.testbed.until_in(arn, "WatchRelease")
    configure(shop, shop.green)


def await_both(shop: Shop) -> None:
    for name in shop.environments():
        shop.until_ready(name)
        shop.until_healthy(name)


def swap_by_hand(shop: Shop, arn: str) -> None:
    shop.testbed.until_in(arn, "DrainBlue")
    shop.swap_by_hand()


def register_bad(shop: Shop) -> None:
    shop.register("v3", "does_not_start")


def register_good(shop: Shop) -> None:
    shop.testbed.beanstalk.delete_application_version(ApplicationName=shop.name, VersionLabel="v3")
    shop.register("v3", "v2")


def ring(shop: Shop, arn: str) -> None:
    shop.testbed.until_in(arn, "WatchRelease")
    shop.testbed.ring(f"{shop.name}-errors")


def calm(shop: Shop) -> None:
    shop.testbed.ring(f"{shop.name}-errors", "OK")


CASES: Mapping[str, Case] = {
    "Plan": Case("Plan", "ReleaseRefusedError", "a version v2", BLUE_V1, harm=forget_version, repair=register_version),
    "RegisterRelease": Case(
        "RegisterRelease",
        "CallRejectedError",
        "register the version v3",
        BLUE_V1,
        repair=upload_bundle,
        request={"source_bundle": bundle_of},
        version="v3",
    ),
    "AwaitRegistration": Case(
        "AwaitRegistration",
        "RegistrationFailedError",
        "Found FAILED",
        BLUE_V1,
        harm=upload_text,
        repair=upload_again,
        request={"source_bundle": bundle_of},
        version="v3",
    ),
    "CloneBlue": Case(
        "CloneBlue",
        "UnexpectedEnvironmentError",
        "the operators' own",
        BLUE_V1,
        harm=save_configuration,
        repair=delete_configuration,
        request={"config_template": "release"},
    ),
    "AwaitGreen": Case(
        "AwaitGreen",
        "LaunchFailedError",
        "Unable to download from S3",
        BLUE_V1,
        harm=lose_bundle,
        repair=find_bundle,
        in_vain=1,
    ),
    "SwapToGreen": Case(
        "SwapToGreen",
        "WaitTimedOutError",
        "to be Ready, within 30 seconds",
        BLUE_V1,
        meanwhile=configure_blue_before_the_swap,
        repair=await_both,
        request={"timeouts": {"swap_traffic": 30}},
        in_vain=0,
    ),
    "DeployRelease": Case(
        "DeployRelease",
        "UnexpectedEnvironmentError",
        "not to serve users before v2 is deployed",
        BLUE_V1,
        meanwhile=swap_by_hand,
        request={"drain_seconds": 200},
        in_vain=0,
    ),
    "AwaitRelease": Case(
        "AwaitRelease",
        "DeploymentFailedError",
        "Failed to deploy application.",
        GREEN_V1,
        harm=register_bad,
        repair=register_good,
        in_vain=1,
        version="v3",
    ),
    "SwapToBlue": Case(
        "SwapToBlue",
        "WaitTimedOutError",
        "to be Ready, within 30 seconds",
        GREEN_V1,
        meanwhile=configure_green_before_the_swap_back,
        repair=await_both,
        request={"timeouts": {"swap_traffic": 30}},
        in_vain=0,
    ),
    "WatchRelease": Case(
        "WatchRelease",
        "ReleaseUnhealthyError",
        "in ALARM: ",
        GREEN_V1,
        harm=calm,
        meanwhile=ring,
        repair=calm,
        request={"alarms": lambda shop: [f"{shop.name}-errors"], "bake_seconds": 200},
        in_vain=0,
    ),
    "TerminateGreen": Case(
        "TerminateGreen",
        "WaitTimedOutError",
        "to be Ready, within 30 seconds",
        BLUE_V2,
        meanwhile=configure_green_before_its_end,
        repair=await_both,
        request={"timeouts": {"terminate_green": 30}, "bake_seconds": 200},
        in_vain=0,
    ),
    "AwaitTermination": Case(
        "AwaitTermination",
        "WaitTimedOutError",
        "to be Terminated, within 10 seconds",
        BLUE_V2,
        request={"timeouts": {"terminate_green": 10}},
        in_vain=0,
    ),
}
