"""Programs that make starts leave nothing in the user's home folder."""

import subprocess
from pathlib import Path

from tests.support.make_variables import make_variables


def test_a_synthesis_leaves_the_home_folder_empty(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    command = ["cdk", "synth", "--quiet", "--output", str(tmp_path / "cdk.out")]
    subprocess.run(command, env=make_variables(home), check=True)  # noqa: S603 - as make synth does
    assert list(home.iterdir()) == []
