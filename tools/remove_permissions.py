"""Remove each permission of each stage's role, one at a time, and check that a release ends differently.

A permission that no release misses should not be granted, unless AWS's policy has it: docs/permissions.md tells which
are granted on AWS's word alone. `make permissions` removes each permission that the emulator demands, those for the
resources of environments too; tests/scenarios/test_permissions.py removes a few.
"""

import argparse
import itertools
import sys
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

from rehearsal.testbed import synthesize
from rehearsal.wait import WaitLimitError
from tests.support.release_paths import PATHS, PathEnd
from tests.support.role_permissions import missed, roles, used, without
from tests.support.testbed import ScenarioTestbed, deployed_testbed

TESTBEDS = 4
"""Testbeds at the same time. A role lacks a permission in a whole testbed, and a release mostly waits."""

Permission = tuple[str, str]
"""A stage and an action."""


@dataclass(frozen=True)
class ReferenceRun:
    """How the release paths end with all permissions, and which path is the first to use each permission."""

    ends: Mapping[str, list[PathEnd]]
    first_uses: Mapping[Permission, str]

    def paths(self, permission: Permission) -> list[str]:
        """Return the paths that may need the permission: the first that used it, and all later ones."""
        return list(itertools.dropwhile(lambda name: name != self.first_uses[permission], self.ends))


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0 when a release misses every permission."""
    parser = argparse.ArgumentParser(prog="python -m tools.remove_permissions", allow_abbrev=False)
    parser.add_argument("stages", nargs="*", metavar="STAGE", help="only of these stages, such as swap_traffic")
    chosen: list[str] = parser.parse_args(arguments).stages
    with tempfile.TemporaryDirectory() as folder, ExitStack() as running:
        home = Path(folder)
        synthesize(home)
        testbeds = [
            running.enter_context(deployed_testbed(home / f"testbed-{number}", home / "cdk.out"))
            for number in range(TESTBEDS)
        ]
        reference = run_with_all_permissions(testbeds[0])
        removed = [each for each in reference.first_uses if not chosen or each[0] in chosen]
        return remove_each(testbeds, reference, removed)


def run_with_all_permissions(testbed: ScenarioTestbed) -> ReferenceRun:
    """Run every path, and keep which permissions it used."""
    ends: dict[str, list[PathEnd]] = {}
    first_uses: dict[Permission, str] = {}
    for name, path in PATHS.items():
        ends[name] = path(testbed)
        for stage, role in roles(testbed).items():
            for action, resource in used(testbed, role):
                if missed(stage, (action, resource)):
                    first_uses.setdefault((stage, action), name)
    return ReferenceRun(ends, first_uses)


def remove_each(testbeds: Sequence[ScenarioTestbed], reference: ReferenceRun, removed: Sequence[Permission]) -> int:
    """Return 0 when a path ends differently without each of `removed`, else 1. Prints a line for each permission."""
    free: SimpleQueue[ScenarioTestbed] = SimpleQueue()
    for testbed in testbeds:
        free.put(testbed)

    def path_without(permission: Permission) -> str | None:
        """Return the first path that ends differently without the permission, None when no path does."""
        testbed = free.get()
        try:
            stage, action = permission
            with without(testbed, roles(testbed)[stage], action):
                return next((name for name in reference.paths(permission) if ends_differently(name, testbed)), None)
        finally:
            testbed.delete_shops()
            free.put(testbed)

    def ends_differently(name: str, testbed: ScenarioTestbed) -> bool:
        try:
            return PATHS[name](testbed) != reference.ends[name]
        except (AssertionError, WaitLimitError):  # the path stopped before its end, or it has none
            return True

    superfluous = []
    with ThreadPoolExecutor(len(testbeds)) as pool:
        futures = {pool.submit(path_without, permission): permission for permission in removed}
        for number, future in enumerate(as_completed(futures), 1):
            stage, action = futures[future]
            path = future.result()
            outcome = f"needed ({path})" if path else "NOT NEEDED"
            print(f"{number:>3} of {len(futures)}  {stage}: {action}  {outcome}", flush=True)
            if path is None:
                superfluous.append(f"{stage}: {action}")
    print(f"{len(futures)} permissions were removed; not needed: {', '.join(superfluous) or 'none'}")
    return 1 if superfluous else 0


if __name__ == "__main__":
    sys.exit(main())
