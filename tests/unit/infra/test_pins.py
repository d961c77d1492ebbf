"""What ships is pinned with hashes, in the versions that it is tested with."""

import re
from pathlib import Path

import pytest

SHIPPED = [Path("lambdas/requirements.txt"), Path("trigger/requirements.txt")]
PIN = re.compile(r"([a-z0-9.-]+)(?:\[[a-z]+\])?==([0-9a-z.]+)")


def pins(file: Path) -> dict[str, str]:
    """The versions by name, whatever stands behind them."""
    return {found[1]: found[2] for line in requirements(file) if (found := PIN.match(line))}


def requirements(file: Path) -> list[str]:
    joined = file.read_text().replace("\\\n", " ")
    return [line for line in joined.splitlines() if line.strip() and not line.startswith(("#", "-r"))]


@pytest.mark.parametrize("file", SHIPPED, ids=str)
def test_every_package_that_ships_is_pinned_with_a_hash(file: Path) -> None:
    for line in requirements(file):
        assert re.fullmatch(PIN.pattern + r"(\s+--hash=sha256:[0-9a-f]{64})+", line), line


@pytest.mark.parametrize("file", SHIPPED, ids=str)
def test_what_ships_is_what_is_tested(file: Path) -> None:
    tested = pins(Path("requirements.txt"))
    shipped = pins(file)
    assert shipped.keys() & tested.keys()
    assert {name: shipped[name] for name in shipped.keys() & tested.keys()} == {
        name: tested[name] for name in shipped.keys() & tested.keys()
    }


def test_the_layer_and_the_image_ship_the_same_versions_of_the_same_packages() -> None:
    layer, image = map(pins, SHIPPED)
    assert {name for name in layer.keys() & image.keys() if layer[name] != image[name]} == set()


@pytest.mark.parametrize(
    "name", ["requirements-audit.txt", "requirements-dev.txt", "emulator/requirements.txt", "requirements.txt"]
)
def test_what_does_not_ship_is_pinned_too(name: str) -> None:
    for line in requirements(Path(name)):
        assert re.search(r"[^=]==[0-9]", line), line
