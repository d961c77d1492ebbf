"""Which resources are provisioned on a thread of their own.

MiniStack provisions most resources on the thread that answers all requests, DNS look-ups included. So work that takes
seconds, or calls the account, must have its own thread.
"""

from collections.abc import Callable, Collection

from ministack.services.cloudformation import stacks

from emulator.ministack.replacement import Replacement

_FUNCTIONS = "AWS::Lambda::"


def replacements(types: Collection[str]) -> list[Replacement]:
    """Return the replacement that gives functions, and resources of these types, a thread of their own."""
    threads = ProvisioningThreads(stacks._runs_on_worker_thread, types)
    module = "ministack.services.cloudformation.stacks"
    return [Replacement(module, "_runs_on_worker_thread", "23955511141f", threads.runs_on_worker_thread)]


class ProvisioningThreads:
    """Decides on which thread a resource is provisioned."""

    def __init__(self, original: Callable[[str], bool], types: Collection[str]) -> None:
        self._original = original
        self._types = types

    def runs_on_worker_thread(self, resource_type: str) -> bool:
        """Return whether a resource of this type is provisioned on a thread of its own."""
        return resource_type.startswith(_FUNCTIONS) or resource_type in self._types or self._original(resource_type)
