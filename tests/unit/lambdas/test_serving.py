"""The rule of who should serve, over its whole domain."""

from itertools import product
from typing import Final

import pytest

from lambdas.deployment import Role
from lambdas.serving import QUALITY, Fitness, Proof, Standing, quality, should_serve

ALL: Final = [Standing(fitness, proof) for fitness, proof in product(Fitness, Proof)]
ROLES: Final[tuple[Role, ...]] = ("blue", "green")
DOMAIN: Final = [(blue, green, live) for blue, green in product(ALL, ALL) for live in ROLES]
FIT, UNFIT, SICK = Fitness
PROVED, TESTED, UNPROVED, DISPROVED = Proof


def here_and_there(blue: Standing, green: Standing, live: Role) -> tuple[Standing, Standing]:
    return (blue, green) if live == "blue" else (green, blue)


def test_the_rule_is_defined_everywhere() -> None:
    assert len(DOMAIN) == 288
    assert set(QUALITY) == set(product(Fitness, Proof))
    assert all(should_serve(*case) in ROLES for case in DOMAIN)


def test_users_never_move_to_a_version_that_is_not_proved_or_tested() -> None:
    for blue, green, live in DOMAIN:
        _, there = here_and_there(blue, green, live)
        if there.proof in {UNPROVED, DISPROVED}:
            assert should_serve(blue, green, live) == live


def test_users_never_move_to_a_worse_environment() -> None:
    for blue, green, live in DOMAIN:
        here, there = here_and_there(blue, green, live)
        if should_serve(blue, green, live) != live:
            assert quality(there) >= quality(here)


def test_users_never_move_to_a_sick_environment_from_one_that_is_not() -> None:
    for blue, green, live in DOMAIN:
        here, there = here_and_there(blue, green, live)
        if there.fitness == SICK and here.fitness != SICK:
            assert should_serve(blue, green, live) == live


def test_users_leave_a_sick_environment_for_any_known_good_one_that_is_not_sick() -> None:
    for blue, green, live in DOMAIN:
        here, there = here_and_there(blue, green, live)
        if here.fitness == SICK and there.fitness != SICK and there.proof in {PROVED, TESTED}:
            assert should_serve(blue, green, live) != live


def test_users_leave_a_disproved_version_for_a_known_good_one_that_is_not_sick() -> None:
    for blue, green, live in DOMAIN:
        here, there = here_and_there(blue, green, live)
        if here.proof == DISPROVED and there.fitness != SICK and there.proof in {PROVED, TESTED}:
            assert should_serve(blue, green, live) != live


def test_users_do_not_move_back_and_forth() -> None:
    for blue, green, live in DOMAIN:
        target = should_serve(blue, green, live)
        assert should_serve(blue, green, target) == target


def test_an_environment_that_gets_better_keeps_its_users_unless_both_are_as_good_as_can_be() -> None:
    for blue, green, live in DOMAIN:
        if should_serve(blue, green, live) == live:
            here, there = here_and_there(blue, green, live)
            for better in list(Fitness)[: list(Fitness).index(here.fitness)]:
                changed = Standing(better, here.proof)
                case = (changed, green) if live == "blue" else (blue, changed)
                assert should_serve(*case, live) == live or changed == there == Standing(FIT, PROVED)


@pytest.mark.parametrize(
    ("blue", "green", "live", "target"),
    [
        (Standing(FIT, PROVED), Standing(SICK, PROVED), "green", "blue"),  # green is sick, and blue untouched
        (Standing(FIT, PROVED), Standing(FIT, PROVED), "green", "blue"),  # both are equal: green is temporary
        (Standing(UNFIT, PROVED), Standing(UNFIT, PROVED), "green", "green"),  # no move without a gain
        (Standing(FIT, UNPROVED), Standing(SICK, PROVED), "green", "green"),  # blue is not tested yet
        (Standing(FIT, TESTED), Standing(SICK, PROVED), "green", "blue"),  # the moment of a cutover
        (Standing(UNFIT, TESTED), Standing(SICK, PROVED), "green", "blue"),
        (Standing(FIT, TESTED), Standing(UNFIT, PROVED), "green", "green"),
        (Standing(SICK, DISPROVED), Standing(UNFIT, PROVED), "blue", "green"),  # Warning is better than Severe
        (Standing(FIT, DISPROVED), Standing(FIT, PROVED), "blue", "green"),  # an alarm rings
        (Standing(FIT, DISPROVED), Standing(SICK, PROVED), "blue", "blue"),
        (Standing(FIT, TESTED), Standing(FIT, PROVED), "blue", "green"),  # the watch did not come to its end
    ],
)
def test_cases(blue: Standing, green: Standing, live: Role, target: Role) -> None:
    assert should_serve(blue, green, live) == target
