"""The campaign plans every fault, repeats what it drew by lot, and finds what is not as it must be."""

import signal
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from emulator.clock import Clock
from emulator.faults import FaultKind
from rehearsal.campaign import random_faults
from rehearsal.campaign.execution import Course, Ending
from rehearsal.campaign.options import read
from rehearsal.campaign.plan import BAD_BUNDLES, GOOD_BUNDLE, Act, Interference, Schedule, Site
from rehearsal.campaign.report import Campaign
from rehearsal.campaign.result import Result
from rehearsal.campaign.rules import violations
from rehearsal.campaign.run import Evidence
from rehearsal.campaign.single_faults import KINDS, STATE_MACHINE, Lessons, polls_left_out, single_faults, sites
from rehearsal.traffic import Request
from tests.support.program import Program

BLUE = "shop1-prod"
CNAME = f"{BLUE}.us-east-1.elasticbeanstalk.com"
CLOCK = Clock(scale=0.1, origin=1_800_000_000.0)
TESTED = CLOCK.origin + 5.0
"""The real moment at which the new version passed its test."""


def call(function: str, action: str = "DescribeEnvironments", service: str = "elasticbeanstalk") -> dict[str, str]:
    return {"service": service, "action": action, "function": function}


POLLS = [call("await_green")] * 5
GOOD = [call("plan"), call("plan"), call("clone_blue", "CreateEnvironment"), *POLLS]
BAD = [call("plan"), call("keep_green_live"), call(STATE_MACHINE, "Publish", "sns")]


LESSONS = Lessons(GOOD, BAD, ("Plan", "CloneBlue", "AwaitGreen"), ("Plan", "KeepGreenLive"))


def test_every_call_is_struck_but_of_polls_that_are_alike_only_the_first_two_and_the_last() -> None:
    numbers = [(site.function, site.number) for site in sites(GOOD)]
    assert numbers == [
        ("plan", 1), ("plan", 2), ("clone_blue", 1), ("await_green", 1), ("await_green", 2), ("await_green", 5),
    ]  # fmt: skip
    assert polls_left_out(GOOD) == 2


def test_every_call_is_struck_in_every_way() -> None:
    runs = [schedule for site, schedule in single_faults(replace(LESSONS, bad=[]), BAD_BUNDLES[0])]
    assert len(runs) == 6 * len(KINDS)
    assert len({run.name for run in runs}) == len(runs)
    assert all(run.good and len(run.faults) == 1 for run in runs)


def test_the_calls_of_the_failure_branch_are_struck_while_a_bad_version_is_released() -> None:
    runs = [schedule for _, schedule in single_faults(LESSONS, "answers_only_root") if not schedule.good]
    assert {run.faults[0].function for run in runs} == {"keep_green_live", STATE_MACHINE}
    assert {run.bundle for run in runs} == {"answers_only_root"}


def test_a_state_machine_is_no_process_that_could_be_killed() -> None:
    runs = [schedule for site, schedule in single_faults(LESSONS, BAD_BUNDLES[0]) if site.function == STATE_MACHINE]
    assert {run.faults[0].kind for run in runs} == set(KINDS) - {FaultKind.KILL_AFTER}


def test_a_poll_that_never_came_gives_way_to_the_one_before() -> None:
    poll = Site("elasticbeanstalk", "DescribeEnvironments", "await_green", number=2)
    first = poll.before()
    assert first == replace(poll, number=1)
    assert first.before() is None


def test_the_same_seed_gives_the_same_runs_and_another_one_gives_others() -> None:
    drawn = [random_faults.schedule(7, number, LESSONS) for number in range(20)]
    assert drawn == [random_faults.schedule(7, number, LESSONS) for number in range(20)]
    assert drawn != [random_faults.schedule(8, number, LESSONS) for number in range(20)]


def test_lots_hold_all_that_can_go_wrong() -> None:
    drawn = [random_faults.schedule(7, number, LESSONS) for number in range(300)]
    faults = [fault for schedule in drawn for fault in schedule.faults]
    assert {fault.kind for fault in faults} == set(FaultKind)
    assert {fault.for_seconds is None for fault in faults} == {True, False}
    assert {schedule.bundle for schedule in drawn} == {GOOD_BUNDLE, *BAD_BUNDLES}
    assert {tuple(each.act for each in schedule.people) for schedule in drawn} == {
        (), (Act.ABORT,), (Act.SECOND,), (Act.ABORT, Act.SECOND), (Act.SECOND, Act.ABORT),
    }  # fmt: skip
    assert not any(fault.kind is FaultKind.KILL_AFTER and fault.function == STATE_MACHINE for fault in faults)


