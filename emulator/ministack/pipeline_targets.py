"""EventBridge: a rule can start a pipeline, in the role of its target.

Source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html
MiniStack takes such a target and only logs that it cannot deliver to it.
"""

import logging
import threading
import uuid
from collections.abc import Callable
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from ministack.services import eventbridge

from emulator.ministack.replacement import Replacement
from emulator.ministack.role_sessions import RoleSessions

_PIPELINE = ":codepipeline:"
_PRINCIPAL = "events.amazonaws.com"
_log = logging.getLogger(__name__)

Json = dict[str, Any]


def replacements(sessions: RoleSessions, rules: dict[str, str]) -> list[Replacement]:
    """Return the replacement. `rules` gets the rule behind each session that starts a pipeline, by session name."""
    targets = PipelineTargets(eventbridge._invoke_target, sessions, rules)
    return [Replacement("ministack.services.eventbridge", "_invoke_target", "550e304af080", targets.invoke)]


class PipelineTargets:
    """Invokes the targets of rules."""

    def __init__(self, original: Callable[..., None], sessions: RoleSessions, rules: dict[str, str]) -> None:
        self._original = original
        self._sessions = sessions
        self._rules = rules

    def invoke(self, target: Json, event: Json, rule: Json, view: Any = None) -> None:
        """Start a pipeline, or let MiniStack invoke another target."""
        if _PIPELINE not in target.get("Arn", ""):
            self._original(target, event, rule, view)
            return
        # On a thread of its own: events come from the thread that answers all requests.
        threading.Thread(target=self._start, args=(target, rule.get("Arn", "")), daemon=True).start()

    def _start(self, target: Json, rule_arn: str) -> None:
        role, name = target.get("RoleArn", ""), target["Arn"].rpartition(":")[2]
        session = uuid.uuid4().hex
        if not self._sessions.may_assume(role, _PRINCIPAL):
            _log.warning("EventBridge could not start %s: its rule may not assume the role %s", name, role)
            return
        self._rules[session] = rule_arn
        try:
            self._sessions.client(role, session, "codepipeline").start_pipeline_execution(name=name)
        except (ClientError, BotoCoreError) as error:
            _log.warning("EventBridge could not start %s: %s", name, error)
            self._rules.pop(session, None)
