"""The account checks MiniStack when it starts."""

from pathlib import Path

import pytest

from rehearsal.account.account import ROOT, Account, AccountError


def test_the_account_does_not_start_with_a_ministack_that_has_changed(tmp_path: Path) -> None:
    change = "import ministack.services.stepfunctions as s; s._execute_task = s._execute_pass"
    run = "import runpy, sys; sys.argv = sys.argv[2:]; runpy.run_module('emulator.server', run_name='__main__')"
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nexec {ROOT}/.venv-emulator/bin/python -c "{change}; {run}" "$@"\n')
    python.chmod(0o755)
    with pytest.raises(AccountError, match=r"stepfunctions\._execute_task has changed") as refused:
        Account(home=tmp_path / "home", python=python).start()
    assert len(str(refused.value).splitlines()) == 1
