"""What the emulator gets wrong, corrected in this one place. Each correction has a test that says what AWS does."""

from emulator.clock import Clock
from emulator.faults.faults import FaultInjector
from emulator.iam.recorder import PermissionRecorder
from emulator.ministack.lambda_invocations import InvocationCounter
from emulator.ministack.replacement import UnknownMiniStackError, replace

__all__ = ["UnknownMiniStackError", "install"]


def install(clock: Clock, faults: FaultInjector, permissions: PermissionRecorder) -> InvocationCounter:
    """Correct the emulator, which must have been imported in its final environment; `faults` strike state machines too.

    `permissions` gets to know what every role asks for.

    Returns the count of Lambda invocations. Raises UnknownMiniStackError when the emulator is not as expected.
    """
    from emulator.ministack import (  # noqa: PLC0415 - they import the emulator
        cloudformation,
        iam,
        lambda_functions,
        logs,
        s3,
        sns,
        stepfunctions,
    )

    invocations = InvocationCounter()
    replace(
        [
            *iam.replacements(permissions),
            *lambda_functions.replacements(clock, invocations),
            *stepfunctions.replacements(clock),
            *cloudformation.replacements(),
            *s3.replacements(),
            *sns.replacements(faults),
            *logs.replacements(),
        ]
    )
    return invocations
