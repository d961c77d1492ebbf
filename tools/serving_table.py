"""The rule of who should serve, as a table for the documents."""

from itertools import product

from lambdas.serving import Fitness, Proof, Standing, should_serve


def markdown() -> str:
    """Return a table: a row for each standing of the environment that serves, a column for each of the other one."""
    standings = [Standing(fitness, proof) for proof, fitness in product(Proof, Fitness)]
    known_good = [standing for standing in standings if standing.proof in {Proof.PROVED, Proof.TESTED}]
    lines = [
        "| serves now | " + " | ".join(f"other: {_words(other)}" for other in known_good) + " |",
        "|---|" + "---|" * len(known_good),
    ]
    for here in standings:
        cells = [_cell(here, other) for other in known_good]
        lines.append(f"| {_words(here)} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _words(standing: Standing) -> str:
    return f"{standing.proof}, {standing.fitness}"


def _cell(here: Standing, other: Standing) -> str:
    """Return whether users move, when green serves and when blue serves."""
    to_blue = should_serve(other, here, "green") == "blue"
    to_green = should_serve(here, other, "blue") == "green"
    if to_blue != to_green:
        return "to blue only" if to_blue else "to green only"
    return "move" if to_blue else "stay"
