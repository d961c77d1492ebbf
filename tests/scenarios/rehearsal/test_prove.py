"""`make prove` in an emulated account: it passes, and leaves nothing, wherever it is interrupted."""

import json
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from emulator.identity import ACCOUNT_ID
from rehearsal.account.account import Account
from rehearsal.account.control import Control
from rehearsal.prove.facts import FACTS
from rehearsal.prove.run_file import RunFile
from tests.support.rehearsal_program import RehearsalProgram
from tests.support.resources import more_resources
from tests.support.testbed import SCALE, SHORT

REGION = "us-east-1"


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    """An account that the proofs share. It is named by variables, as one on AWS would be."""
    with Account(scale=SCALE, home=tmp_path_factory.mktemp("account")) as account:
        Control(account.url).set_durations(SHORT)
        yield account


class ProveProgram(RehearsalProgram):
    """One run of `python -m rehearsal.prove` in an account that is named by --region."""

    def __init__(self, folder: Path, account: Account, *arguments: str) -> None:
        super().__init__(
            folder,
            *("--region", REGION, "--scale", str(SCALE), *arguments),
            module="rehearsal.prove",
            variables=account.environment(),
        )

    @property
    def report(self) -> dict[str, Any]:
        report: dict[str, Any] = json.loads((self.output / "report.json").read_text())
        return report


Start = Callable[..., ProveProgram]


@pytest.fixture
def start(tmp_path: Path, account: Account) -> Iterator[Start]:
    started: list[ProveProgram] = []

    def start(*arguments: str) -> ProveProgram:
        started.append(ProveProgram(tmp_path, account, *arguments))
        return started[-1]

    yield start
    for program in started:
        program.kill()


@pytest.fixture(scope="module")
def proof(tmp_path_factory: pytest.TempPathFactory, account: Account) -> Iterator[tuple[ProveProgram, set[str]]]:
    """A proof that has ended, and what it left in the account."""
    before = more_resources(account.client)
    program = ProveProgram(tmp_path_factory.mktemp("proof"), account)
    try:
        program.wait(600)
        yield program, more_resources(account.client) - before
    finally:
        program.kill()


class TestProofThatPasses:
    def test_it_ends_with_status_0_and_leaves_nothing(self, proof: tuple[ProveProgram, set[str]]) -> None:
        program, left = proof
        assert program.wait() == 0, program.stdout + program.stderr
        assert "The proof passed." in program.stdout
        assert (program.stderr, left) == ("", set())
        assert RunFile.read(program.output) is None

    def test_its_report_tells_four_executions_without_a_failed_request(
        self, proof: tuple[ProveProgram, set[str]]
    ) -> None:
        report = proof[0].report
        assert [(each["name"], each["status"]) for each in report["executions"]] == [
            ("the release", "SUCCEEDED"),
            ("the failed release", "FAILED"),
            ("the redrive", "SUCCEEDED"),
            ("the rollback", "SUCCEEDED"),
        ]
        assert (report["traffic"]["failed"], report["denials"]) == (0, [])
        assert set(report["traffic"]["answers"]) == {"v1", "v2", "v3"}

    def test_it_sees_every_fact_that_it_can_observe(self, proof: tuple[ProveProgram, set[str]]) -> None:
        found = {each["id"]: each for each in proof[0].report["facts"]}
        unseen = [fact.id for fact in FACTS if fact.observe and found[fact.id]["found"] == "not seen in this run"]
        assert (unseen, [fact for fact in found if found[fact]["agrees"] is False]) == ([], [])

    def test_its_output_has_a_statement_before_and_a_table_after(self, proof: tuple[ProveProgram, set[str]]) -> None:
        before, _, after = proof[0].stdout.partition("synthesize the stack")
        assert "It takes about" in before
        assert "It removes at the end all that it made" in before
        assert all(f"\n{fact.id}" in after for fact in FACTS)


def stack_is_being_made(program: RehearsalProgram, account: Account) -> bool:
    stacks = account.client("cloudformation").describe_stacks()["Stacks"]
    return any("BeanstalkBlueGreen-prove" in each["StackName"] for each in stacks)


def is_launching(program: RehearsalProgram, account: Account) -> bool:
    found = account.client("elasticbeanstalk").describe_environments(IncludeDeleted=False)["Environments"]
    return any(each["Status"] == "Launching" for each in found)


def in_failed_release(program: RehearsalProgram, _: Account) -> bool:
    return "CloneBlue" in program.stdout.partition("the failed release:")[2]


MOMENTS: dict[str, Callable[[RehearsalProgram, Account], bool]] = {
    "deployment": stack_is_being_made,
    "launch": is_launching,
    "release": lambda program, _: "CloneBlue" in program.stdout,
    "failed release": in_failed_release,
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_proof_that_is_killed_leaves_nothing_after_clean(account: Account, start: Start, moment: str) -> None:
    before = more_resources(account.client)
    program = start()
    program.until(lambda: MOMENTS[moment](program, account))
    program.signal(signal.SIGKILL)
    program.wait()
    assert more_resources(account.client) - before
    cleaning = start("--clean", "--yes")
    assert cleaning.wait() == 0, cleaning.stdout + cleaning.stderr
    assert more_resources(account.client) - before == set()
    assert RunFile.read(program.output) is None


def test_a_removal_that_is_killed_leaves_the_shared_bucket_after_clean_without_its_file(
    account: Account, start: Start
) -> None:
    """Only the file knows whether Elastic Beanstalk's own bucket was there before."""
    before = more_resources(account.client)
    program = start()
    program.until(lambda: is_launching(program, account))
    program.signal(signal.SIGINT)
    program.until(lambda: "stop the executions" in program.stdout)
    program.signal(signal.SIGKILL)
    program.wait()
    (program.output / "run.json").unlink()
    assert start("--clean").wait() == 0
    own = f"bucket elasticbeanstalk-{REGION}-{ACCOUNT_ID}"
    assert more_resources(account.client) - before <= {own}


def test_an_interrupted_proof_removes_what_it_made(account: Account, start: Start) -> None:
    before = more_resources(account.client)
    program = start()
    program.until(lambda: "CloneBlue" in program.stdout)
    program.signal(signal.SIGINT)
    assert program.wait() == 128 + signal.SIGINT
    assert program.stderr == "Interrupted. All programs that were started have ended.\n"
    assert (more_resources(account.client) - before, program.left_behind()) == (set(), [])
    assert program.report["traffic"]["requests"] > 0, "what was seen is kept"


def test_a_proof_beside_one_that_left_something_is_refused(account: Account, start: Start, tmp_path: Path) -> None:
    memory = RunFile(tmp_path / "output" / "run.json", "abc123", "123456789012", REGION, "2026-11-25T10:00:00+00:00")
    memory.save()
    before = more_resources(account.client)
    program = start()
    assert program.wait() == 1
    assert "Found the run abc123 of 2026-11-25T10:00:00+00:00" in program.stderr
    assert more_resources(account.client) == before


def test_without_an_account_named_the_proof_runs_in_one_of_its_own(tmp_path: Path) -> None:
    program = RehearsalProgram(tmp_path, "--scale", str(SCALE), module="rehearsal.prove")
    try:
        program.until(lambda: "bootstrap the CDK" in program.stdout)
        program.signal(signal.SIGTERM)
        assert program.wait() == 128 + signal.SIGTERM
        assert (program.left_behind(), RunFile.read(program.output)) == ([], None)
    finally:
        program.kill()
