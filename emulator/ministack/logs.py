"""Saved queries of CloudWatch Logs Insights, which the emulator lacks: made by CloudFormation, listed by Logs.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-logs-querydefinition.html
"""

import json
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from ministack.services import cloudwatch_logs

from emulator.ministack.replacement import Addition, Replacement

_LONGEST = {"Name": 255, "QueryString": 10_000}

Properties = Mapping[str, Any]
Response = tuple[int, dict[str, str], bytes]
Handle = Callable[[str, str, Mapping[str, str], bytes, Any], Awaitable[Response]]


def replacements() -> list[Replacement | Addition]:
    queries = Queries(cloudwatch_logs.handle_request)
    handlers = {"create": queries.make, "update": queries.change, "delete": queries.remove}
    formation = "ministack.services.cloudformation.provisioners"
    return [
        Replacement("ministack.services.cloudwatch_logs", "handle_request", "e453a3f37b62", queries.handle),
        Addition(formation, "_RESOURCE_HANDLERS", "AWS::Logs::QueryDefinition", handlers),
    ]


class Queries:
    """Keeps the queries and lists them; they are not run. Other calls to Logs go to the emulator."""

    def __init__(self, handle_others: Handle) -> None:
        self._handle_others = handle_others
        self._kept: dict[str, dict[str, Any]] = {}

    async def handle(self, method: str, path: str, headers: Mapping[str, str], body: bytes, query: Any) -> Response:
        """Answer a call to Logs."""
        if not headers.get("x-amz-target", "").endswith(".DescribeQueryDefinitions"):
            return await self._handle_others(method, path, headers, body, query)
        prefix = json.loads(body or b"{}").get("queryDefinitionNamePrefix", "")
        found = [each for each in self._kept.values() if each["name"].startswith(prefix)]
        return 200, {"Content-Type": "application/x-amz-json-1.1"}, json.dumps({"queryDefinitions": found}).encode()

    def make(self, _logical_id: str, properties: Properties, _stack: str) -> tuple[str, dict[str, str]]:
        """The id of a new query, and its attributes. Raises ValueError, which fails the stack."""
        return self._keep(str(uuid.uuid4()), properties)

    def change(self, identity: str, _old: Properties, new: Properties, _stack: str) -> tuple[str, dict[str, str]]:
        """In place, as all of its properties are."""
        return self._keep(identity, new)

    def remove(self, identity: str, _properties: Properties) -> None:
        self._kept.pop(identity, None)

    def _keep(self, identity: str, properties: Properties) -> tuple[str, dict[str, str]]:
        for name, longest in _LONGEST.items():
            if not 1 <= len(properties.get(name, "")) <= longest:
                raise ValueError(f"AWS::Logs::QueryDefinition wants a {name} of 1 to {longest} characters.")
        self._kept[identity] = {
            "queryDefinitionId": identity,
            "name": properties["Name"],
            "queryString": properties["QueryString"],
            "logGroupNames": properties.get("LogGroupNames", []),
            "lastModified": int(time.time() * 1000),
        }
        return identity, {"QueryDefinitionId": identity}
