"""A fleet of four shops: a failed release stops it; a redrive with the corrected version releases the rest."""

import json
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import pytest

from rehearsal.traffic import Traffic
from tests.support.mailbox import Message
from tests.support.shop import SOON, FinishedRelease, ScenarioShop
from tests.support.testbed import ScenarioTestbed
from tests.support.trigger_program import TriggerProgram

QUICK_CHECK = {"path": "/healthz", "attempts": 2, "interval_seconds": 1}
BAD = "answers_only_root"


@dataclass(frozen=True)
class FleetRun:
    """A fleet that stopped and was redriven. `versions`: of each shop when it had stopped."""

    shops: list[ScenarioShop]
    request: dict[str, Any]
    stopped: FinishedRelease
    versions: list[dict[str, str]]
    redriven: FinishedRelease
    executions: list[dict[str, Any]]
    messages: list[Message]
    traffic: Traffic

    @property
    def names(self) -> list[str]:
        return [f"{shop.name}/{shop.blue}" for shop in self.shops]


@pytest.fixture(scope="module")
def run(testbed: ScenarioTestbed) -> FleetRun:
    """One shop in the first wave, then groups of two. The version of the third shop is bad."""
    shops = [testbed.open_shop() for _ in range(4)]
    third = shops[2]
    third.register("v3", BAD)
    for shop in (shops[0], shops[1], shops[3]):
        shop.register("v3", "v2")
    request = {
        "version": "v3",
        "environments": [{"application": shop.name, "name": "*-prod"} for shop in shops],
        "release": {**SOON, "health_check": QUICK_CHECK},
        "waves": [1],
        "at_once": 2,
        "between_waves_seconds": 60,
    }
    with third.traffic() as traffic:
        stopped = testbed.follow(testbed.start_fleet("first", request))
        versions = [shop.versions for shop in shops]
        correct(third)
        redriven = testbed.redrive(stopped)
    pages = testbed.states.get_paginator("list_executions").paginate(stateMachineArn=testbed.machine)
    listed = [each for page in pages for each in page["executions"] if each["name"].startswith("fleet-")]
    described = [dict(testbed.states.describe_execution(executionArn=each["executionArn"])) for each in listed]
    executions = sorted(described, key=lambda each: each["startDate"])
    messages = testbed.mailbox.about(stopped.arn)
    return FleetRun(shops, request, stopped, versions, redriven, executions, messages, traffic)


def correct(shop: ScenarioShop) -> None:
    """Put a good bundle behind the label v3, as a person does: the environment runs v1 then."""
    shop.deploy(shop.blue, "v1")
    shop.testbed.beanstalk.delete_application_version(ApplicationName=shop.name, VersionLabel="v3")
    shop.register("v3", "v2")


def test_a_failed_release_stops_the_fleet_which_says_what_failed_and_what_was_not_begun(run: FleetRun) -> None:
    third, fourth = run.names[2:]
    assert (run.stopped.status, run.stopped.error) == ("FAILED", "FleetStoppedError")
    assert "2 released, 1 failed, 1 left" in run.stopped.cause
    assert f"Failed: {third}. Not begun: {fourth}." in run.stopped.cause
    assert "ReleaseTestFailedError" in run.stopped.cause


def test_what_has_not_begun_stays_as_it_is_and_what_failed_keeps_its_green(run: FleetRun) -> None:
    first, second, third, fourth = run.versions
    assert (list(first.values()), list(second.values()), list(fourth.values())) == (["v3"], ["v3"], ["v1"])
    assert third[run.shops[2].green] == "v1"


def test_a_redrive_releases_only_what_failed_and_what_was_left(run: FleetRun) -> None:
    assert run.redriven.status == "SUCCEEDED", run.redriven.cause
    output = run.redriven.outcome.output
    assert (output["status"], output["failed"], output["not_begun"]) == ("released", [], [])
    assert sorted(output["released"]) == sorted(run.names)
    began = [(json.loads(each["input"])["blue"], each["name"][-2:], each["status"]) for each in run.executions]
    a, b, c, d = (shop.blue for shop in run.shops)
    assert began[0] == (a, "-1", "SUCCEEDED")
    assert sorted(began[1:3]) == sorted([(b, "-1", "SUCCEEDED"), (c, "-1", "FAILED")])
    assert sorted(began[3:]) == sorted([(c, "-2", "SUCCEEDED"), (d, "-2", "SUCCEEDED")])
    assert [shop.versions for shop in run.shops] == [{shop.blue: "v3"} for shop in run.shops]


