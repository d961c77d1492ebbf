"""The plans with a single fault: each call once with each kind of fault."""

from dataclasses import replace

from emulator.faults import FaultKind
from rehearsal.campaign.plan import BAD_BUNDLES, STALE_SECONDS
from rehearsal.campaign.single_faults import KINDS, STATE_MACHINE, call_sites, polls_left_out, single_faults
from tests.support.campaign_runs import BASELINE, GOOD


def test_every_call_is_hit_except_polls_between_the_second_and_the_last() -> None:
    numbers = [(site.function, site.number) for site in call_sites(GOOD)]
    assert numbers == [
        ("plan", 1), ("plan", 2), ("clone_blue", 1), ("await_green", 1), ("await_green", 2), ("await_green", 5),
    ]  # fmt: skip
    assert polls_left_out(GOOD) == 2


def test_every_call_is_hit_by_every_kind_of_fault_that_is_no_double() -> None:
    plans = list(single_faults(replace(BASELINE, bad=[]), BAD_BUNDLES[0]))
    reads = [site for site in call_sites(GOOD) if site.action != "CreateEnvironment"]
    # The answer to CreateEnvironment is never stale. A read has no effect after which it could fail.
    assert len(plans) == 6 * len(KINDS) - 1 - len(reads)
    after = {plan.site.action for plan in plans if plan.site and plan.faults[0].kind is FaultKind.ERROR_AFTER}
    assert after == {"CreateEnvironment"}
    assert len({plan.name for plan in plans}) == len(plans)
    assert all(plan.good and len(plan.faults) == 1 for plan in plans)


def test_the_calls_of_the_failure_branch_are_hit_while_a_bad_version_is_released() -> None:
    plans = [plan for plan in single_faults(BASELINE, "answers_only_root") if not plan.good]
    assert {plan.faults[0].function for plan in plans} == {"keep_green_live", STATE_MACHINE}
    assert {plan.bundle for plan in plans} == {"answers_only_root"}


def test_a_state_machine_is_no_process_that_can_be_killed() -> None:
    plans = [
        plan
        for plan in single_faults(BASELINE, BAD_BUNDLES[0])
        if plan.site is not None and plan.site.function == STATE_MACHINE
    ]
    assert {plan.faults[0].kind for plan in plans} == set(KINDS) - {FaultKind.KILL_AFTER, FaultKind.STALE}


def test_only_reads_of_elastic_beanstalk_have_stale_answers() -> None:
    plans = list(single_faults(BASELINE, BAD_BUNDLES[0]))
    stale = [plan for plan in plans if plan.faults[0].kind is FaultKind.STALE]
    assert {(plan.site.action, plan.faults[0].age) for plan in stale if plan.site} == {
        ("DescribeEnvironments", STALE_SECONDS)
    }
