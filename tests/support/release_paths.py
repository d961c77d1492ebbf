"""Paths of a release that together use every permission of every stage: a good one, and failing ones."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from lambdas.saved_configuration import DESCRIPTION_PREFIX
from rehearsal.account import samples
from rehearsal.account.shop import ENHANCED_HEALTH
from tests.support.beanstalk import environment_property, group_size
from tests.support.hooks import make_hooks
from tests.support.option_settings import APPLICATION_BALANCER, BASIC_HEALTH, start_seconds
from tests.support.shop import FinishedRelease, ScenarioShop
from tests.support.testbed import ScenarioTestbed

ReleasePath = Callable[[ScenarioTestbed], list["PathEnd"]]


@dataclass(frozen=True)
class PathEnd:
    """The end of an execution: its status and stages, and the versions that run and serve then.

    `acts`: everything done to the shop's environments, so that a needless deployment shows.
    `quoted`: whether the cause has an ERROR event of Elastic Beanstalk. `explained`: whether the notification has them.
    """

    status: str
    error: str | None
    states: tuple[str, ...]
    versions: tuple[str, ...]
    serves: tuple[str, ...]
    acts: tuple[str, ...]
    quoted: bool
    explained: bool

    @classmethod
    def of(cls, release: FinishedRelease, shop: ScenarioShop) -> "PathEnd":
        stages, versions = tuple(release.states), tuple(shop.versions.values())
        acts = tuple(sorted(shop.testbed.acts_on(shop)))
        errors = shop.testbed.beanstalk.describe_events(ApplicationName=shop.name, Severity="ERROR")["Events"]
        quoted = any(each["Message"] in release.cause for each in errors)
        explained = any("Elastic Beanstalk says" in each.text for each in shop.testbed.mailbox.about(release.arn))
        return cls(release.status, release.error, stages, versions, tuple(shop.live_versions), acts, quoted, explained)


def release_succeeds(testbed: ScenarioTestbed) -> list[PathEnd]:
    """Release an object version, with an alarm, hooks and saved configurations of earlier executions; then again.

    A dry run comes first, and tells of the bundle. The second configuration was left by an aborted one. Without a look
    at the application, it stays.

    Under basic health reporting, only the activities of a group tell which of two instances are new. Without a look
    for what a clone does not bring, the release is refused.
    """
    make_hooks(testbed)
    shop = testbed.open_shop(BASIC_HEALTH, APPLICATION_BALANCER, *group_size(2, 2))
    testbed.account.client("route53").create_hosted_zone(Name=f"{shop.name}.example", CallerReference=shop.name)
    alarm = f"{shop.name}-errors"
    testbed.set_alarm(alarm, "OK")
    for name in ("kept", f"bluegreen-{shop.blue}-0123456789ab"):
        testbed.beanstalk.create_configuration_template(
            ApplicationName=shop.name,
            TemplateName=name,
            EnvironmentId=shop.environment(shop.blue)["EnvironmentId"],
            Description=f"{DESCRIPTION_PREFIX}an earlier execution",
        )
    key = f"{shop.name}/v3.zip"
    version = testbed.s3.put_object(Bucket=testbed.artifacts, Key=key, Body=samples.bundle("v2"))["VersionId"]
    bundle = {"bucket": testbed.artifacts, "key": key, "version_id": version}
    hooks = {"before_blue": ["smoke-test", "my-hook"]}
    given = {"alarms": [alarm], "hooks": hooks, "config_template": "kept", "drift": "refuse"}
    told = shop.release("v3", source_bundle=bundle, dry_run=True).outcome.output
    assert told.get("bundle", "").endswith(" bytes"), told
    released = shop.release("v3", source_bundle=bundle, **given)
    if released.status == "SUCCEEDED":
        testbed.until(lambda: shop.environments() == [shop.blue], "green to be gone")
    return [PathEnd.of(released, shop), PathEnd.of(shop.release("v3"), shop)]


def launch_fails(testbed: ScenarioTestbed) -> list[PathEnd]:
    """Green fails to launch, and Elastic Beanstalk terminates it."""
    shop = testbed.open_shop()
    testbed.s3.delete_object(Bucket=testbed.artifacts, Key=f"{shop.name}/v1.zip")
    return [PathEnd.of(shop.release("v2"), shop)]


def green_is_sick(testbed: ScenarioTestbed) -> list[PathEnd]:
    """Green launches, does not become healthy, and is removed."""
    shop = testbed.open_shop(ENHANCED_HEALTH)
    shop.upload(f"{shop.name}/v1.zip", samples.bundle("answers_500"))
    return [PathEnd.of(shop.release("v2", timeouts={"clone_blue": 600}), shop)]


def alarm_rings(testbed: ScenarioTestbed) -> list[PathEnd]:
    """An alarm gives green the users back. After it, a redrive gives them to blue, which has the version already.

    The redrive also finds the version registered already. Blue shrinks while green serves, and grows again.
    """
    shop = testbed.open_shop(ENHANCED_HEALTH, *group_size(1, 2))
    shop.resize(2)
    shop.until_instances(2)
    alarm = f"{shop.name}-errors"
    testbed.set_alarm(alarm, "OK")
    key = f"{shop.name}/v3.zip"
    shop.upload(key, samples.bundle("v2"))
    bundle = {"bucket": testbed.artifacts, "key": key}
    arn = shop.started("DrainBlue", "v3", source_bundle=bundle, alarms=[alarm], bake_seconds=300)
    shop.resize(1)
    testbed.until_in(arn, "SwapToBlue")
    testbed.set_alarm(alarm)
    release = testbed.follow(arn)
    rung = PathEnd.of(release, shop)
    testbed.set_alarm(alarm, "OK")
    return [rung, PathEnd.of(testbed.redrive(release), shop)]


def deployment_hangs(testbed: ScenarioTestbed) -> list[PathEnd]:
    """A deployment hangs, and the next release aborts it."""
    shop = testbed.open_shop(ENHANCED_HEALTH, start_seconds(30))
    shop.register("new", "starts_slowly")
    hung = PathEnd.of(shop.release("new", timeouts={"deploy_release": 40}), shop)
    return [hung, PathEnd.of(shop.release("v2"), shop)]


def green_is_replaced(testbed: ScenarioTestbed) -> list[PathEnd]:
    """A release is stopped before users move, and blue is configured by hand. The next one makes a new green."""
    shop = testbed.open_shop()
    with testbed.held("verify_green"):
        testbed.abort(shop.started("VerifyGreen"))
    testbed.beanstalk.update_environment(EnvironmentName=shop.blue, OptionSettings=[environment_property("KEY", "2")])
    shop.until_ready(shop.blue)
    return [PathEnd.of(shop.release("v2"), shop)]


def fleet_stops(testbed: ScenarioTestbed) -> list[PathEnd]:
    """A fleet selects an environment by its tags. Plan refuses its release, so the fleet stops."""
    shop = testbed.open_shop()
    arn = shop.environment(shop.blue)["EnvironmentArn"]
    testbed.beanstalk.update_tags_for_resource(ResourceArn=arn, TagsToAdd=[{"Key": "fleet", "Value": shop.name}])
    shop.until_ready(shop.blue)
    request = {
        "version": "v2",
        "environments": [{"application": shop.name, "tags": {"fleet": shop.name}}],
        "release": {"alarms": ["no-such-alarm"]},
    }
    return [PathEnd.of(testbed.follow(testbed.start_fleet(f"fleet-of-{shop.name}", request)), shop)]


PATHS: Mapping[str, ReleasePath] = {
    each.__name__: each
    for each in (
        *(release_succeeds, launch_fails, green_is_sick, alarm_rings, deployment_hangs, green_is_replaced),
        fleet_stops,
    )
}
