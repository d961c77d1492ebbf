"""The CDK app itself, as the CDK CLI runs it."""

import os
import subprocess
import sys


def test_the_app_shows_all_wrong_settings_without_a_traceback() -> None:
    command = [sys.executable, "-W", "error", "app.py"]
    environment = {**os.environ, "ENV": "1", "CDK_CONTEXT_JSON": '{"slow_minutes": "soon"}'}
    app = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    assert app.returncode == 1
    assert "Expected -c env= (or ENV)" in app.stderr
    assert "Expected -c slow_minutes=" in app.stderr
    assert "Traceback" not in app.stderr
