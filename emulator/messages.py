"""The messages that the account's topics have sent, for people to read. No email leaves this machine."""

from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass
from threading import Lock
from typing import Any, Final

KEPT: Final = 200


@dataclass(frozen=True)
class PublishedMessage:
    """One message. `number` counts up; `sent`: account time in epoch seconds; `topic`: the topic's name."""

    number: int
    sent: float
    topic: str
    subject: str
    text: str


class PublishedMessages:
    """Keeps the last messages of all topics. `now` returns account time in epoch seconds. Thread-safe."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._messages: deque[PublishedMessage] = deque(maxlen=KEPT)
        self._number = 0
        self._lock = Lock()

    def add(self, topic_arn: str, subject: str, text: str) -> None:
        """Keep one message."""
        with self._lock:
            self._number += 1
            topic = topic_arn.rpartition(":")[2]
            self._messages.append(PublishedMessage(self._number, self._now(), topic, subject, text))

    def report(self) -> list[dict[str, Any]]:
        """Return the messages, newest first: "number", "sent", "topic", "subject" and "text" of each."""
        with self._lock:
            return [asdict(message) for message in reversed(self._messages)]
