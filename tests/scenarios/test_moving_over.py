"""A pipeline of docker-beanstalk-bluegreen changes the image, in the middle of a release too: no request fails.

By its variables alone each release ends with blue on the new version, or is refused with who serves.
"""

import json
import re
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial

import pytest

from rehearsal.traffic import Traffic
from tests.support.predecessor import CONFIGURATION, clone_and_swap, leave_configuration
from tests.support.shop import SOON, ScenarioShop
from tests.support.testbed import ScenarioTestbed
from tests.support.trigger_program import ProgramResult, TriggerProgram

BUCKET = "releases-of-the-old-image"


@dataclass(frozen=True)
class Move:
    """What came of one state: the runs of the program by name, and what users saw."""

    shop: ScenarioShop
    runs: Mapping[str, ProgramResult]
    traffic: Traffic


Moves = Callable[[str], Move]


@pytest.fixture(scope="module")
def moves(testbed: ScenarioTestbed) -> Moves:
    """Return the move from a state by its name. The states have a shop each, and are left at the same time."""
    testbed.s3.create_bucket(Bucket=BUCKET)
    program = TriggerProgram(testbed)
    scripts = {"failed": after_a_failed_deployment, "deployed": after_deploy, "left": with_a_left_over}
    futures: Mapping[str, Future[Move]] = testbed.play(
        {name: partial(script, testbed, program) for name, script in scripts.items()}
    )
    return lambda name: futures[name].result()


def more(**keys: object) -> dict[str, str]:
    return {"EXECUTION_INPUT": json.dumps({**SOON, **keys})}


def after_a_failed_deployment(testbed: ScenarioTestbed, program: TriggerProgram) -> Move:
    """Users reach a domain of their own, in a hosted zone of the account. The old image wrote its record."""
    shop = testbed.open_shop()
    shop.register("bad", "answers_500")
    run = partial(program.run, shop, S3_ARTIFACTS_BUCKET=BUCKET, GREEN_ENV_NAME=shop.green)
    with Traffic(domain_of(shop), testbed.control.resolve, clients=5, requests_per_second=15) as traffic:
        clone_and_swap(shop, BUCKET)
        until_on_green(shop, traffic)
        testbed.beanstalk.update_environment(EnvironmentName=shop.blue, VersionLabel="bad")
        shop.until_ready(shop.blue)
        runs = {"status": run("status"), "by the variables alone": run("full")}
        runs |= {"told to": run("full", **more(adopt_green=True)), "after": run("status")}
    return Move(shop, runs, traffic)


def until_on_green(shop: ScenarioShop, traffic: Traffic) -> None:
    """Wait until no user has an old DNS answer, as the old image did before it deployed onto blue."""
    shop.testbed.until(lambda: traffic.last_served_by == [f"{shop.green}/v1"], "users to be on green")


def domain_of(shop: ScenarioShop) -> str:
    """Make a hosted zone with a record that leads to the production CNAME; return the record's name."""
    route53 = shop.testbed.account.client("route53")
    zone = route53.create_hosted_zone(Name=f"{shop.name}.example", CallerReference=shop.name)["HostedZone"]["Id"]
    name = f"www.{shop.name}.example"
    routing = {"Region": "us-east-1", "SetIdentifier": f"{name} Identifier", "TTL": 60}
    record = {"Name": name, "Type": "CNAME", **routing, "ResourceRecords": [{"Value": shop.cname}]}
    changes = {"Changes": [{"Action": "UPSERT", "ResourceRecordSet": record}]}
    route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=changes)
    return name


def after_deploy(testbed: ScenarioTestbed, program: TriggerProgram) -> Move:
    """The next step of the pipeline is `cutover`. The old image left no file in a bucket."""
    shop = testbed.open_shop()
    run = partial(program.run, shop)
    with shop.traffic() as traffic:
        clone_and_swap(shop)
        until_on_green(shop, traffic)
        shop.deploy(shop.blue, "v2")
        shop.until_healthy(shop.blue)
        runs = {"by the variables alone": run("cutover"), "another green": run("full", GREEN_ENV_NAME=f"{shop.name}-2")}
        runs |= {"told to": run("cutover", **more(adopt_green=True, production_cname=shop.cname))}
    return Move(shop, runs, traffic)


def with_a_left_over(testbed: ScenarioTestbed, program: TriggerProgram) -> Move:
    """The release failed before the swap: the old image terminated green, and left its saved configuration."""
    shop = testbed.open_shop()
    leave_configuration(shop)
    with shop.traffic() as traffic:
        runs = {"told to": program.run(shop, "full", CREATE_CONFIG_TEMPLATE_NAME=CONFIGURATION)}
    return Move(shop, runs, traffic)


@pytest.mark.parametrize("state", ["failed", "deployed", "left"])
def test_from_each_state_blue_gets_the_new_version_and_no_request_fails(moves: Moves, state: str) -> None:
    move = moves(state)
    assert move.runs["told to"].status == 0, move.runs["told to"]
    assert move.traffic.failed == []
    assert move.traffic.last_served_by == [f"{move.shop.blue}/v2"]
    assert move.shop.versions == {move.shop.blue: "v2", CONFIGURATION: "a saved configuration"}


@pytest.mark.parametrize("state", ["failed", "deployed"])
def test_by_the_variables_alone_a_green_that_serves_is_left_alone(moves: Moves, state: str) -> None:
    move = moves(state)
    refused = move.runs["by the variables alone"]
    assert refused.status == 1
    assert "ReleaseRefusedError" in refused.stdout
    assert "`adopt_green`" in refused.stdout
    advice = refused.stdout.replace("remove the cause", "")
    assert [word for word in ("remove", "terminate", "delete") if word in advice] == []
    assert re.search(rf"users are served by {move.shop.blue}[ ,]", refused.stdout) is None


def test_the_file_of_the_old_image_tells_who_serves(moves: Moves) -> None:
    move = moves("failed")
    green = f"{move.shop.green} (Ready, Ok) with v1"
    assert f"{green}, at http://{move.shop.cname}/  <- users" in move.runs["status"].stdout
    assert f"users are served by {green}" in move.runs["by the variables alone"].stdout
    assert f"{move.shop.blue} (Ready, Ok) with v2, at http://{move.shop.cname}/  <- users" in move.runs["after"].stdout


def test_without_the_file_nothing_is_claimed(moves: Moves) -> None:
    move = moves("deployed")
    for name in ("by the variables alone", "another green"):
        refused = move.runs[name]
        assert refused.status == 1
        assert "users are served by unknown: nothing tells which CNAME users know" in refused.stdout
        assert f"{move.shop.green} holds {move.shop.cname}" in refused.stdout
        assert "`production_cname`" in refused.stdout
