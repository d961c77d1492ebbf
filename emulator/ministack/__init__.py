"""MiniStack, the third-party emulator, and what it gets wrong: a module or package for each AWS service.

Each correction has a test that says what AWS does.
"""

from typing import TYPE_CHECKING

from emulator.clock import Clock
from emulator.faults.faults import FaultInjector
from emulator.iam.recorder import PermissionRecorder
from emulator.messages import PublishedMessages
from emulator.ministack.lambda_invocations import InvocationCounter
from emulator.ministack.replacement import UnknownMiniStackError, install_all

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from emulator.beanstalk.security_groups import MadeGroup
    from emulator.ministack.role_sessions import RoleSessions

__all__ = ["UnknownMiniStackError", "install_corrections"]


def install_corrections(
    clock: Clock,
    faults: FaultInjector,
    permissions: PermissionRecorder,
    sessions: "RoleSessions",
    rules: dict[str, str],
    *,
    messages: PublishedMessages,
    made_groups: "Callable[[], Iterable[MadeGroup]]",
) -> InvocationCounter:
    """Correct MiniStack; return the counter of Lambda invocations. The environment must be final by now.

    `faults` strike the calls of state machines, `permissions` records the requests of roles. Rules of EventBridge start
    pipelines in `sessions`; `rules` gets the rule behind each session, `messages` each message that a topic sends.
    `made_groups` returns the security groups of environments. Raises UnknownMiniStackError when MiniStack is not the
    version that the corrections are written for.
    """
    from emulator.ministack import (  # noqa: PLC0415 - they import MiniStack, which reads the environment
        cloudformation,
        cloudwatch,
        eventbridge,
        iam,
        lambda_functions,
        logs,
        metric_queries,
        pipeline_targets,
        s3,
        security_groups,
        sns,
        stepfunctions,
    )

    invocations = InvocationCounter()
    install_all(
        [
            *iam.replacements(permissions),
            *lambda_functions.replacements(clock, invocations),
            *stepfunctions.replacements(clock),
            *cloudformation.replacements(clock),
            *cloudwatch.replacements(),
            *s3.replacements(),
            *security_groups.replacements(made_groups),
            *sns.replacements(faults, messages),
            *eventbridge.replacements(),
            *logs.replacements(),
            *pipeline_targets.replacements(sessions, rules),
            *metric_queries.replacements(),
        ]
    )
    return invocations
