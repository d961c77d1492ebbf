"""Lambda functions in the emulated account."""

import json
import textwrap
import uuid
from typing import Any

from tests.support.roles import UNRESTRICTED_ROLE
from tests.support.source_bundles import packed


class Functions:
    """Makes and invokes functions; each acts in the unrestricted role."""

    def __init__(self, client: Any) -> None:
        self.client = client

    def make(self, code: str, *, timeout: int = 10, name: str | None = None, **settings: Any) -> str:
        """Make a function from a module `app` with a `handler`; return the function's name."""
        name = name or f"f{uuid.uuid4().hex[:8]}"
        self.client.create_function(
            FunctionName=name,
            Runtime="python3.13",
            Role=UNRESTRICTED_ROLE,
            Handler="app.handler",
            Timeout=timeout,
            Code={"ZipFile": packed({"app.py": textwrap.dedent(code)})},
            **settings,
        )
        return name

    def failure(self, code: str, *, timeout: int = 10) -> dict[str, Any]:
        """Invoke a new function that must fail; return its error response."""
        answer = self.client.invoke(FunctionName=self.make(code, timeout=timeout))
        assert answer["FunctionError"] == "Unhandled"
        failure: dict[str, Any] = json.load(answer["Payload"])
        return failure

    def result(self, code: str, event: Any = None) -> Any:
        """Invoke a new function that must succeed; return its result."""
        answer = self.client.invoke(FunctionName=self.make(code), Payload=json.dumps(event))
        assert "FunctionError" not in answer
        return json.load(answer["Payload"])
