"""CloudFormation: work on Lambda functions, which takes seconds, does not block other requests.

MiniStack provisions most resources on the thread that answers all requests, DNS look-ups included.
"""

from collections.abc import Callable

from ministack.services.cloudformation import stacks

from emulator.ministack.replacement import Replacement

_FUNCTIONS = "AWS::Lambda::"


def replacements() -> list[Replacement]:
    threads = ProvisioningThreads(stacks._runs_on_worker_thread)
    module = "ministack.services.cloudformation.stacks"
    return [Replacement(module, "_runs_on_worker_thread", "23955511141f", threads.runs_on_worker_thread)]


class ProvisioningThreads:
    """Decides on which thread a resource is provisioned."""

    def __init__(self, original: Callable[[str], bool]) -> None:
        self._original = original

    def runs_on_worker_thread(self, resource_type: str) -> bool:
        return resource_type.startswith(_FUNCTIONS) or self._original(resource_type)
