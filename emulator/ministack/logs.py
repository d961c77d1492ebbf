"""CloudWatch Logs: saved queries of Logs Insights. CloudFormation makes them, Logs lists them; they cannot be run.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-logs-querydefinition.html
"""

import json
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from ministack.services import cloudwatch_logs

from emulator.ministack.replacement import Addition, Replacement

_MAX_LENGTHS = {"Name": 255, "QueryString": 10_000}

Properties = Mapping[str, Any]
Response = tuple[int, dict[str, str], bytes]
Handle = Callable[[str, str, Mapping[str, str], bytes, Any], Awaitable[Response]]


def replacements() -> list[Replacement | Addition]:
    queries = QueryDefinitions(cloudwatch_logs.handle_request)
    handlers = {"create": queries.create, "update": queries.update, "delete": queries.delete}
    provisioners = "ministack.services.cloudformation.provisioners"
    return [
        Replacement("ministack.services.cloudwatch_logs", "handle_request", "e453a3f37b62", queries.handle),
        Addition(provisioners, "_RESOURCE_HANDLERS", "AWS::Logs::QueryDefinition", handlers),
    ]


class QueryDefinitions:
    """Stores saved queries and lists them. MiniStack answers all other calls of Logs."""

    def __init__(self, original: Handle) -> None:
        self._original = original
        self._queries: dict[str, dict[str, Any]] = {}

    async def handle(self, method: str, path: str, headers: Mapping[str, str], body: bytes, query: Any) -> Response:
        """Answer a call of Logs."""
        if not headers.get("x-amz-target", "").endswith(".DescribeQueryDefinitions"):
            return await self._original(method, path, headers, body, query)
        prefix = json.loads(body or b"{}").get("queryDefinitionNamePrefix", "")
        found = [each for each in self._queries.values() if each["name"].startswith(prefix)]
        return 200, {"Content-Type": "application/x-amz-json-1.1"}, json.dumps({"queryDefinitions": found}).encode()

    def create(self, _logical_id: str, properties: Properties, _stack: str) -> tuple[str, dict[str, str]]:
        """Store a new query; return its id and attributes. Raises ValueError, which fails the stack."""
        return self._store(str(uuid.uuid4()), properties)

    def update(self, identity: str, _old: Properties, new: Properties, _stack: str) -> tuple[str, dict[str, str]]:
        """Replace a query in place, for a change of any property. Raises ValueError, which fails the stack."""
        return self._store(identity, new)

    def delete(self, identity: str, _properties: Properties) -> None:
        self._queries.pop(identity, None)

    def _store(self, identity: str, properties: Properties) -> tuple[str, dict[str, str]]:
        for name, length in _MAX_LENGTHS.items():
            if not 1 <= len(properties.get(name, "")) <= length:
                raise ValueError(f"Expected an AWS::Logs::QueryDefinition with a {name} of 1 to {length} characters.")
        self._queries[identity] = {
            "queryDefinitionId": identity,
            "name": properties["Name"],
            "queryString": properties["QueryString"],
            "logGroupNames": properties.get("LogGroupNames", []),
            "lastModified": int(time.time() * 1000),
        }
        return identity, {"QueryDefinitionId": identity}
