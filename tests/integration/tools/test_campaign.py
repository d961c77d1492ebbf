"""The campaign as a program."""

import signal
from pathlib import Path

from tests.support.rehearsal_program import RehearsalProgram


def test_an_interrupted_campaign_leaves_nothing_behind(tmp_path: Path) -> None:
    program = RehearsalProgram(tmp_path, "--only", "random", "--accounts", "1", module="tools.campaign")
    try:
        program.until((program.output / "account-1" / "beanstalk").exists)
        program.signal(signal.SIGINT)
        assert program.wait() == 130
        assert program.left_behind() == []
        assert program.stderr == "Interrupted. All programs that were started have ended.\n"
    finally:
        program.kill()
