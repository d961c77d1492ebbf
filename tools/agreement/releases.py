"""The releases that both can play."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from tools.simulation.cases import CASES, REQUEST, ReleaseCase

DEPLOY_SECONDS: Final = 900
"""Longer than Elastic Beanstalk's own time-out of a command, 600 seconds. With the same one, a second decides."""


def _playable(case: ReleaseCase) -> bool:
    """Return whether the deployed shop and stack are as the case says: of this version, without hooks and windows."""
    return not (case.earlier or case.variables or case.window or case.rule_by_hand)


RELEASES: Final[Mapping[str, ReleaseCase]] = {
    name: replace(case, changes={**case.changes, "timeouts": {**REQUEST["timeouts"], "deploy_release": DEPLOY_SECONDS}})
    for name, case in CASES.items()
    if _playable(case)
}
"""By name. On both, functions share their looks, as they do in life."""
