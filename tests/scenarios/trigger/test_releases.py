"""The image releases v2 and follows it to each end, in the rehearsal's account, under traffic."""

import json
import re
import signal
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial

import pytest

from rehearsal.traffic import Traffic
from tests.support.image import ASKING, PATIENCE_SECONDS, Image, Run, documented_permissions
from tests.support.roles import Role
from tests.support.shop import SOON, ScenarioShop
from tests.support.testbed import ScenarioTestbed

NOT_TO_BE_DONE = 5
WATCHED = {"bake_seconds": 600}
"""Blue is still watched when the watch has its first look, even on a busy machine: 12 real seconds."""
FREE = {"sts:GetCallerIdentity"}
"""Takes no permission. https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html"""


@dataclass(frozen=True)
class Played:
    """What came of a script."""

    shop: ScenarioShop
    runs: Mapping[str, Run]
    traffic: Traffic | None = None


def play_full(testbed: ScenarioTestbed, image: Image) -> Played:
    shop = testbed.open_shop()
    bundle = {
        "ARTIFACTS_S3_BUCKET": testbed.artifacts,
        "S3_ARTIFACTS_OBJECT": f"{shop.name}/v2.zip",
        "VERSION_LABEL": "20261123",
    }
    asked = json.dumps({**SOON, **WATCHED, "approval": True})
    release = partial(image.start, shop, RELEASE_HEALTH_CHECKING_PATH="/", EXECUTION_INPUT=asked, **bundle)
    with shop.traffic() as traffic:
        first = release().until_said("AwaitApproval")
        second = release("full", "--output=json").until_said("AwaitApproval")
        runs = {"interrupted": release().until_said("AwaitApproval").signalled(signal.SIGINT)}
        runs |= {"terminated": release("--output=json").until_said("AwaitApproval").signalled(signal.SIGTERM)}
        runs |= {"running": image.run(shop, "status"), "approved": image.run(shop, "approve")}
        runs |= {"first": first.ended(), "second": second.ended()}
    runs |= {"status": image.run(shop, "status"), "again": release().ended()}
    runs |= {"redriven": image.run(shop, "redrive"), "aborted": image.run(shop, "abort")}
    return Played(shop, runs, traffic)


def play_bad_version(testbed: ScenarioTestbed, image: Image) -> Played:
    shop = testbed.open_shop()
    shop.register("bad", "does_not_start")
    with shop.traffic() as traffic:
        failed = image.run(shop, "deploy", VERSION_LABEL="bad")
        runs = {"failed": failed, "status": image.run(shop, "status", "--output=json")}
        runs |= {"planned": image.run(shop, "cutover", "--dry-run", "--output=json", VERSION_LABEL="v2")}
        runs |= {"deployed": image.run(shop, "deploy", "--output=json")}
        runs |= {"cut over": image.run(shop, "cutover", "--output=json", VERSION_LABEL="")}
        runs |= {"back": image.run(shop, "rollback", "--output=json", VERSION_LABEL="v1")}
    return Played(shop, runs, traffic)


def play_rejection(testbed: ScenarioTestbed, image: Image) -> Played:
    shop = testbed.open_shop()
    with shop.traffic() as traffic:
        runs = {"detached": image.run(shop, "--detach", "--output=json", **ASKING)}
        testbed.until_in(runs["detached"].line("following")["execution"], "AwaitApproval")
        runs |= {"rejected": image.run(shop, "reject", "--because", "not on a Friday", "--output=json")}
        runs |= {"redriven": image.run(shop, "redrive", "--detach")}
        runs |= {"approved": _as_soon_as_it_asks(partial(image.run, shop, "approve", "--output=json"))}
    return Played(shop, runs, traffic)


def play_abort(testbed: ScenarioTestbed, image: Image) -> Played:
    shop = testbed.open_shop()
    with shop.traffic() as traffic:
        following = image.start(shop, "--output=json", **ASKING).until_said("AwaitApproval")
        runs = {"aborting": image.run(shop, "abort", "--output=json"), "followed": following.ended()}
        runs |= {"aborted": image.run(shop, "status")}
        redriven = image.start(shop, "redrive", "--output=json").until_said("following")
        runs |= {"approved": _as_soon_as_it_asks(partial(image.run, shop, "approve"))}
        runs |= {"redriven": redriven.ended()}
    return Played(shop, runs, traffic)


def _as_soon_as_it_asks(run: Callable[[], Run]) -> Run:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (found := run()).status == NOT_TO_BE_DONE and time.monotonic() < deadline:
        pass
    return found


