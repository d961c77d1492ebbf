"""Folders for the caches of the tools that the programs use, so that nothing is written to the home folder.

Sources: JSII_RUNTIME_PACKAGE_CACHE_ROOT in jsii's runtime; CDK_HOME in the CDK CLI, which takes the home folder from
the user database and not from HOME; https://specifications.freedesktop.org/basedir-spec/latest/ for all others.
"""

import os
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
CACHES = ROOT / "build" / "cache"
APPLICATIONS = CACHES / "applications"
"""The packages of applications that the account runs."""
JSII_NODE = ROOT / "tools" / "jsii_node.sh"
"""Node.js for jsii, with a home folder of its own: aws-cdk-lib writes to ~/.cdk, and no variable changes that."""


def cache_variables() -> dict[str, str]:
    """Return the variables that point tools at folders under build/. A value that is set already stays."""
    values = {
        "XDG_CACHE_HOME": CACHES,
        "JSII_NODE": JSII_NODE,
        "JSII_RUNTIME_PACKAGE_CACHE_ROOT": CACHES / "jsii",
        "CDK_HOME": CACHES / "cdk",
    }
    return {name: os.environ.get(name) or str(value) for name, value in values.items()}