def test_what_people_do_is_in_the_order_of_the_states_that_the_release_goes_through() -> None:
    for schedule in (random_faults.schedule(7, number, LESSONS) for number in range(100)):
        states = LESSONS.good_states if schedule.good else LESSONS.bad_states
        moments = [(states.index(each.state), each.seconds) for each in schedule.people]
        assert moments == sorted(moments)


def test_a_schedule_in_the_report_holds_all_that_is_needed_to_repeat_it() -> None:
    schedule = Schedule("random/1", people=(Interference(Act.ABORT, "Plan", 3),))
    assert schedule.as_dict() == {
        "name": "random/1",
        "bundle": GOOD_BUNDLE,
        "faults": [],
        "people": [{"act": "abort", "state": "Plan", "seconds": 3}],
    }


def event(number: int, kind: str, state: str | None = None) -> dict[str, Any]:
    details = {"stateExitedEventDetails": {"name": state}} if state else {}
    moment = datetime.fromtimestamp(CLOCK.origin + 10 * number, UTC)
    return {"id": number, "previousEventId": number - 1, "type": kind, "timestamp": moment, **details}


def course(*endings: Ending, role: str = "main", version: str = "r2", history: Any = ()) -> Course:
    return Course(role, f"arn:{role}", {"version": version}, endings, history)


def test_a_version_is_proved_when_it_has_passed_its_test() -> None:
    history = [event(1, "TaskSucceeded"), event(2, "TaskStateExited", "AwaitRelease"),
               event(3, "TaskSucceeded"), event(4, "TaskStateExited", "VerifyRelease")]  # fmt: skip
    assert course(history=history).proved_at(CLOCK) == CLOCK.origin + 4.0


def test_a_version_is_not_proved_by_a_test_that_was_left_by_its_catch() -> None:
    history = [event(1, "TaskFailed"), event(2, "TaskStateExited", "VerifyRelease")]
    assert course(history=history).proved_at(CLOCK) is None


SUCCEEDED = Ending("SUCCEEDED")
FAILED = Ending("FAILED", "WaitTimedOutError", "too slow")
ABORTED = Ending("ABORTED", "Stopped")
LOST = Ending("FAILED", "LockLostError", "overtaken")


def standing(**changes: Any) -> Mapping[str, Any]:
    return {"EnvironmentName": BLUE, "Status": "Ready", "CNAME": CNAME, "VersionLabel": "r2"} | changes


def asked(at: float, version: str, failure: str | None = None) -> Request:
    return Request(TESTED + at, f"{BLUE}/{version}", failure)


SERVED = [asked(-2, "r1"), asked(-1, "r1"), *(asked(at, "r2") for at in (1, 2, 3, 4))]
RELEASED = Evidence(
    schedule=Schedule("throttle/plan"),
    blue=BLUE,
    cname=CNAME,
    target="r2",
    courses=[course(SUCCEEDED)],
    requests=SERVED,
    struck=[{"kind": "throttle", "struck": 1}],
    proved={"r1": 0.0, "r2": TESTED},
    environments=[standing()],
    templates=[],
)


