"""Client of the account's control API, `/_account`: its description, names, durations, faults and permissions."""

import http.client
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from emulator.clock import Clock
from rehearsal.account.dns import CLIENT_TIMEOUT_SECONDS, DnsAnswer, NameNotResolvedError

TIMEOUT_SECONDS = 20.0
"""Real seconds for an answer of the control API."""


class Control:
    """Calls the control API of the account at `url`.

    Every method raises OSError or http.client.HTTPException when the account does not answer.
    """

    def __init__(self, url: str) -> None:
        self._host = urlsplit(url).netloc

    def describe(self) -> dict[str, Any]:
        """Return the account's description: scale, origin, region, account_id, proxy, beanstalk, lambda."""
        described: dict[str, Any] = self._call("GET", "/_account")[1]
        return described

    def clock(self) -> Clock:
        """Return the account's clock."""
        described = self.describe()
        return Clock(scale=described["scale"], origin=described["origin"])

    def resolve(self, name: str) -> DnsAnswer:
        """Return the name's DNS answer. Raises NameNotResolvedError."""
        status, answer = self._call("GET", f"/_account/resolve?name={quote(name)}", seconds=CLIENT_TIMEOUT_SECONDS)
        if status != http.client.OK:
            raise NameNotResolvedError(f"no DNS answer for {name}")
        return DnsAnswer(address=answer["address"], port=answer["port"], ttl=answer["ttl"])

    def logs(self, environment: str) -> dict[str, dict[str, list[str]]]:
        """Return the last lines of the logs `engine` and `application` of each instance of an environment."""
        logs: dict[str, dict[str, list[str]]] = self._call("GET", f"/_account/logs?environment={quote(environment)}")[1]
        return logs

    def set_durations(self, account_seconds: Mapping[str, float]) -> None:
        """Change how long operations take on Elastic Beanstalk. Shape: {"launch": 240, ...}, in account seconds."""
        self._call("PUT", "/_account/durations", json.dumps(dict(account_seconds)))

    def set_switches(self, **switches: str) -> None:
        """Choose how Elastic Beanstalk behaves where AWS does not always behave the same.

        `failed_launch`: `ready` or `terminated`. `launched_health`: `ok` or `pending`.
        `label_during_update`: `new` or `old`.
        Raises ValueError for another name or value.
        """
        status, answer = self._call("PUT", "/_account/switches", json.dumps(switches))
        if status != http.client.OK:
            raise ValueError(answer["error"])

    def set_capacity(self, **capacity: Any) -> None:
        """Limit what each instance of every environment can take; no limits remove all.

        `requests_per_second`, `concurrent_requests`: in real seconds. `environments`: other limits by environment.
        Raises ValueError for another name or value.
        """
        status, answer = self._call("PUT", "/_account/capacity", json.dumps(capacity))
        if status != http.client.OK:
            raise ValueError(answer["error"])

    def set_impairments(self, environments: Mapping[str, Mapping[str, Any]]) -> None:
        """Let instances of environments, by name or id, be impaired; an empty object ends all impairments.

        Shape: {environment: {"status": HTTP error, "warning": true, "for_seconds": account seconds}}, each optional.
        Raises ValueError for another name or value.
        """
        document = {environment: dict(each) for environment, each in environments.items()}
        status, answer = self._call("PUT", "/_account/impairments", json.dumps(document))
        if status != http.client.OK:
            raise ValueError(answer["error"])

    def set_stale_reads(self, seconds: float, seed: int = 0) -> None:
        """Let each Describe call of Elastic Beanstalk answer as of up to so many account seconds ago; 0 ends that.

        Each call draws its own age; the same seed draws the same ages. Raises ValueError for another value.
        """
        status, answer = self._call("PUT", "/_account/stale-reads", json.dumps({"seconds": seconds, "seed": seed}))
        if status != http.client.OK:
            raise ValueError(answer["error"])

    def set_retry_jitter(self, share: float | None) -> None:
        """Let executions wait for this share of each delay with jitter; None draws it, as AWS does.

        Raises ValueError for another value.
        """
        status, answer = self._call("PUT", "/_account/retry-jitter", json.dumps({"share": share}))
        if status != http.client.OK:
            raise ValueError(answer["error"])

    def add_fault(self, fault: Mapping[str, Any]) -> None:
        """Add a fault; the others go on. Raises ValueError for a fault of another shape."""
        status, answer = self._call("POST", "/_account/faults", json.dumps(dict(fault)))
        if status != http.client.OK:
            raise ValueError(answer["error"])

    def remove_fault(self, fault: Mapping[str, Any]) -> None:
        """End a fault; the others go on. A call that it holds goes on, too. Raises ValueError for another shape."""
        status, answer = self._call("DELETE", "/_account/faults", json.dumps(dict(fault)))
        if status != http.client.OK:
            raise ValueError(answer["error"])

    def set_faults(self, *faults: Mapping[str, Any]) -> None:
        """Replace the faults that the calls of functions meet; no faults remove all.

        Shape: {"kind", "service", "action"?, "function"?, "call" or "for_seconds", "age"?}, see emulator.faults.
        `age`: for the kind `stale`, in account seconds.
        Raises ValueError for a fault of another shape.
        """
        status, answer = self._call("PUT", "/_account/faults", json.dumps([dict(fault) for fault in faults]))
        if status != http.client.OK:
            raise ValueError(answer["error"])

    def faults(self) -> list[dict[str, Any]]:
        """Return the faults that are set. `struck` in each: how many calls it has hit."""
        found: list[dict[str, Any]] = self._call("GET", "/_account/faults")[1]
        return found

    def journal(self) -> list[dict[str, str]]:
        """Return the calls that functions made since the journal was cleared: {"service", "action", "function"}."""
        found: list[dict[str, str]] = self._call("GET", "/_account/journal")[1]
        return found

    def clear_journal(self) -> None:
        """Forget all calls in the journal."""
        self._call("DELETE", "/_account/journal")

    def permissions(self) -> dict[str, list[dict[str, Any]]]:
        """Return the permissions that each role asked for: {"action", "resource", "allowed", "count"}, by role."""
        found: dict[str, list[dict[str, Any]]] = self._call("GET", "/_account/permissions")[1]
        return found

    def deny(self, *denials: Mapping[str, str]) -> None:
        """Replace the actions that are denied; no denials remove all.

        Shape: {"action": "service:Action", and "role" or "function"}, see emulator.iam.recorder.
        Raises ValueError for a denial of another shape.
        """
        status, answer = self._call("PUT", "/_account/denials", json.dumps(list(denials)))
        if status != http.client.OK:
            raise ValueError(answer["error"])

    def _call(
        self, method: str, path: str, body: str | None = None, *, seconds: float = TIMEOUT_SECONDS
    ) -> tuple[int, Any]:
        connection = http.client.HTTPConnection(self._host, timeout=seconds)
        try:
            connection.request(method, path, body)
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        finally:
            connection.close()
