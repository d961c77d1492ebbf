"""What an account costs, beside another checkout's."""

import os
import subprocess

from tools.account_cost import Cost, descendants


def test_each_figure_stands_beside_the_other_accounts_with_their_ratio() -> None:
    lines = Cost(80, 0.5, 15, 9).lines(Cost(40, 0.5, 0, 12))

    assert lines[0].split()[:3] == ["80.00", "40.00", "2.00"]
    assert lines[1].split()[:3] == ["0.50", "0.50", "1.00"]
    assert lines[2].split()[:3] == ["15.00", "0.00", "-"]


def test_the_processes_that_a_process_has_started_count() -> None:
    with subprocess.Popen(["/bin/cat"], stdin=subprocess.PIPE) as cat:
        assert cat.pid in descendants(os.getpid())
