"""Which permissions `make permissions` takes away: each that the emulator demands."""

import pytest

from tests.support.role_permissions import missed


@pytest.mark.parametrize(
    ("stage", "action", "resource", "expected"),
    [
        ("clone_blue", "ec2:RunInstances", "*", True),
        ("clone_blue", "s3:GetObjectAcl", "arn:aws:s3:::bundles/v1.zip", True),
        ("clone_blue", "s3:ListBucket", "arn:aws:s3:::elasticbeanstalk-us-east-1-123456789012", True),
        ("plan", "s3:GetObject", "arn:aws:s3:::elasticbeanstalk-us-east-1-123456789012/bluegreen/snapshot", False),
        ("swap_traffic", "s3:ListBucket", "arn:aws:s3:::records", False),
        ("hold_for_redrive", "states:SendTaskFailure", "*", False),
        ("plan", "logs:PutLogEvents", "arn:aws:logs:us-east-1:123456789012:log-group:plan", False),
    ],
)
def test_a_permission_is_taken_away_unless_no_release_can_miss_it(
    stage: str, action: str, resource: str, expected: bool
) -> None:
    assert missed(stage, (action, resource)) == expected
