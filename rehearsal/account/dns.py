"""DNS answers of the account, as the control API gives them and as traffic uses them."""

from dataclasses import dataclass

CLIENT_TIMEOUT_SECONDS = 5.0
"""Real seconds that a client waits for an answer, of DNS or of an environment.

A busy machine answers in that time; few clients in production wait less.
"""


class NameNotResolvedError(Exception):
    """The name has no DNS answer."""


@dataclass(frozen=True)
class DnsAnswer:
    """The address of a name. `ttl`: real seconds for which a client may keep the answer."""

    address: str
    port: int
    ttl: float
