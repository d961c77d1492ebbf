"""Removes what interrupted runs left in an account: `make prove ARGS=--clean`."""

from pathlib import Path

from rehearsal.prove.errors import ProofError
from rehearsal.prove.leftovers import leftovers
from rehearsal.prove.options import ProveOptions
from rehearsal.prove.removal import remove
from rehearsal.prove.run_file import RunFile
from rehearsal.prove.statement import confirm, statement_of_removal
from rehearsal.prove.target import ProofTarget, named_target
from rehearsal.report.progress import Progress


def clean(options: ProveOptions, progress: Progress) -> int:
    """Remove what runs left, found by name and by the file that remembers the last run; return 0.

    Raises ProofError, and RemovalError when something is left.
    """
    remembered = RunFile.read(options.output)
    if not options.named_account:
        return _clean_own_account(remembered, progress)
    target = named_target(options.profile, options.region, options.scale)
    found = {run: list(resources) for run, resources in leftovers(target).items()}
    if remembered and (remembered.account_id, remembered.region) == (target.account_id, target.region):
        found.setdefault(remembered.run, [])
    if not found:
        progress.say(f"Nothing of make prove is left in {target.account_id}, {target.region}.")
        return 0
    for line in statement_of_removal(target, found):
        progress.say(line)
    confirm(target, progress, yes=options.yes)
    for run in found:
        memory = remembered if remembered and remembered.run == run else _unremembered(target, run, options.output)
        remove(target, memory, progress)
    progress.say("Everything is removed.")
    return 0


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
