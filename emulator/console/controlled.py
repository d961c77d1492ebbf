"""Calls of the account's control API by views, in the same process."""

import json
from typing import Any

from emulator.console.view import ViewContext, ViewError
from emulator.control import ROOT


def control(context: ViewContext, method: str, name: str, document: Any = None) -> Any:
    """Return the answer of the control API to a request for `/_account/NAME`. Raises ViewError when it refuses."""
    status, answer = context.control.handle(method, f"{ROOT}/{name}", "", json.dumps(document).encode())
    if status != 200:
        raise ViewError(answer["error"], status)
    return answer
