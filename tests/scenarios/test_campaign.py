"""A short part of the campaign: the calls whose loss is the most dangerous, and a rule that is broken on purpose."""

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from rich.console import Console

from emulator.faults import Fault, FaultKind
from rehearsal.account.account import ROOT
from rehearsal.report.progress import Progress
from tools.campaign.plan import SNAPSHOT_INCIDENTS, Intervention, PlannedIntervention, RunPlan
from tools.campaign.random_plans import PATH
from tools.campaign.rules import violations
from tools.campaign.run import CampaignRun
from tools.campaign.run_evidence import RunEvidence
from tools.campaign.testbed import CampaignTestbed, deployed_testbeds

EB = "elasticbeanstalk"


@pytest.fixture(scope="module")
def testbed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CampaignTestbed]:
    silent = Progress(Console(file=io.StringIO()))
    with deployed_testbeds(1, tmp_path_factory.mktemp("campaign"), silent) as testbeds:
        yield testbeds[0]


def played(testbed: CampaignTestbed, plan: RunPlan) -> RunEvidence:
    """Play a run, and leave the testbed ready for the next one."""
    evidence = CampaignRun(testbed, plan).play()
    if violations(evidence):
        testbed.replace_shop()
    else:
        testbed.keep_shop(evidence.live)
    return evidence


def fault_at(kind: FaultKind, state: str | None, action: str, service: str = EB) -> Fault:
    return Fault(kind, service, action, call=1, state=state)


@pytest.mark.parametrize(
    "fault",
    [
        fault_at(FaultKind.ERROR_AFTER, "Plan", "PutObject", "s3"),
        fault_at(FaultKind.RESET_AFTER, "RegisterRelease", "CreateApplicationVersion"),
        fault_at(FaultKind.KILL_AFTER, "SwapToBlue", "SwapEnvironmentCNAMEs"),
    ],
    ids=lambda fault: f"{fault.kind}-{fault.action}",
)
def test_a_release_survives_a_call_that_took_effect_and_reported_an_error(
    testbed: CampaignTestbed, fault: Fault
) -> None:
    evidence = played(testbed, RunPlan("part", (fault,)))
    assert violations(evidence) == []
    assert [each["struck"] for each in evidence.hits] == [1]


def test_throttling_for_minutes_only_delays_a_release(testbed: CampaignTestbed) -> None:
    throttled = Fault(FaultKind.THROTTLE, EB, for_seconds=200)
    evidence = played(testbed, RunPlan("part", (throttled,)))
    assert violations(evidence) == []
    assert evidence.hits[0]["struck"] > 1


def test_the_failure_branch_survives_the_loss_of_its_own_calls(testbed: CampaignTestbed) -> None:
    faults = (
        fault_at(FaultKind.KILL_AFTER, "KeepGreenLive", "DescribeEnvironments"),
        fault_at(FaultKind.THROTTLE, None, "Publish", "sns"),
        fault_at(FaultKind.KILL_AFTER, "HoldForRedrive", "SendTaskFailure", "states"),
    )
    evidence = played(testbed, RunPlan("part", faults, bundle="answers_only_root"))
    assert violations(evidence) == []
    assert [each["struck"] for each in evidence.hits] == [1, 1, 1]


def test_an_execution_that_is_aborted_and_replaced_does_no_harm(testbed: CampaignTestbed) -> None:
    evidence = played(
        testbed,
        RunPlan(
            "part",
            interventions=(
                PlannedIntervention(Intervention.ABORT, "AwaitGreenLive", 1),
                PlannedIntervention(Intervention.SECOND, "Plan", 0),
            ),
        ),
    )
    assert violations(evidence) == []
    assert [execution.role for execution in evidence.executions] == ["main", "second"]
    assert evidence.executions[0].ends[0].status == "ABORTED"


@pytest.mark.parametrize(
    ("incident", "error"),
    [
        (PlannedIntervention(Intervention.SICK, "DrainBlue", 5, "green"), "GreenUnhealthyError"),
        (PlannedIntervention(Intervention.DEPLOY, "SwapToBlue", 0, "blue"), None),
        (PlannedIntervention(Intervention.OTHER_STACK, "AwaitRelease", 0), None),
    ],
    ids=lambda value: str(getattr(value, "act", value)),
)
def test_sick_environments_people_and_other_stacks_do_no_harm(
    testbed: CampaignTestbed, incident: PlannedIntervention, error: str | None
) -> None:
    evidence = played(testbed, RunPlan("part", interventions=(incident,)))
    assert violations(evidence) == []
    assert error in (None, evidence.executions[0].ends[0].error)
    other = [execution.ends[0].error for execution in evidence.executions if execution.role == "other"]
    assert other in ([], ["ReleaseRefusedError"])


def test_a_snapshot_that_is_lost_torn_old_ahead_or_claimed_by_the_dead_does_no_harm(testbed: CampaignTestbed) -> None:
    """In one run, with a writer that dies after its claim, and an answer of S3 that is late."""
    states = ("AwaitGreen", "DrainBlue", "AwaitRelease", "WatchRelease", "AwaitTermination")
    planned = [
        PlannedIntervention(act, state, 5, lasts=60) for act, state in zip(SNAPSHOT_INCIDENTS, states, strict=True)
    ]
    faults = (
        Fault(FaultKind.KILL_AFTER, "s3", "PutObject", state="AwaitGreen", call=1, path=PATH),
        Fault(FaultKind.SLOW, "s3", "GetObject", state="DrainBlue", call=1, path=PATH, delay=60),
    )
    evidence = played(testbed, RunPlan("part", faults, interventions=tuple(planned)))
    assert violations(evidence) == []
    assert [str(end) for end in evidence.executions[0].ends] == ["SUCCEEDED"], "no redrive was needed"
    assert [each.act for each in evidence.strikes] == list(SNAPSHOT_INCIDENTS)
    assert [each["struck"] for each in evidence.hits] == [1, 1]


def test_the_rules_find_a_release_that_is_not_tested(testbed: CampaignTestbed) -> None:
    with replaced(testbed, "verify_release", "def handler(event, context):\n    return event['deployment']\n"):
        found = violations(played(testbed, RunPlan("part", bundle="answers_only_root")))
    assert "The main execution released a bad version." in found


@contextmanager
def replaced(testbed: CampaignTestbed, stage: str, code: str) -> Iterator[None]:
    """Replace the code of a stage's function while the block runs."""
    function = testbed.functions[stage]
    own = {
        file.relative_to(ROOT).as_posix(): file.read_text()
        for file in (ROOT / "lambdas").rglob("*")
        if file.suffix in (".py", ".json")
    }
    other = own | {f"lambdas/stages/{stage}.py": code}
    testbed.lambdas.update_function_code(FunctionName=function, ZipFile=zipped(other))
    try:
        yield
    finally:
        testbed.lambdas.update_function_code(FunctionName=function, ZipFile=zipped(own))


def zipped(files: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
    return buffer.getvalue()
