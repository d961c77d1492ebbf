"""SNS, as Step Functions and EventBridge meet it: what it refuses to publish, and what EventBridge hands to it.

Sources: answers of AWS itself; the CDK's issues on quotation marks in notifications.
"""

import json
import logging
from collections.abc import Callable
from typing import Any

from ministack.services import sns

from emulator.clock import Clock
from emulator.ministack.replacement import Replacement

MAXIMUM_SUBJECT = 100
"""In UTF-16 code units."""

Publish = Callable[..., Any]

_log = logging.getLogger(__name__)


def replacements(_: Clock) -> list[Replacement]:
    return [
        Replacement("ministack.services.sns", "publish_internal", "f979fc53e1eb", Topics(sns.publish_internal).publish),
        Replacement("ministack.services.eventbridge", "_dispatch_to_sns", "72c921fe20b6", deliver),
    ]


class Topics:
    """Topics, which refuse subjects that do not fit into an email's."""

    def __init__(self, publish: Publish) -> None:
        self._publish = publish

    def publish(self, arn: str, message: Any, subject: str = "", **more: Any) -> Any:
        """Publish; None when there is no such topic. Raises the emulator's SnsPublishError."""
        too_long = len(subject.encode("utf-16-le")) // 2 > MAXIMUM_SUBJECT
        if too_long or any(character < " " for character in subject):
            raise sns.SnsPublishError("InvalidParameter", "Invalid parameter: Subject")
        return self._publish(arn, message, subject, **more)


def deliver(arn: str, payload: str) -> None:
    """EventBridge publishes without a subject, and drops what is no JSON: it puts values into texts unescaped."""
    if not _is_json(payload):
        _log.warning("EventBridge did not deliver to %s what is no JSON: %s", arn, payload)
        return
    try:
        published = sns.publish_internal(arn, payload)
    except sns.SnsPublishError as refusal:
        _log.warning("EventBridge could not deliver to %s: %s", arn, refusal)
        return
    if published is None:
        _log.warning("EventBridge could not deliver to %s, which does not exist", arn)


def _is_json(payload: str) -> bool:
    """Whether this is one JSON value or, from a template of several lines, one after the other."""
    decoder, rest = json.JSONDecoder(), payload.strip()
    try:
        while rest:
            _, end = decoder.raw_decode(rest)
            rest = rest[end:].lstrip()
    except ValueError:
        return False
    return True
