"""Take every permission away from every stage's role, one at a time, and see that a release ends otherwise.

`python -m tools.remove_permissions` (make permissions); a slice of it is in tests/scenarios/test_permissions.py.
"""

import itertools
import sys
import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

from tests.support.courses import COURSES, Ending
from tests.support.grants import UNUSED, roles, used, without
from tests.support.staging import staged, synthesize
from tests.support.testbed import Testbed

TESTBEDS = 4
"""Accounts at the same time: what a role lacks, it lacks in the whole of one, and a release mostly waits."""

Permission = tuple[str, str]
"""A stage and an action."""


@dataclass(frozen=True)
class ReferenceRun:
    """How the courses end undisturbed, and by which of them each permission has been used for the first time."""

    endings: Mapping[str, list[Ending]]
    uses: Mapping[Permission, str]

    def courses(self, permission: Permission) -> list[str]:
        """Those that may miss the permission: the one that used it first, and all behind it."""
        return list(itertools.dropwhile(lambda name: name != self.uses[permission], self.endings))


def main() -> int:
    with tempfile.TemporaryDirectory() as folder, ExitStack() as running:
        home = Path(folder)
        synthesize(home)
        testbeds = [
            running.enter_context(staged(home / f"testbed-{number}", home / "cdk.out")) for number in range(TESTBEDS)
        ]
        return remove_each(testbeds, run_with_all_permissions(testbeds[0]))


def run_with_all_permissions(testbed: Testbed) -> ReferenceRun:
    """Let every course run with all permissions."""
    endings: dict[str, list[Ending]] = {}
    uses: dict[Permission, str] = {}
    for name, course in COURSES.items():
        endings[name] = course(testbed)
        for stage, role in roles(testbed).items():
            for action, _ in used(testbed, role):
                if action not in UNUSED:
                    uses.setdefault((stage, action), name)
    return ReferenceRun(endings, uses)


def remove_each(testbeds: list[Testbed], reference: ReferenceRun) -> int:
    """Return 0 when nothing may be missing."""
    free: SimpleQueue[Testbed] = SimpleQueue()
    for testbed in testbeds:
        free.put(testbed)

    def missed_in(permission: Permission) -> str | None:
        """The course that ended otherwise, if any did."""
        testbed = free.get()
        try:
            stage, action = permission
            with without(testbed, roles(testbed)[stage], action):
                return next((name for name in reference.courses(permission) if otherwise(name, testbed)), None)
        finally:
            testbed.close()
            free.put(testbed)

    def otherwise(name: str, testbed: Testbed) -> bool:
        try:
            return COURSES[name](testbed) != reference.endings[name]
        except AssertionError:  # it did not even come to its point
            return True

    superfluous = []
    with ThreadPoolExecutor(len(testbeds)) as pool:
        futures = {pool.submit(missed_in, permission): permission for permission in reference.uses}
        for number, future in enumerate(as_completed(futures), 1):
            stage, action = futures[future]
            course = future.result()
            print(
                f"{number:>3} of {len(futures)}  {stage}: {action}  "
                + (f"missed ({course})" if course else "NOT MISSED"),
                flush=True,
            )
            if course is None:
                superfluous.append(f"{stage}: {action}")
    print(f"{len(futures)} permissions were taken away; not missed: {', '.join(superfluous) or 'none'}")
    return 1 if superfluous else 0


if __name__ == "__main__":
    sys.exit(main())