@pytest.fixture(scope="module")
def role(testbed: ScenarioTestbed) -> Role:
    """What docs/image.md says that the image needs, and nothing else."""
    return Role(testbed.account, *documented_permissions())


@pytest.fixture(scope="module")
def played(testbed: ScenarioTestbed, image: Image, role: Role) -> Callable[[str], Played]:
    image = image.acting_as(role)
    scripts = {"full": play_full, "bad": play_bad_version, "rejection": play_rejection, "abort": play_abort}
    futures: Mapping[str, Future[Played]] = testbed.play(
        {name: partial(script, testbed, image) for name, script in scripts.items()}
    )
    return lambda name: futures[name].result()


def test_the_documented_permissions_are_enough_and_no_more(
    played: Callable[[str], Played], testbed: ScenarioTestbed, role: Role
) -> None:
    for name in ("full", "bad", "rejection", "abort"):
        played(name)
    asked = testbed.control.permissions()[role.name]
    documented = {action for statement in documented_permissions() for action in statement["Action"]}
    assert [each for each in asked if not each["allowed"]] == []
    assert {each["action"] for each in asked} == documented | FREE


@pytest.mark.parametrize("name", ["full", "bad", "rejection", "abort"])
def test_no_user_notices(played: Callable[[str], Played], name: str) -> None:
    traffic = played(name).traffic
    assert traffic is not None
    assert traffic.requests
    assert traffic.failed == []


def test_it_exits_with_0_once_the_version_is_live(played: Callable[[str], Played]) -> None:
    full = played("full")
    assert full.runs["first"].status == 0, full.runs["first"]
    assert full.traffic is not None
    assert full.traffic.last_served_by == [f"{full.shop.blue}/20261123"]
    assert full.shop.versions == {full.shop.blue: "20261123"}


def test_a_log_tells_stages_what_is_waited_for_and_who_serves(played: Callable[[str], Played]) -> None:
    full = played("full")
    said = full.runs["first"].said
    assert re.search(r"^ +\d+:\d\d  CloneBlue$", said, re.MULTILINE)
    assert f"waiting for {full.shop.blue} to be watched for {WATCHED['bake_seconds']} seconds: " in said
    assert f"users are served by {full.shop.green} (Ready, Ok) with v1" in said
    assert f"users are served by {full.shop.blue} (Ready, Ok) with 20261123" in said
    assert "\r" not in said


def test_a_second_start_of_the_same_release_follows_the_first(played: Callable[[str], Played]) -> None:
    full = played("full")
    second = full.runs["second"]
    assert second.status == 0
    assert second.line("release")["output"]["version"] == "20261123"
    assert f"{second.line('following')['execution'].rpartition(':')[2]}\n" in full.runs["first"].said


def test_its_execution_says_what_it_is(played: Callable[[str], Played]) -> None:
    full = played("full")
    assert full.runs["first"].said.startswith(f"{full.shop.blue}-20261123-full-")


@pytest.mark.parametrize(("name", "status"), [("interrupted", 130), ("terminated", 143)])
def test_a_signal_ends_the_following_and_not_the_release(
    played: Callable[[str], Played], name: str, status: int
) -> None:
    run = played("full").runs[name]
    assert run.status == status
    assert "Stopped following. The release goes on: arn:" in run.said + run.complained


def test_the_same_release_once_more_is_another_execution(played: Callable[[str], Played]) -> None:
    full = played("full")
    first, again = full.runs["first"], full.runs["again"]
    assert again.status == 0
    assert again.said.splitlines()[0] == f"{first.said.splitlines()[0]}-2"


def test_status_tells_who_serves_what_and_what_was_last(played: Callable[[str], Played]) -> None:
    full = played("full")
    status = full.runs["status"]
    assert status.status == 0
    assert f"{full.shop.blue} (Ready, Ok) with 20261123, at http://{full.shop.cname}/  <- users" in status.said
    assert "SUCCEEDED after" in status.said


@pytest.mark.parametrize("name", ["redriven", "aborted"])
def test_what_has_succeeded_is_neither_redriven_nor_aborted(played: Callable[[str], Played], name: str) -> None:
    run = played("full").runs[name]
    assert (run.status, run.said) == (NOT_TO_BE_DONE, "")
    assert "Nothing is to be redriven" in run.complained or "No release runs" in run.complained


