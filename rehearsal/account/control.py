"""Client of the account's control API, `/_account`: its description, names, durations, faults and permissions."""

import http.client
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from emulator.clock import Clock
from rehearsal.traffic import PATIENCE_SECONDS as USERS_PATIENCE_SECONDS
from rehearsal.traffic import DnsAnswer, NameNotResolvedError

PATIENCE_SECONDS = 20.0


class Control:
    """Asks the account at `url`. Every call raises OSError or http.client.HTTPException when the account is away."""

    def __init__(self, url: str) -> None:
        self._host = urlsplit(url).netloc

    def describe(self) -> dict[str, Any]:
        """Return what the account says about itself: scale, origin, region, account_id, proxy, beanstalk, lambda."""
        described: dict[str, Any] = self._ask("GET", "/_account")[1]
        return described

    def clock(self) -> Clock:
        """Return the account's clock."""
        described = self.describe()
        return Clock(scale=described["scale"], origin=described["origin"])

    def resolve(self, name: str) -> DnsAnswer:
        """Return the name's DNS answer. Raises NameNotResolvedError."""
        status, answer = self._ask("GET", f"/_account/resolve?name={quote(name)}", patience=USERS_PATIENCE_SECONDS)
        if status != http.client.OK:
            raise NameNotResolvedError(f"no DNS answer for {name}")
        return DnsAnswer(address=answer["address"], port=answer["port"], ttl=answer["ttl"])

    def set_durations(self, account_seconds: Mapping[str, float]) -> None:
        """Change how long things take on Elastic Beanstalk."""
        self._ask("PUT", "/_account/durations", json.dumps(dict(account_seconds)))

    def order_faults(self, *faults: Mapping[str, Any]) -> None:
        """Let these faults strike the calls of functions, in place of all that were ordered; none for peace.

        Shape: {"kind", "service", "action"?, "function"?, "call" or "for_seconds"}, see emulator.faults.
        """
        status, answer = self._ask("PUT", "/_account/faults", json.dumps([dict(fault) for fault in faults]))
        if status != http.client.OK:
            raise ValueError(answer["error"])

    def faults(self) -> list[dict[str, Any]]:
        """Return the ordered faults; `struck` in each is how many calls it has struck."""
        found: list[dict[str, Any]] = self._ask("GET", "/_account/faults")[1]
        return found

    def journal(self) -> list[dict[str, str]]:
        """Return the calls that functions made since it was cleared: {"service", "action", "function"} of each."""
        found: list[dict[str, str]] = self._ask("GET", "/_account/journal")[1]
        return found

    def clear_journal(self) -> None:
        self._ask("DELETE", "/_account/journal")

    def permissions(self) -> dict[str, list[dict[str, Any]]]:
        """Return what roles asked for, by role: {"action", "resource", "allowed", "count"} of each."""
        found: dict[str, list[dict[str, Any]]] = self._ask("GET", "/_account/permissions")[1]
        return found

    def deny(self, *denials: Mapping[str, str]) -> None:
        """Deny these actions, in place of all that were denied before; none for peace.

        Shape: {"action": "service:Action", and "role" or "function"}, see emulator.iam.recorder.
        """
        status, answer = self._ask("PUT", "/_account/denials", json.dumps(list(denials)))
        if status != http.client.OK:
            raise ValueError(answer["error"])

    def _ask(
        self, method: str, path: str, body: str | None = None, *, patience: float = PATIENCE_SECONDS
    ) -> tuple[int, Any]:
        connection = http.client.HTTPConnection(self._host, timeout=patience)
        try:
            connection.request(method, path, body)
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        finally:
            connection.close()