def test_no_request_fails_while_the_fleet_stops_and_goes_on(run: FleetRun) -> None:
    assert run.traffic.failed == []


def test_people_get_one_message_a_wave_and_none_of_a_single_release(run: FleetRun, testbed: ScenarioTestbed) -> None:
    assert [each.subject for each in run.messages] == [
        "Fleet first ended wave 1 of 2: 1 released, 0 failed, 3 left",
        "Fleet first stopped in wave 2 of 2: 2 released, 1 failed, 1 left",
        "Fleet first ended wave 2 of 2: 4 released, 0 failed",
    ]
    failed = next(each for each in run.executions if each["status"] == "FAILED")
    assert testbed.mailbox.about(failed["executionArn"]) == [run.messages[1]], "only the fleet names it"
    assert f"redrive-execution --execution-arn {run.stopped.arn}" in run.messages[1].text


def test_a_new_fleet_with_the_same_input_has_nothing_to_do(run: FleetRun, testbed: ScenarioTestbed) -> None:
    again = testbed.follow(testbed.start_fleet("again", run.request))
    assert (again.status, again.states) == ("SUCCEEDED", ["PlanFleet"])
    assert sorted(again.outcome.output["unchanged"]) == sorted(run.names)


def test_two_blues_with_one_green_are_refused_before_anything_is_touched(
    run: FleetRun, testbed: ScenarioTestbed
) -> None:
    acts = testbed.acts()
    releases = [{"application": shop.name, "blue": shop.blue, "green": "shared"} for shop in run.shops[:2]]
    refused = testbed.follow(testbed.start_fleet("colliding", {"version": "v2", "releases": releases}))
    assert (refused.status, refused.error) == ("FAILED", "ReleaseRefusedError")
    assert "shared would be the clone of 2 environments" in refused.cause
    assert testbed.acts() == acts


def test_the_image_starts_aborts_and_redrives_a_fleet_whose_releases_end_and_go_on_with_it(
    run: FleetRun, testbed: ScenarioTestbed
) -> None:
    program, shop = TriggerProgram(testbed), run.shops[3]
    given = json.dumps({"release": SOON})
    with testbed.held("clone_blue"):
        started = program.run(shop, "fleet", "--detach", "--output=json", EXECUTION_INPUT=given)
        fleet = started.line("following")["execution"]
        testbed.until(lambda: release_of(testbed, fleet), "a release of the fleet to run")
        release = release_of(testbed, fleet)
        testbed.until_in(release["executionArn"], "CloneBlue")
        status = program.run(shop, "fleet", "status", "--output=json")
        assert (status.line("environment")["name"], status.line("environment")["state"]) == (run.names[3], "running")
        assert program.run(shop, "fleet", "abort").status == 0
    testbed.until(lambda: not testbed.running(release["executionArn"]), "the release to end with its fleet")
    assert testbed.states.describe_execution(executionArn=release["executionArn"])["status"] == "ABORTED"
    redriven = program.run(shop, "fleet", "redrive", "--output=json")
    assert redriven.status == 0, redriven.stdout
    assert redriven.line("fleet")["counts"] == {"released": 1, "failed": 0, "left": 0, "unchanged": 0}
    assert shop.versions == {shop.blue: "v2"}
    told = testbed.mailbox.about(fleet)
    assert [each.subject for each in told][1:] == [
        f"Fleet {fleet.rpartition(':')[2]} ended wave 1 of 1: 1 released, 0 failed"
    ]
    assert "ended ABORTED. Its releases that ran were aborted with it" in told[0].text
    assert testbed.mailbox.about(release["executionArn"]) == [], "only the fleet tells of it"


def release_of(testbed: ScenarioTestbed, fleet: str) -> Any:
    """Return the running execution of the fleet's first release, None when there is none."""
    prefix = f"fleet-{sha256(fleet.encode()).hexdigest()[:12]}-1-"
    pages = testbed.states.get_paginator("list_executions").paginate(stateMachineArn=testbed.machine)
    return next((each for page in pages for each in page["executions"] if each["name"].startswith(prefix)), None)
