"""When an execution can be redriven, and how long client tokens are valid. Source: the API reference."""

from emulator.ministack.stepfunctions.redrives import EVENTS_LIMIT, PERIOD_SECONDS, ClientTokens, reason_against

STOPPED = {"status": "ABORTED", "stopDate": "1970-01-01T00:00:00Z", "events": []}


def test_an_execution_can_be_redriven_for_14_days_after_its_end() -> None:
    assert reason_against(STOPPED, PERIOD_SECONDS) is None
    assert reason_against(STOPPED, PERIOD_SECONDS + 1) == "Execution redrivable period exceeded"


def test_an_execution_with_a_full_history_cannot_be_redriven() -> None:
    assert reason_against({**STOPPED, "events": [None] * (EVENTS_LIMIT - 1)}, 0) is None
    full = {**STOPPED, "events": [None] * EVENTS_LIMIT}
    assert reason_against(full, 0) == "Execution history event limit exceeded"


def test_the_last_ten_client_tokens_are_valid_for_15_minutes() -> None:
    tokens = ClientTokens()
    for number in range(11):
        tokens.add(str(number), f"date {number}", now=0)
    assert tokens.date("0", now=0) is None
    assert tokens.date("1", now=899) == "date 1"
    assert tokens.date("1", now=900) is None
    assert tokens.date(None, now=0) is None
