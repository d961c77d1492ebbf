"""Which permissions `make permissions` takes away: each that the emulator demands; and when a release misses one."""

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any, cast

import pytest

from rehearsal.wait import WaitLimitError
from tests.support.release_paths import PathEnd
from tests.support.role_permissions import missed
from tests.support.testbed import ScenarioTestbed
from tools import remove_permissions

PERMISSION = ("plan", "s3:GetObject")
END = PathEnd("SUCCEEDED", None, (), (), (), (), quoted=False, explained=False)


@pytest.mark.parametrize(
    ("stage", "action", "resource", "expected"),
    [
        ("clone_blue", "ec2:RunInstances", "*", True),
        ("clone_blue", "s3:GetObjectAcl", "arn:aws:s3:::bundles/v1.zip", True),
        ("clone_blue", "s3:ListBucket", "arn:aws:s3:::elasticbeanstalk-us-east-1-123456789012", True),
        ("write_report", "states:GetExecutionHistory", "arn:aws:states:us-east-1:123456789012:execution:a:b", False),
        ("plan", "s3:GetObject", "arn:aws:s3:::elasticbeanstalk-us-east-1-123456789012/bluegreen/snapshot", False),
        ("plan", "s3:PutObject", "arn:aws:s3:::elasticbeanstalk-1/bluegreen/begun-releases", False),
        ("swap_traffic", "s3:ListBucket", "arn:aws:s3:::records", False),
        ("hold_for_redrive", "states:SendTaskFailure", "*", False),
        ("keep_green_live", "autoscaling:DescribeScheduledActions", "*", False),
        ("swap_traffic", "autoscaling:DescribeScheduledActions", "*", True),
        ("plan", "logs:PutLogEvents", "arn:aws:logs:us-east-1:123456789012:log-group:plan", False),
    ],
)
def test_a_permission_is_taken_away_unless_no_release_can_miss_it(
    stage: str, action: str, resource: str, expected: bool
) -> None:
    assert missed(stage, (action, resource)) == expected


def stopped() -> list[PathEnd]:
    raise AssertionError("the release was refused")


def endless() -> list[PathEnd]:
    raise WaitLimitError("the release did not end")


@pytest.mark.parametrize(
    ("path", "code", "outcome"),
    [
        (lambda: [END], 1, "plan: s3:GetObject  NOT NEEDED"),
        (list, 0, "plan: s3:GetObject  needed (only)"),
        (stopped, 0, "plan: s3:GetObject  needed (only)"),
        (endless, 0, "plan: s3:GetObject  needed (only)"),
    ],
)
def test_a_permission_is_missed_by_a_release_that_ends_otherwise_or_never(
    path: Callable[[], list[PathEnd]],
    code: int,
    outcome: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    class FakeTestbed:
        def delete_shops(self) -> None:
            """Nothing was made."""

    def always(value: object) -> Callable[..., Any]:
        return lambda *_: value

    monkeypatch.setattr(remove_permissions, "PATHS", {"only": lambda _: path()})
    monkeypatch.setattr(remove_permissions, "roles", always({"plan": "role"}))
    monkeypatch.setattr(remove_permissions, "without", always(nullcontext()))
    reference = remove_permissions.ReferenceRun({"only": [END]}, {PERMISSION: "only"})
    testbed = cast("ScenarioTestbed", FakeTestbed())
    assert remove_permissions.remove_each([testbed], reference, [PERMISSION]) == code
    assert outcome in capsys.readouterr().out
