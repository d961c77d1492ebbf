"""The cause of a failure in parts for people."""

import json
import re
from typing import Any

SENTENCES = re.compile(r"Expected (?P<expected>.+?)\. Found (?P<found>.+?)\.(?: (?P<next_step>[A-Z].*))?$", re.DOTALL)
"""How many programs write their errors: what was expected, what was found, what to do next."""
PARTS = ("expected", "found", "next_step")


def parts(error: str | None, cause: str | None) -> dict[str, Any]:
    """Return the error's name, the words of the cause, and what was expected, found and is to do, where it says so.

    The cause of a Lambda function is a JSON object with the words inside.
    """
    try:
        document = json.loads(cause or "")
    except (ValueError, RecursionError):
        document = None
    words = str(document["errorMessage"]) if isinstance(document, dict) and "errorMessage" in document else cause or ""
    match = SENTENCES.match(words)
    told: dict[str, Any] = match.groupdict() if match else dict.fromkeys(PARTS)
    if " Expected " in (told["next_step"] or ""):
        # The cause quotes another one, with a next step of its own: this one's is the last sentence.
        quoted, _, told["next_step"] = told["next_step"].rpartition(". ")
        told["found"] += f". {quoted}"
    return {"error": error or "", "words": words} | told
