"""The simulator's players: the real definition, and all clients in this process connected with simulated worlds."""

from collections.abc import Callable, Iterator

import pytest

from tools.simulation.cases import CASES
from tools.simulation.definition import synthesized
from tools.simulation.play import Player
from tools.simulation.transport import connected


@pytest.fixture(scope="package")
def player() -> Iterator[Callable[[str], Player]]:
    """Return the player of a case, by its name."""
    definition, functions = synthesized()
    with connected() as board:
        yield lambda name: Player(board, definition, functions, name, CASES[name])
