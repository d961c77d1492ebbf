"""A short slice of the campaign: the calls whose loss could hurt most, and a judge that finds a broken rule."""

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from rich.console import Console

from emulator.faults import Fault, FaultKind
from rehearsal.account.account import ROOT
from rehearsal.campaign.options import SCALE
from rehearsal.campaign.plan import Act, Interference, Schedule
from rehearsal.campaign.rules import violations
from rehearsal.campaign.run import Evidence, Trial
from rehearsal.campaign.testbed import Testbed
from rehearsal.campaign.testbeds import testbeds
from rehearsal.report.progress import Progress

EB = "elasticbeanstalk"


@pytest.fixture(scope="module")
def testbed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Testbed]:
    silent = Progress(Console(file=io.StringIO()), blue="")
    with testbeds(1, SCALE, tmp_path_factory.mktemp("campaign"), silent) as places:
        yield places[0]


def played(testbed: Testbed, schedule: Schedule) -> Evidence:
    """A run, after which the testbed is as fresh as before."""
    evidence = Trial(testbed, schedule).play()
    if violations(evidence):
        testbed.close_shop()
    else:
        testbed.settle(evidence.target)
    return evidence


def struck(kind: FaultKind, function: str, action: str, service: str = EB, call: int = 1) -> Fault:
    return Fault(kind, service, action, function, call)


@pytest.mark.parametrize(
    "fault",
    [
        struck(FaultKind.ERROR_AFTER, "plan", "PutObject", "s3"),
        struck(FaultKind.RESET_AFTER, "register_release", "CreateApplicationVersion"),
        struck(FaultKind.KILL_AFTER, "swap_traffic", "SwapEnvironmentCNAMEs", call=2),
    ],
    ids=lambda fault: f"{fault.kind}-{fault.action}-{fault.call}",
)
def test_a_release_survives_a_call_that_took_effect_and_seemed_not_to(testbed: Testbed, fault: Fault) -> None:
    evidence = played(testbed, Schedule("slice", (fault,)))
    assert violations(evidence) == []
    assert [each["struck"] for each in evidence.struck] == [1]


def test_throttling_for_minutes_delays_a_release_and_no_more(testbed: Testbed) -> None:
    throttled = Fault(FaultKind.THROTTLE, EB, for_seconds=200)
    evidence = played(testbed, Schedule("slice", (throttled,)))
    assert violations(evidence) == []
    assert evidence.struck[0]["struck"] > 1


def test_the_failure_branch_survives_the_loss_of_its_own_calls(testbed: Testbed) -> None:
    faults = (
        struck(FaultKind.KILL_AFTER, "keep_green_live", "DescribeEnvironments"),
        struck(FaultKind.THROTTLE, "state machine", "Publish", "sns"),
    )
    evidence = played(testbed, Schedule("slice", faults, bundle="answers_only_root"))
    assert violations(evidence) == []
    assert [each["struck"] for each in evidence.struck] == [1, 1]


def test_an_execution_that_is_aborted_and_overtaken_leaves_no_harm(testbed: Testbed) -> None:
    evidence = played(
        testbed,
        Schedule("slice", people=(Interference(Act.ABORT, "AwaitGreenLive", 1), Interference(Act.SECOND, "Plan", 0))),
    )
    assert violations(evidence) == []
    assert [course.role for course in evidence.courses] == ["main", "second"]
    assert evidence.courses[0].endings[0].status == "ABORTED"


def test_the_judge_finds_a_release_that_is_not_tested(testbed: Testbed) -> None:
    with replaced(testbed, "verify_release", "def handler(event, context):\n    return event['deployment']\n"):
        found = violations(played(testbed, Schedule("slice", bundle="answers_only_root")))
    assert "The main execution released a bad version." in found


@contextmanager
def replaced(testbed: Testbed, stage: str, code: str) -> Iterator[None]:
    """The stage's function with other code, while the block runs."""
    function = next(name for name, module in testbed.stages.items() if module == stage)
    own = {
        file.relative_to(ROOT).as_posix(): file.read_text()
        for file in (ROOT / "lambdas").rglob("*")
        if file.suffix in (".py", ".json")
    }
    other = own | {f"lambdas/stages/{stage}.py": code}
    testbed.functions.update_function_code(FunctionName=function, ZipFile=zipped(other))
    try:
        yield
    finally:
        testbed.functions.update_function_code(FunctionName=function, ZipFile=zipped(own))


def zipped(files: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
    return buffer.getvalue()
