"""The branch of a Parallel state that a thread works for, and its end when another branch fails.

AWS stops all branches when one fails: https://docs.aws.amazon.com/step-functions/latest/dg/state-parallel.html
"""

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(eq=False)
class BranchScope:
    """One branch; `parent` is the branch that its Parallel state is in."""

    parent: "BranchScope | None"
    stopped: bool = False

    @property
    def over(self) -> bool:
        """Whether the branch was stopped, or one that it is in."""
        return self.stopped or (self.parent is not None and self.parent.over)


current_branch: ContextVar[BranchScope | None] = ContextVar("current_branch", default=None)
"""The branch that this thread works for, if any."""
