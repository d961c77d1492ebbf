"""What the emulator gets wrong, corrected in this one place. Each correction has a test that says what AWS does."""

from rehearsal.clock import Clock
from rehearsal.corrections.invocations import Invocations
from rehearsal.corrections.registry import UnknownEmulatorError, replace
from rehearsal.faults.faults import Faults
from rehearsal.permissions import Permissions

__all__ = ["UnknownEmulatorError", "install"]


def install(clock: Clock, faults: Faults, permissions: Permissions) -> Invocations:
    """Correct the emulator, which must have been imported in its final environment; `faults` strike state machines too.

    `permissions` gets to know what every role asks for.

    Returns the count of Lambda invocations. Raises UnknownEmulatorError when the emulator is not as expected.
    """
    from rehearsal.corrections import (  # noqa: PLC0415 - they import the emulator
        authorization,
        functions,
        objects,
        provisioning,
        publishing,
        queries,
        states,
    )

    invocations = Invocations()
    replace(
        [
            *authorization.replacements(permissions),
            *functions.replacements(clock, invocations),
            *states.replacements(clock),
            *provisioning.replacements(),
            *objects.replacements(),
            *publishing.replacements(faults),
            *queries.replacements(),
        ]
    )
    return invocations
