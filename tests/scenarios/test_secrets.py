"""Logs hold no secrets."""

import json

from emulator.identity import SECRET_KEY
from rehearsal.account.log_scan import secrets_in_logs
from tests.support.approvals import approve, question, token
from tests.support.testbed import ScenarioTestbed

HEADER = "Bearer 5f1c9c1e-of-the-health-check"
QUERY = "key=7d09b1aa-of-the-health-check"


def test_logs_hold_no_credentials_no_tokens_and_nothing_of_the_health_checks_keys(testbed: ScenarioTestbed) -> None:
    shop = testbed.open_shop()
    shop.register("bad", "does_not_start")
    assert shop.release("bad").status == "FAILED"
    arn = shop.start("v2", approval=True, health_check={"path": f"/?{QUERY}", "headers": {"Authorization": HEADER}})
    asked = question(testbed, arn)
    approve(testbed, asked)
    assert testbed.follow(arn).status == "SUCCEEDED"
    assert secrets_in_logs(testbed.account, SECRET_KEY, token(asked), HEADER, QUERY) == []


def test_a_function_that_logs_its_credentials_is_found(testbed: ScenarioTestbed) -> None:
    logs = testbed.account.client("logs")
    logs.create_log_group(logGroupName="careless")
    logs.create_log_stream(logGroupName="careless", logStreamName="one")
    event = {
        "timestamp": 1_700_000_000_000,
        "message": json.dumps({"AWS_SESSION_TOKEN": "x", "key": "ASIA" + "A" * 16}),
    }
    logs.put_log_events(logGroupName="careless", logStreamName="one", logEvents=[event])
    found = secrets_in_logs(testbed.account)
    logs.delete_log_group(logGroupName="careless")
    assert found == ["careless shows AWS_SESSION_TOKEN", "careless shows ASIAAAAAAAAAAAAAAAAA"]