def test_it_exits_with_1_when_the_release_failed_and_says_all_that_helps(played: Callable[[str], Played]) -> None:
    bad = played("bad")
    failed, green = bad.runs["failed"], bad.shop.green
    assert failed.status == 1
    end = failed.said[failed.said.rindex(" FAILED after ") :]
    assert f"DeploymentFailedError: Expected {bad.shop.blue} to be Ready with bad. Found " in end
    assert f"Elastic Beanstalk: {bad.shop.blue}: Failed to deploy application." in end
    assert f"users are served by {green} (Ready, Ok) with v1" in end
    assert "redrive lets it go on, once the cause is gone" in end
    assert "https://console.aws.amazon.com/states/home?region=us-east-1#/v2/executions/details/arn:" in end


def test_status_tells_what_would_resume(played: Callable[[str], Played]) -> None:
    bad = played("bad")
    lines = bad.runs["status"].lines
    assert [(line["name"], line["serves"]) for line in lines if line["event"] == "environment"] == [
        (bad.shop.blue, False),
        (bad.shop.green, True),
    ]
    release = bad.runs["status"].line("release")
    assert (release["status"], release["redriveStatus"]) == ("FAILED", "REDRIVABLE")
    assert (release["input"]["mode"], release["input"]["version"]) == ("deploy", "bad")


def test_a_dry_run_that_is_refused_is_no_success(played: Callable[[str], Played]) -> None:
    planned = played("bad").runs["planned"]
    assert (planned.status, planned.line("release")["output"]["status"]) == (1, "refused")


def test_deploy_leaves_green_live_and_cutover_goes_on_from_there(played: Callable[[str], Played]) -> None:
    bad = played("bad")
    deployed, cut_over = bad.runs["deployed"], bad.runs["cut over"]
    assert (deployed.status, cut_over.status) == (0, 0)
    outputs = [run.line("release")["output"] for run in (deployed, cut_over)]
    assert [(each["status"], each["served_by"]) for each in outputs] == [
        ("deployed", bad.shop.green),
        ("released", bad.shop.blue),
    ]


def test_a_rollback_gives_blue_the_version_that_is_named(played: Callable[[str], Played]) -> None:
    bad = played("bad")
    back = bad.runs["back"]
    assert back.status == 0, back
    assert back.line("release")["output"]["version"] == "v1"
    assert bad.shop.versions == {bad.shop.blue: "v1"}


def test_detached_it_starts_the_release_and_leaves(played: Callable[[str], Played]) -> None:
    detached = played("rejection").runs["detached"]
    assert (detached.status, [line["event"] for line in detached.lines]) == (0, ["following"])


def test_a_rejected_release_fails_with_the_reason_that_was_given(played: Callable[[str], Played]) -> None:
    rejected = played("rejection").runs["rejected"]
    assert rejected.status == 1
    release = rejected.line("release")
    assert (release["status"], release["error"], release["cause"]) == ("FAILED", "Rejected", "not on a Friday")


def test_a_redriven_release_asks_again_and_is_live_once_approved(played: Callable[[str], Played]) -> None:
    rejection = played("rejection")
    assert rejection.runs["redriven"].status == 0
    assert rejection.runs["approved"].status == 0, rejection.runs["approved"]
    assert rejection.runs["approved"].line("release")["output"]["served_by"] == rejection.shop.blue
    assert rejection.shop.versions == {rejection.shop.blue: "v2"}


def test_status_tells_that_a_release_runs(played: Callable[[str], Played]) -> None:
    assert " RUNNING\n  asked for: full 20261123\n  in AwaitApproval\n" in played("full").runs["running"].said


def test_abort_stops_the_release_and_says_who_serves(played: Callable[[str], Played]) -> None:
    abort = played("abort")
    assert abort.runs["aborting"].status == 0
    assert abort.runs["aborting"].line("release")["serving"].startswith(f"{abort.shop.green} (Ready, Ok) with v1")


def test_it_exits_with_4_when_the_release_was_aborted(played: Callable[[str], Played]) -> None:
    followed = played("abort").runs["followed"]
    assert (followed.status, followed.line("release")["status"]) == (4, "ABORTED")
    assert "ABORTED after" in played("abort").runs["aborted"].said


def test_redrive_follows_only_what_happens_from_then_on(played: Callable[[str], Played]) -> None:
    abort = played("abort")
    redriven = abort.runs["redriven"]
    assert redriven.status == 0, redriven
    stages = [line["state"] for line in redriven.lines if line["event"] == "stage"]
    assert "Plan" not in stages
    assert "SwapToBlue" in stages
    assert abort.shop.versions == {abort.shop.blue: "v2"}