@pytest.mark.parametrize(
    "courses",
    [
        [course(SUCCEEDED)],
        [course(FAILED, SUCCEEDED)],
        [course(ABORTED, LOST), course(SUCCEEDED, role="second")],
        [course(FAILED, version="bad"), course(SUCCEEDED, role="correction")],
    ],
)
def test_nothing_is_found_in_a_run_that_ends_as_it_must(courses: list[Course]) -> None:
    assert violations(replace(RELEASED, courses=courses)) == []


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"requests": []}, "Nobody asked"),
        ({"requests": [asked(-2, "r1", "status 503"), *SERVED]}, "1 of 7 requests failed; the first: status 503"),
        ({"requests": [asked(-1, "r2"), *SERVED]}, "served by shop1-prod/r2, whose version was not known to be good"),
        ({"requests": [asked(1, "r3"), *SERVED]}, "served by shop1-prod/r3, whose version was not known to be good"),
        ({"requests": [asked(-2, "r1")] * 4}, "At the end users are served by shop1-prod/r1"),
        ({"courses": [course(FAILED, FAILED)]}, "The main execution did not succeed, not even redriven: FAILED"),
        ({"courses": [course(ABORTED, LOST)]}, "The main execution did not succeed"),
        ({"courses": [course(FAILED, LOST), course(SUCCEEDED)]}, "The main execution did not succeed"),
        ({"courses": [course(SUCCEEDED, version="bad"), course(SUCCEEDED)]}, "released a bad version"),
        ({"environments": [standing(), standing(EnvironmentName=f"{BLUE}-green")]}, "expected only shop1-prod"),
        ({"environments": []}, "expected only shop1-prod"),
        ({"environments": [standing(CNAME="other")]}, "shop1-prod holds other"),
        ({"environments": [standing(VersionLabel="r1")]}, "shop1-prod runs r1"),
        ({"templates": ["bluegreen-1"]}, "Saved configurations are left: bluegreen-1"),
        ({"stuck": "Expected all executions to end within 90 s."}, "Expected all executions to end"),
    ],
)
def test_what_is_not_as_it_must_be_is_found(changes: dict[str, Any], found: str) -> None:
    assert [line for line in violations(replace(RELEASED, **changes)) if found in line] != []


def campaign(*evidence: Evidence, complete: bool = True) -> Campaign:
    results = [Result.of(each, [call("plan")], took=4.0, seed=7) for each in evidence]
    return Campaign(seed=7, lessons=LESSONS, results=results, complete=complete, seconds=60.0)


def test_the_report_tells_what_was_played_and_what_was_found() -> None:
    broken = replace(RELEASED, schedule=Schedule("random/3"), templates=["left"], courses=[course(FAILED, SUCCEEDED)])
    report = campaign(RELEASED, broken, replace(RELEASED, struck=[])).report()
    assert (report["runs"], report["seed"], report["kinds"]) == (3, 7, {"throttle": 2, "random": 1})
    assert report["calls"][2] == "clone_blue: elasticbeanstalk.CreateEnvironment"
    assert report["redriven"] == ["random/3"]
    assert report["missed"] == ["throttle/plan"]
    (violation,) = report["violations"]
    assert violation["found"] == ["Saved configurations are left: left."]
    assert violation["repeat"] == "make campaign SEED=7 ARGS='--only random/3'"
    assert violation["executions"][0]["endings"][0]["error"] == "WaitTimedOutError"


def test_a_secret_in_a_log_is_told() -> None:
    careless = replace(campaign(RELEASED), secrets=["server.log shows ASIA"])
    assert careless.report()["secrets"] == ["server.log shows ASIA"]
    assert "A secret in a log: server.log shows ASIA" in careless.summary()


def test_the_summary_names_each_violation_and_how_to_repeat_it() -> None:
    text = "\n".join(campaign(RELEASED, replace(RELEASED, templates=["left"])).summary())
    assert "2 runs in 1.0 minutes, 0 of them with a redrive; violations: 1." in text
    assert "make campaign SEED=7 ARGS='--only throttle/plan'" in text
    assert "Saved configurations are left: left." in text


def test_a_campaign_that_was_cut_short_says_so() -> None:
    over = campaign(RELEASED, complete=False)
    assert over.report()["complete"] is False
    assert over.summary()[0].startswith("cut short: 1 runs")


def test_a_seed_is_drawn_when_none_is_given() -> None:
    assert read([]).seed != read([]).seed
    assert read(["--seed", "7"]).seed == 7


def test_an_interrupted_campaign_leaves_nothing_behind(tmp_path: Path) -> None:
    program = Program(tmp_path, "--accounts", "1", module="rehearsal.campaign")
    try:
        program.reaches((program.output / "account-1" / "beanstalk").exists)
        program.signal(signal.SIGINT)
        assert program.wait() == 130
        assert program.left_behind() == []
        assert program.stderr == "Interrupted. Everything that was started has ended.\n"
    finally:
        program.end()
