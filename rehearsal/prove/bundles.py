"""The source bundles of the proof: three versions of one small application."""

import io
import zipfile
from pathlib import Path

VERSION_HEADER = "X-Prove-Version"
FAILS_PROPERTY = "PROVE_FAILS"
APPLICATION = Path(__file__).parent / "bundle" / "application.py"
PROCFILE = "web: python3 application.py\n"
FAILING_COMMAND = f"""container_commands:
  01_fail_when_told:
    command: test "${{{FAILS_PROPERTY}:-no}}" != yes
"""
"""On AWS the deployment fails in this command. The emulated account runs none, and the application does not start.

Source: https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/customize-containers-ec2.html, container commands: they
have the environment properties as variables.
"""


def source_bundle(version: str, *, fails_when_told: bool = False) -> bytes:
    """Return the bundle of a version as a zip. `fails_when_told`: it fails where PROVE_FAILS is yes."""
    files = {"application.py": APPLICATION.read_text(), "Procfile": PROCFILE, "version.txt": f"{version}\n"}
    if fails_when_told:
        files |= {"fails_when_told": "", ".ebextensions/fail.config": FAILING_COMMAND}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(files):
            archive.writestr(zipfile.ZipInfo(path), files[path])
    return packed.getvalue()
