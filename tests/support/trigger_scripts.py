"""Scripts of commands to the program of the image, each with a shop of its own and users at work."""

import json
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from rehearsal.traffic import Traffic
from tests.support.shop import SOON, ScenarioShop
from tests.support.testbed import ScenarioTestbed
from tests.support.trigger_program import TIMEOUT_SECONDS, WITH_APPROVAL, ProgramResult, TriggerProgram

REFUSED = 5
WATCHED = {"bake_seconds": 600}
"""12 real seconds: WatchRelease looks at least once before the bake ends, even on a busy machine."""


@dataclass(frozen=True)
class ScriptResult:
    """The shop, the runs of the program by name, and the users of one script."""

    shop: ScenarioShop
    runs: Mapping[str, ProgramResult]
    traffic: Traffic | None = None


def run_full_release(testbed: ScenarioTestbed, program: TriggerProgram) -> ScriptResult:
    """Release v2 with an approval. Interrupt one program, end another, then approve."""
    shop = testbed.open_shop()
    bundle = {
        "ARTIFACTS_S3_BUCKET": testbed.artifacts,
        "S3_ARTIFACTS_OBJECT": f"{shop.name}/v2.zip",
        "VERSION_LABEL": "20261123",
    }
    asked = json.dumps({**SOON, **WATCHED, "approval": True})
    release = partial(program.start, shop, RELEASE_HEALTH_CHECKING_PATH="/", EXECUTION_INPUT=asked, **bundle)
    with shop.traffic() as traffic:
        first = release().wait_for_output("AwaitApproval")
        second = release("full", "--output=json").wait_for_output("AwaitApproval")
        runs = {"interrupted": release().wait_for_output("AwaitApproval").end_by(signal.SIGINT)}
        runs |= {"terminated": release("--output=json").wait_for_output("AwaitApproval").end_by(signal.SIGTERM)}
        runs |= {"running": program.run(shop, "status"), "approved": program.run(shop, "approve")}
        runs |= {"first": first.wait(), "second": second.wait()}
    runs |= {"status": program.run(shop, "status"), "again": release().wait()}
    runs |= {"redriven": program.run(shop, "redrive"), "aborted": program.run(shop, "abort")}
    page = str(testbed.account.home / f"{shop.name}.html")
    runs |= {"report": program.run(shop, "report"), "saved": program.run(shop, "report", f"--html={page}")}
    return ScriptResult(shop, runs, traffic)


def run_bad_version(testbed: ScenarioTestbed, program: TriggerProgram) -> ScriptResult:
    """Release a version that does not start, then a good one in deploy and cutover; then roll back."""
    shop = testbed.open_shop()
    shop.register("bad", "does_not_start")
    with shop.traffic() as traffic:
        failed = program.run(shop, "deploy", VERSION_LABEL="bad")
        runs = {"failed": failed, "status": program.run(shop, "status", "--output=json")}
        runs |= {"planned": program.run(shop, "cutover", "--dry-run", "--output=json", VERSION_LABEL="v2")}
        runs |= {"deployed": program.run(shop, "deploy", "--output=json")}
        runs |= {"cut over": program.run(shop, "cutover", "--output=json", VERSION_LABEL="")}
        runs |= {"back": program.run(shop, "rollback", "--output=json", VERSION_LABEL="v1")}
    return ScriptResult(shop, runs, traffic)


def run_rejection(testbed: ScenarioTestbed, program: TriggerProgram) -> ScriptResult:
    """Start a release detached and reject it; redrive it and approve."""
    shop = testbed.open_shop()
    with shop.traffic() as traffic:
        runs = {"detached": program.run(shop, "--detach", "--output=json", **WITH_APPROVAL)}
        testbed.until_in(runs["detached"].line("following")["execution"], "AwaitApproval")
        runs |= {"rejected": program.run(shop, "reject", "--because", "not on a Friday", "--output=json")}
        runs |= {"redriven": program.run(shop, "redrive", "--detach")}
        runs |= {"approved": _answer_when_asked(partial(program.run, shop, "approve", "--output=json"))}
    return ScriptResult(shop, runs, traffic)


def run_abort(testbed: ScenarioTestbed, program: TriggerProgram) -> ScriptResult:
    """Abort a release that waits for approval; redrive it and approve."""
    shop = testbed.open_shop()
    with shop.traffic() as traffic:
        following = program.start(shop, "--output=json", **WITH_APPROVAL).wait_for_output("AwaitApproval")
        runs = {"aborting": program.run(shop, "abort", "--output=json"), "followed": following.wait()}
        runs |= {"aborted": program.run(shop, "status")}
        redriven = program.start(shop, "redrive", "--output=json").wait_for_output("following")
        runs |= {"approved": _answer_when_asked(partial(program.run, shop, "approve"))}
        runs |= {"redriven": redriven.wait()}
    return ScriptResult(shop, runs, traffic)


def _answer_when_asked(run: Callable[[], ProgramResult]) -> ProgramResult:
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while (found := run()).status == REFUSED and time.monotonic() < deadline:
        pass
    return found
