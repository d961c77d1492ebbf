"""Every make target has a line in the help, and keeps caches in this folder."""

import re
from pathlib import Path

from tests.support.make_variables import make_variables

MAKEFILE = Path("Makefile").read_text()
TARGETS = set(re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE))
CACHES = {
    "CDK_HOME",
    "HYPOTHESIS_STORAGE_DIRECTORY",
    "JSII_RUNTIME_PACKAGE_CACHE_ROOT",
    "PIP_CACHE_DIR",
    "RUSTUP_HOME",
    "XDG_CACHE_HOME",
}


def test_caches_are_in_this_folder(tmp_path: Path) -> None:
    variables = make_variables(home=tmp_path)
    cache = Path("build/cache").resolve()
    assert {name: value for name, value in variables.items() if value.startswith(str(cache))}.keys() == CACHES


def test_clean_removes_the_caches() -> None:
    (recipe,) = re.findall(r"^clean:.*\n\t(.+)$", MAKEFILE, re.MULTILINE)
    assert {"build", ".hypothesis", ".mypy_cache", ".pytest_cache", ".ruff_cache"} <= set(recipe.split())


def test_every_target_has_a_line_in_the_help() -> None:
    helped = set(re.findall(r"^([a-z]+):.*## ", MAKEFILE, re.MULTILINE))
    assert helped == TARGETS


def test_every_target_is_phony() -> None:
    (listed,) = re.findall(r"^\.PHONY: ((?:.*\\\n)*.*)$", MAKEFILE, re.MULTILINE)
    assert set(listed.replace("\\", "").split()) == TARGETS
