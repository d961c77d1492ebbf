"""EventBridge: publishes to topics without a subject, and drops messages that are not JSON.

An input transformer puts values into its template without escapes, so a value can make the message invalid.
Source: the CDK's issues on quotation marks in notifications.
"""

import json
import logging

from ministack.services import sns

from emulator.ministack.replacement import Replacement

_log = logging.getLogger(__name__)


def replacements() -> list[Replacement]:
    return [Replacement("ministack.services.eventbridge", "_dispatch_to_sns", "72c921fe20b6", deliver_to_topic)]


def deliver_to_topic(arn: str, payload: str) -> None:
    """Publish to a topic, or log why not."""
    if not _is_json(payload):
        _log.warning("EventBridge did not deliver to %s: expected JSON, found %s", arn, payload)
        return
    try:
        published = sns.publish_internal(arn, payload)
    except sns.SnsPublishError as refusal:
        _log.warning("EventBridge could not deliver to %s: %s", arn, refusal)
        return
    if published is None:
        _log.warning("EventBridge could not deliver to %s: the topic does not exist", arn)


def _is_json(payload: str) -> bool:
    """Return whether this is JSON: one value, or one value for each line of a template."""
    decoder, rest = json.JSONDecoder(), payload.strip()
    try:
        while rest:
            _, end = decoder.raw_decode(rest)
            rest = rest[end:].lstrip()
    except ValueError:
        return False
    return True
