"""Proves the product in an account, from the statement to the removal."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from rehearsal.account.account import Account
from rehearsal.prepare import require_space
from rehearsal.prove.errors import ProofError, RemovalError
from rehearsal.prove.names import RunNames, new_run
from rehearsal.prove.options import DEFAULT_SCALE, ProveOptions
from rehearsal.prove.proof_evidence import ProofEvidence
from rehearsal.prove.proof_report import compose, problems, summary, table
from rehearsal.prove.proof_run import STOPPING, ProofRun
from rehearsal.prove.removal import remove
from rehearsal.prove.run_file import FILE_NAME, RunFile
from rehearsal.prove.statement import confirm, statement
from rehearsal.prove.storage import storage_bucket_exists
from rehearsal.prove.target import ProofTarget, emulated_target, named_target
from rehearsal.report.progress import Progress
from rehearsal.signals import Interrupted

REPORT = "report.json"


def prove(options: ProveOptions, progress: Progress) -> int:
    """Prove the product, and remove what was made; return 0 when there are no problems, else 1. Raises ProofError."""
    require_space(options.output)
    _require_no_earlier_run(options)
    with _target(options) as target:
        _require_default_network(target)
        names = new_run()
        for line in statement(target, names):
            progress.say(line)
        confirm(target, progress, yes=options.yes)
        progress.say()
        memory = _remember(target, names, options)
        evidence = ProofEvidence(names.blue, names.green)
        try:
            ProofRun(target, names, memory, options.output, evidence, progress).run()
        except STOPPING as error:
            evidence.problems.append(str(error))
        finally:
            progress.say()
            try:
                _write_report(evidence, target, names, options.output)
            finally:
                _remove_in_any_case(target, memory, evidence, progress)
        report = _write_report(evidence, target, names, options.output)
        progress.say()
        for line in (*table(evidence, target), "", *summary(evidence), f"  report      {report}"):
            progress.say(line)
        return 1 if problems(evidence) else 0


@contextmanager
def _target(options: ProveOptions) -> Iterator[ProofTarget]:
    """Yield the account. One that is started here ends with the block."""
    if options.named_account:
        yield named_target(options.profile, options.region, options.scale)
        return
    scale = options.scale or DEFAULT_SCALE
    account = Account(scale=scale, home=options.output / "account")
    try:
        account.start()
        yield emulated_target(account, scale)
    finally:
        account.stop()


def _remove_in_any_case(target: ProofTarget, memory: RunFile, evidence: ProofEvidence, progress: Progress) -> None:
    """Remove the run. The first signal begins the removal again; later ones are ignored."""
    try:
        try:
            remove(target, memory, progress)
        except Interrupted:
            progress.say("The removal goes on, and ends by itself.")
            remove(target, memory, progress)
            raise
    except (RemovalError, BotoCoreError, ClientError, OSError) as error:
        evidence.problems.append(str(error))
        progress.say(str(error))


def _remember(target: ProofTarget, names: RunNames, options: ProveOptions) -> RunFile:
    memory = RunFile(
        path=options.output / FILE_NAME,
        run=names.run,
        account_id=target.account_id,
        region=target.region,
        began=datetime.fromtimestamp(time.time(), UTC).isoformat(timespec="seconds"),
        own_account=not options.named_account,
        storage_bucket_existed=storage_bucket_exists(target),
    )
    memory.save()
    return memory


def _require_no_earlier_run(options: ProveOptions) -> None:
    """Raise ProofError when a run is remembered that may have left something."""
    earlier = RunFile.read(options.output)
    if earlier and not earlier.own_account:
        raise ProofError(
            f"Expected no earlier run in {options.output}. Found the run {earlier.run} of {earlier.began}, in the"
            f" account {earlier.account_id}, {earlier.region}. Remove it first: make prove with"
            f' ARGS="--clean --region {earlier.region}", and its --profile.'
        )


def _require_default_network(target: ProofTarget) -> None:
    """Raise ProofError when the region has no default VPC, in which the environment is launched."""
    filters = [{"Name": "is-default", "Values": ["true"]}]
    if not target.client("ec2").describe_vpcs(Filters=filters)["Vpcs"]:
        raise ProofError(
            f"Expected a default VPC in {target.region}. Found none. Make one (aws ec2 create-default-vpc), or name"
            " another --region. Nothing was made."
        )


def _write_report(evidence: ProofEvidence, target: ProofTarget, names: RunNames, folder: Path) -> Path:
    file = folder / REPORT
    file.write_text(json.dumps(compose(evidence, target, names.run), indent=2) + "\n")
    return file
