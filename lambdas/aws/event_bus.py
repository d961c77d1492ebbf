"""The bus of EventBridge that gets the events of releases."""

import json
import os
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

import boto3
from botocore.config import Config

SOURCE: Final = "beanstalk-bluegreen"
BUS: Final = "EVENT_BUS"
"""The environment variable with the name of the bus. Without it, no events are sent."""


@cache
def _client() -> Any:
    # A release waits for this call and does not need it: one try, a few seconds.
    config = Config(retries={"total_max_attempts": 1}, connect_timeout=2, read_timeout=3)
    return boto3.client("events", config=config)


def put_event(kind: str, detail: Mapping[str, Any], resource: str) -> str:
    """Send one event; return why the bus did not take it, or an empty text. Raises botocore's exceptions."""
    bus = os.environ.get(BUS)
    if not bus:
        return ""
    entry = {"Source": SOURCE, "DetailType": kind, "Detail": json.dumps(detail), "Resources": [resource]}
    (taken,) = _client().put_events(Entries=[{**entry, "EventBusName": bus}])["Entries"]
    return str(taken.get("ErrorMessage", ""))
