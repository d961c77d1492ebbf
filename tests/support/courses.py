"""Courses of a release that between them take every permission of every stage: a good one, and how others fail."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from lambdas.clone import DESCRIPTION_PREFIX
from rehearsal.account import samples
from rehearsal.account.shop import ENHANCED_HEALTH
from tests.scenarios.test_bad_versions import start_seconds
from tests.support.shop import Release, Shop
from tests.support.testbed import Testbed

Course = Callable[[Testbed], list["Ending"]]


@dataclass(frozen=True)
class Ending:
    """How an execution ended: its status, the stages that it went through, what stands then and what serves.

    `acts`: what was done to the shop's environments until then, so that a needless deployment shows. `explained`:
    whether people were told what Elastic Beanstalk says.
    """

    status: str
    error: str | None
    states: tuple[str, ...]
    versions: tuple[str, ...]
    serves: tuple[str, ...]
    acts: tuple[str, ...]
    explained: bool

    @classmethod
    def of(cls, release: Release, shop: Shop) -> "Ending":
        stages, stand = tuple(release.states), tuple(shop.stands.values())
        acts = tuple(sorted(shop.testbed.acts_on(shop)))
        told = any("Elastic Beanstalk says" in each.text for each in shop.testbed.mailbox.about(release.arn))
        return cls(release.status, release.error, stages, stand, tuple(shop.serves), acts, told)


def is_released(testbed: Testbed) -> list[Ending]:
    """From an object version, watched by an alarm, with a saved configuration left by an earlier execution; twice."""
    shop = testbed.open()
    alarm = f"{shop.name}-errors"
    testbed.ring(alarm, "OK")
    testbed.beanstalk.create_configuration_template(
        ApplicationName=shop.name,
        TemplateName="kept",
        EnvironmentId=shop.environment(shop.blue)["EnvironmentId"],
        Description=f"{DESCRIPTION_PREFIX}an earlier execution",
    )
    key = f"{shop.name}/v3.zip"
    version = testbed.s3.put_object(Bucket=testbed.artifacts, Key=key, Body=samples.bundle("v2"))["VersionId"]
    bundle = {"bucket": testbed.artifacts, "key": key, "version_id": version}
    released = shop.release("v3", source_bundle=bundle, alarms=[alarm], config_template="kept")
    if released.status == "SUCCEEDED":
        testbed.until(lambda: shop.environments() == [shop.blue], "green to be gone")
    return [Ending.of(released, shop), Ending.of(shop.release("v3"), shop)]


def does_not_come_up(testbed: Testbed) -> list[Ending]:
    """Green fails to launch, and is removed."""
    shop = testbed.open()
    testbed.s3.delete_object(Bucket=testbed.artifacts, Key=f"{shop.name}/v1.zip")
    return [Ending.of(shop.release("v2"), shop)]


def rings(testbed: Testbed) -> list[Ending]:
    """An alarm gives green the users back; calm again, blue gets them with the version that it has already.

    The redrive also meets the version registered that it was to make.
    """
    shop = testbed.open()
    alarm = f"{shop.name}-errors"
    testbed.ring(alarm, "OK")
    key = f"{shop.name}/v3.zip"
    testbed.upload(key, samples.bundle("v2"))
    bundle = {"bucket": testbed.artifacts, "key": key}
    arn = shop.started("SwapToBlue", "v3", source_bundle=bundle, alarms=[alarm], bake_seconds=300)
    testbed.ring(alarm)
    release = testbed.follow(arn)
    rung = Ending.of(release, shop)
    testbed.ring(alarm, "OK")
    return [rung, Ending.of(testbed.redrive(release), shop)]


def hangs(testbed: Testbed) -> list[Ending]:
    """A deployment hangs, and the next version breaks it off."""
    shop = testbed.open(ENHANCED_HEALTH, start_seconds(30))
    shop.register("new", "starts_slowly")
    hung = Ending.of(shop.release("new", timeouts={"deploy_release": 40}), shop)
    return [hung, Ending.of(shop.release("v2"), shop)]


COURSES: Mapping[str, Course] = {each.__name__: each for each in (is_released, does_not_come_up, rings, hangs)}
