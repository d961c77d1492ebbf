"""Names with quotes, expressions and path characters are only data everywhere."""

import json

from tests.support.approvals import approve, question
from tests.support.shop import ScenarioShop
from tests.support.testbed import ScenarioTestbed

WORST = "it's \"quoted\" \\ ${HOME} #{x} {% $states.input %} $.y ' & $error('x') & ' 日本"
VERSION = "v'2 \" {% $error('x') %} ${x} $.z <b>"


class OddShop(ScenarioShop):
    """Environments may only have letters, digits and hyphens in their names; applications may have more."""

    @property
    def blue(self) -> str:
        return "odd-prod"

    @property
    def green(self) -> str:
        return "odd-prod-green"


def test_a_release_of_the_worst_names_that_elastic_beanstalk_allows(testbed: ScenarioTestbed) -> None:
    testbed.beanstalk.create_application(ApplicationName=WORST)
    shop = OddShop(testbed, WORST)
    testbed.shops.append(shop)
    shop.register("v1")
    shop.register(VERSION, "v2")
    shop.register(f"bad {VERSION}", "does_not_start")
    shop.launch(shop.blue, "v1", CNAMEPrefix=shop.blue)

    def started(version: str, name: str) -> str:
        request = {"application": WORST, "blue": shop.blue, "version": version, "approval": True, "drain_seconds": 45}
        document = json.dumps({**request, "bake_seconds": 45})
        arn: str = testbed.states.start_execution(stateMachineArn=testbed.machine, name=name, input=document)[
            "executionArn"
        ]
        return arn

    with shop.traffic() as traffic:
        failed = testbed.follow(started(f"bad {VERSION}", "odd-1"))
        arn = started(VERSION, "odd-2")
        asked = question(testbed, arn)
        approve(testbed, asked)
        release = testbed.follow(arn)
    (message,) = testbed.mailbox.about(failed.arn)
    assert (failed.error, failed.failed_in) == ("DeploymentFailedError", "AwaitRelease")
    assert f"bad {VERSION}" in message.text
    assert f"{VERSION} of {WORST} runs on" in asked.text
    assert release.status == "SUCCEEDED", release.cause
    assert (release.outcome.output["application"], release.outcome.output["version"]) == (WORST, VERSION)
    assert traffic.failed == []
    assert shop.versions == {shop.blue: VERSION}
