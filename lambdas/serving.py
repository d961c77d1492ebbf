"""Which of the two environments should serve users: one rule, pure, over what is known of both.

docs/serving.md shows the rule as a table, generated from `should_serve`.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from lambdas.aws.environment import Environment
from lambdas.deployment import Role

SICK_STATUSES: Final = ("Degraded", "Severe")


class Fitness(StrEnum):
    """How well an environment can serve, by its health and its instances."""

    FIT = "fit"  # healthy, with enough instances
    UNFIT = "unfit"  # neither healthy nor sick, such as Warning or NoData; or with too few instances
    SICK = "sick"  # Degraded, Severe or Red


class Proof(StrEnum):
    """What is known of the version that an environment runs."""

    PROVED = "proved"  # it served users before this release, or was watched to the end
    TESTED = "tested"  # it passed its test, and the approval if one is asked for
    UNPROVED = "unproved"  # it did not come so far
    DISPROVED = "disproved"  # it failed its deployment, its test or its watch, or a person rejected it


@dataclass(frozen=True)
class Standing:
    """What is known of one environment."""

    fitness: Fitness
    proof: Proof


QUALITY: Final = {
    (Fitness.FIT, Proof.PROVED): 6,
    (Fitness.UNFIT, Proof.PROVED): 4,
    (Fitness.FIT, Proof.TESTED): 4,
    (Fitness.UNFIT, Proof.TESTED): 3,
    (Fitness.FIT, Proof.UNPROVED): 3,
    (Fitness.UNFIT, Proof.UNPROVED): 2,
    (Fitness.FIT, Proof.DISPROVED): 2,
    (Fitness.UNFIT, Proof.DISPROVED): 1,
    (Fitness.SICK, Proof.PROVED): 1,
    (Fitness.SICK, Proof.TESTED): 1,
    (Fitness.SICK, Proof.UNPROVED): 0,
    (Fitness.SICK, Proof.DISPROVED): 0,
}
"""How good an environment is for users: the higher, the better. Of two equals, users stay where they are."""


def should_serve(blue: Standing, green: Standing, live: Role) -> Role:
    """Return the environment that should serve. `live`: the one that serves now.

    Users move only to a version that is proved or tested, and only if they are better off there. A proved blue that is
    as fit as green gets them back, too: green is temporary.
    """
    here, there = (blue, green) if live == "blue" else (green, blue)
    other: Role = "green" if live == "blue" else "blue"
    if there.proof not in {Proof.PROVED, Proof.TESTED}:
        return live
    returns = live == "green" and here == there == Standing(Fitness.FIT, Proof.PROVED)
    return other if quality(there) > quality(here) or returns else live


def quality(standing: Standing) -> int:
    """Return the rank of an environment in QUALITY."""
    return QUALITY[standing.fitness, standing.proof]


def fitness(environment: Environment, accepted: tuple[str, ...], *, enough: bool = True) -> Fitness:
    """Return how well the environment can serve. `enough`: whether it has the instances that its users need."""
    if environment.healthy(accepted):
        return Fitness.FIT if enough else Fitness.UNFIT
    return Fitness.SICK if environment.healthy(SICK_STATUSES) else Fitness.UNFIT
