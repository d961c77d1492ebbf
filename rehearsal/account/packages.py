"""Where the account gets the packages of applications from."""

import os
import sys
from pathlib import Path

from emulator.beanstalk.hosting.package_cache import network_variables


def packages_environment() -> dict[str, str]:
    """Return the variables with which the account installs packages of applications: where they come from, and PATH.

    PATH ends with this program's own folder, which has Node.js.
    """
    variables = network_variables(os.environ)
    path = variables.get("PATH", os.defpath)
    return variables | {"PATH": os.pathsep.join([path, str(Path(sys.executable).parent)])}
