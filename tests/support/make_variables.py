"""The environment that make gives to the recipes of its targets."""

import os
import subprocess
from pathlib import Path


def make_variables(home: Path) -> dict[str, str]:
    """Return the environment of a recipe, for a user whose home folder is `home`."""
    command = ["make", "--no-print-directory", "--file=Makefile", "--file=-", "variables"]
    done = subprocess.run(  # noqa: S603 - this project's Makefile
        command,
        env={"PATH": os.environ["PATH"], "HOME": str(home)},
        input="variables:\n\t@env\n",
        check=True,
        capture_output=True,
        text=True,
    )
    return dict(line.split("=", 1) for line in done.stdout.splitlines() if "=" in line)
