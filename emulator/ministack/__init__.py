"""MiniStack, the third-party emulator, and what it gets wrong: a module or package for each AWS service.

Each correction has a test that says what AWS does.
"""

from emulator.clock import Clock
from emulator.faults.faults import FaultInjector
from emulator.iam.recorder import PermissionRecorder
from emulator.ministack.lambda_invocations import InvocationCounter
from emulator.ministack.replacement import UnknownMiniStackError, install_all

__all__ = ["UnknownMiniStackError", "install_corrections"]


def install_corrections(clock: Clock, faults: FaultInjector, permissions: PermissionRecorder) -> InvocationCounter:
    """Correct MiniStack; return the counter of Lambda invocations. The environment must be final by now.

    `faults` strike the calls of state machines, `permissions` records the requests of roles. Raises
    UnknownMiniStackError when MiniStack is not the version that the corrections are written for.
    """
    from emulator.ministack import (  # noqa: PLC0415 - they import MiniStack, which reads the environment
        cloudformation,
        cloudwatch,
        eventbridge,
        iam,
        lambda_functions,
        logs,
        metric_queries,
        s3,
        sns,
        stepfunctions,
    )

    invocations = InvocationCounter()
    install_all(
        [
            *iam.replacements(permissions),
            *lambda_functions.replacements(clock, invocations),
            *stepfunctions.replacements(clock),
            *cloudformation.replacements(),
            *cloudwatch.replacements(),
            *s3.replacements(),
            *sns.replacements(faults),
            *eventbridge.replacements(),
            *logs.replacements(),
            *metric_queries.replacements(),
        ]
    )
    return invocations
