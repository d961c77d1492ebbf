"""CloudFormation: functions that are being made or changed, which takes seconds, hold nothing else in the account up.

The emulator does most of CloudFormation's work on the thread that answers every request, DNS look-ups among them.
"""

from collections.abc import Callable

from ministack.services.cloudformation import stacks

from emulator.ministack.replacement import Replacement

_FUNCTIONS = "AWS::Lambda::"


def replacements() -> list[Replacement]:
    provisioning = Provisioning(stacks._runs_on_worker_thread)
    module = "ministack.services.cloudformation.stacks"
    return [Replacement(module, "_runs_on_worker_thread", "23955511141f", provisioning.runs_on_a_thread_of_its_own)]


class Provisioning:
    """Says where the work on a resource is done."""

    def __init__(self, others: Callable[[str], bool]) -> None:
        self._others = others

    def runs_on_a_thread_of_its_own(self, resource_type: str) -> bool:
        return resource_type.startswith(_FUNCTIONS) or self._others(resource_type)
