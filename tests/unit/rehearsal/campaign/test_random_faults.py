"""The random plans: repeatable, and with everything that can go wrong."""

from emulator.faults import FaultKind
from rehearsal.campaign.incidents import STATES
from rehearsal.campaign.plan import BAD_BUNDLES, GOOD_BUNDLE, SNAPSHOT_INCIDENTS, STALE_SECONDS, Intervention
from rehearsal.campaign.random_faults import random_plan
from rehearsal.campaign.single_faults import STATE_MACHINE
from tests.support.campaign_runs import BASELINE


def test_the_same_seed_gives_the_same_plans_and_another_one_gives_others() -> None:
    plans = [random_plan(7, number, BASELINE) for number in range(20)]
    assert plans == [random_plan(7, number, BASELINE) for number in range(20)]
    assert plans != [random_plan(8, number, BASELINE) for number in range(20)]


def test_random_plans_have_every_kind_of_fault_bundle_and_intervention() -> None:
    plans = [random_plan(7, number, BASELINE) for number in range(300)]
    faults = [fault for plan in plans for fault in plan.faults]
    assert {fault.kind for fault in faults} == set(FaultKind)
    assert {fault.for_seconds is None for fault in faults} == {True, False}
    assert {plan.bundle for plan in plans} == {GOOD_BUNDLE, *BAD_BUNDLES}
    abort, second = Intervention.ABORT, Intervention.SECOND
    assert {tuple(each.act for each in plan.interventions if each.act in (abort, second)) for plan in plans} == {
        (), (abort,), (second,), (abort, second), (second, abort),
    }  # fmt: skip
    assert not any(fault.kind is FaultKind.KILL_AFTER and fault.function == STATE_MACHINE for fault in faults)


def test_only_reads_of_elastic_beanstalk_are_stale_in_random_plans() -> None:
    faults = [fault for number in range(300) for fault in random_plan(7, number, BASELINE).faults]
    stale = [fault for fault in faults if fault.kind is FaultKind.STALE]
    assert {(fault.service, fault.action) for fault in stale if fault.action} == {
        ("elasticbeanstalk", "DescribeEnvironments")
    }
    assert all(0 < (fault.age or 0) <= STALE_SECONDS for fault in stale)
    assert {fault.age is None for fault in faults if fault.kind is not FaultKind.STALE} == {True}


def test_interventions_are_in_the_order_of_the_states() -> None:
    for plan in (random_plan(7, number, BASELINE) for number in range(100)):
        states = BASELINE.good_states if plan.good else BASELINE.bad_states
        moments = [(states.index(each.state), each.seconds) for each in plan.interventions]
        assert moments == sorted(moments)


def test_random_plans_have_every_incident_and_at_most_one_each() -> None:
    plans = [random_plan(7, number, BASELINE) for number in range(400)]
    beside = {Intervention.ABORT, Intervention.SECOND, *SNAPSHOT_INCIDENTS}
    incidents = [[each for each in plan.interventions if each.act not in beside] for plan in plans]
    assert {len(each) for each in incidents} == {0, 1}
    drawn = [incident for each in incidents for incident in each]
    assert {(each.act, each.role) for each in drawn} == set(STATES)
    assert all(each.state in STATES[each.act, each.role] for each in drawn)
    sick = [each for each in drawn if each.act in (Intervention.SICK, Intervention.WARN)]
    assert {(each.role, each.lasts is None) for each in sick} == {("blue", False), ("green", False), ("green", True)}


def test_random_plans_strike_the_snapshot_in_every_way_also_beside_other_incidents() -> None:
    plans = [random_plan(7, number, BASELINE) for number in range(300)]
    strikes = [each for plan in plans for each in plan.interventions if each.act in SNAPSHOT_INCIDENTS]
    assert {each.act for each in strikes} == set(SNAPSHOT_INCIDENTS)
    assert any(
        {Intervention.SICK, "snapshot"}
        <= {"snapshot" if each.act in SNAPSHOT_INCIDENTS else each.act for each in plan.interventions}
        for plan in plans
    )
    faults = {(fault.kind, fault.action) for plan in plans for fault in plan.faults if fault.path}
    assert {(FaultKind.KILL_AFTER, "PutObject"), (FaultKind.SLOW, "GetObject")} <= faults


def test_only_slow_answers_have_a_delay_in_random_plans() -> None:
    faults = [fault for number in range(300) for fault in random_plan(7, number, BASELINE).faults]
    assert {fault.kind for fault in faults if fault.delay} == {FaultKind.SLOW}
    assert all(fault.delay for fault in faults if fault.kind is FaultKind.SLOW)
