"""The console of the account, a page for people; and what it is told of the stack."""

import http.client
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from rehearsal.account.account import ROOT

TIMEOUT_SECONDS = 20.0
RELEASE_SCHEMA = ROOT / "lambdas" / "request.schema.json"
FLEET_SCHEMA = ROOT / "lambdas" / "fleet.schema.json"
"""The console makes forms of them."""


class ConsoleError(Exception):
    """The console refuses a setting; the message is one line."""


class AccountConsole:
    """The console of the account at `account_url`.

    Every method raises ConsoleError, and OSError or http.client.HTTPException when the account does not answer.
    """

    def __init__(self, account_url: str) -> None:
        self._host = urlsplit(account_url).netloc
        self.url = f"{account_url}/_console/"
        """The address of the page."""

    def know_stack(self, machine: str, fleets: str) -> None:
        """Let the console make forms for the inputs of both state machines, given by their ARNs."""
        files = {machine: RELEASE_SCHEMA, fleets: FLEET_SCHEMA}
        self._set(input_schemas={arn: json.loads(file.read_text()) for arn, file in files.items()})

    def suggest(self, machine: str, request: Mapping[str, Any]) -> None:
        """Let the form of a state machine begin with that input."""
        self._set(example_inputs={machine: dict(request)})

    def _set(self, **settings: Any) -> None:
        connection = http.client.HTTPConnection(self._host, timeout=TIMEOUT_SECONDS)
        try:
            headers = {"Content-Type": "application/json"}
            connection.request("PUT", "/_console/api/settings", json.dumps(settings), headers)
            response = connection.getresponse()
            answer = json.loads(response.read())
        finally:
            connection.close()
        if response.status != http.client.OK:
            raise ConsoleError(answer["error"])
