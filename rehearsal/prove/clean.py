"""Removes what interrupted runs left in an account: `make prove ARGS=--clean`."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from rehearsal.prove.errors import ProofError
from rehearsal.prove.leftovers import begins, leftovers
from rehearsal.prove.options import ProveOptions
from rehearsal.prove.removal import remove
from rehearsal.prove.run_file import RunFile
from rehearsal.prove.statement import confirm, statement_of_removal
from rehearsal.prove.target import ProofTarget, named_target
from rehearsal.report.progress import Progress

LONGEST_RUN: Final = timedelta(hours=6)
"""A run takes 90 minutes on AWS, and some hours when everything is slow."""


def clean(options: ProveOptions, progress: Progress) -> int:
    """Remove what runs left, found by name and by the file that remembers the last run; return 0.

    With `--yes` it leaves a run of another folder alone that may still go on. Raises ProofError then, and RemovalError
    when something is left.
    """
    remembered = RunFile.read(options.output)
    if not options.named_account:
        return _clean_own_account(remembered, progress)
    target = named_target(options.profile, options.region, options.scale)
    found = {run: list(resources) for run, resources in leftovers(target).items()}
    if remembered and (remembered.account_id, remembered.region) == (target.account_id, target.region):
        found.setdefault(remembered.run, [])
    if options.run:
        found = {run: resources for run, resources in found.items() if run == options.run}
    if not found:
        progress.say(f"Nothing of {_sought(options)} is left in {target.account_id}, {target.region}.")
        return 0
    own = {remembered.run} if remembered else set()
    spared = set() if options.run or not options.yes else _perhaps_running(target, set(found) - own)
    _remove({run: found[run] for run in found if run not in spared}, options, remembered, target, progress)
    _require_all_removed(spared)
    return 0


def _sought(options: ProveOptions) -> str:
    return f"the run {options.run}" if options.run else "make prove"


def _perhaps_running(target: ProofTarget, runs: set[str]) -> set[str]:
    """Return the runs that began in the last LONGEST_RUN, or of which nothing tells when they began."""
    began, now = begins(target), datetime.fromtimestamp(time.time(), UTC)
    return {run for run in runs if run not in began or now - began[run] < LONGEST_RUN}


def _require_all_removed(spared: set[str]) -> None:
    """Raise ProofError when runs were left alone."""
    if spared:
        raise ProofError(
            f"Expected runs that have ended. Found {', '.join(sorted(spared))}, of another folder or machine. By the"
            f" date of its roles, it began in the last {LONGEST_RUN.total_seconds() / 3600:g} hours, so a colleague may"
            ' still run it. It was left alone. To remove it, ask its owner, then run make prove with ARGS="--clean'
            f' --run {min(spared)}", or without --yes.'
        )


def _remove(
    found: Mapping[str, list[str]],
    options: ProveOptions,
    remembered: RunFile | None,
    target: ProofTarget,
    progress: Progress,
) -> None:
    """Remove these runs, after a yes."""
    if not found:
        return
    for line in statement_of_removal(target, found):
        progress.say(line)
    confirm(target, progress, yes=options.yes)
    for run in found:
        memory = remembered if remembered and remembered.run == run else _unremembered(target, run, options.output)
        remove(target, memory, progress)
    progress.say("Everything is removed." if len(found) > 1 else f"The run {min(found)} is removed.")


def _clean_own_account(remembered: RunFile | None, progress: Progress) -> int:
    """Forget a run in an account that ended with its program. Raises ProofError when the run was elsewhere."""
    if remembered and not remembered.own_account:
        raise ProofError(
            f"Expected --region, and --profile if you use one: the run {remembered.run} is in the account"
            f" {remembered.account_id}, in {remembered.region}. Found neither. Name them and run again."
        )
    if remembered:
        remembered.delete()
    progress.say("The account on this machine ended with its program, so nothing is left in it.")
    return 0


def _unremembered(target: ProofTarget, run: str, folder: Path) -> RunFile:
    """Return the memory of a run that another folder or machine remembers."""
    path = folder / f"run-{run}.json"
    return RunFile(path=path, run=run, account_id=target.account_id, region=target.region, began="unknown")
