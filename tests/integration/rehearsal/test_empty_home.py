"""The programs write nothing to the home folder: tools keep their caches under build/."""

import os
import subprocess
import sys
from pathlib import Path

from rehearsal.account.account import ROOT
from rehearsal.account.caches import cache_variables

SYNTHESIZE = """
from pathlib import Path
from rehearsal.account.cdk import Cdk
folder = Path({folder!r})
target = {{"CDK_DEFAULT_ACCOUNT": "123456789012", "CDK_DEFAULT_REGION": "us-east-1"}}
Cdk(target, folder / "cdk.log", folder / "cdk.out").synthesize()
"""


def test_the_synthesis_leaves_the_home_folder_empty(tmp_path: Path) -> None:
    home, folder = tmp_path / "home", tmp_path / "output"
    home.mkdir()
    folder.mkdir()
    variables = {name: value for name, value in os.environ.items() if name not in cache_variables()}
    subprocess.run(  # noqa: S603 - our own
        [sys.executable, "-c", SYNTHESIZE.format(folder=str(folder))],
        cwd=ROOT,
        env={**variables, "HOME": str(home)},
        check=True,
    )
    assert list(home.rglob("*")) == []
    assert (folder / "cdk.out" / "manifest.json").exists()
