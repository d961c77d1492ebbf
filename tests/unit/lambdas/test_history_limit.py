"""A release waits for its turn only as long as the history of its execution has room for all that comes after."""

from lambdas.history_limit import MAX_HISTORY, POLL_EVENTS, POLL_SECONDS, TURN_SECONDS, turn_seconds
from lambdas.request import SCHEMA, completed

GOOD = {"application": "shop", "blue": "shop-prod", "version": "v2"}
LONGEST = {name: rule["maximum"] for name, rule in SCHEMA["properties"]["timeouts"]["properties"].items()}


def test_a_release_of_usual_time_outs_waits_for_hours_also_with_an_approval_of_a_week() -> None:
    for request in (GOOD, {**GOOD, "approval": True, "approval_seconds": 604_800}):
        assert turn_seconds(completed(request)) == TURN_SECONDS
    assert TURN_SECONDS / POLL_SECONDS * POLL_EVENTS < MAX_HISTORY / 5


def test_a_release_of_the_longest_time_outs_begins_soon() -> None:
    watches = {name: SCHEMA["properties"][name]["maximum"] for name in ("drain_seconds", "bake_seconds")}
    unhealthy = {"unhealthy_seconds": SCHEMA["properties"]["unhealthy_seconds"]["maximum"]}
    assert 0 <= turn_seconds(completed({**GOOD, "timeouts": LONGEST, **watches, **unhealthy})) < 120
