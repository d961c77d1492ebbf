"""A rehearsal from beginning to end: an account with the stack, a release under traffic, the report."""

import json
from pathlib import Path

from emulator.beanstalk.source_bundle import InvalidBundleError, check
from rehearsal.account import samples, shop
from rehearsal.account.account import Account
from rehearsal.account.instructions import introduce
from rehearsal.options import ReleaseOptions
from rehearsal.prepare import Prepared, PrepareError, prepare, require_space
from rehearsal.release import release
from rehearsal.report.evidence import Evidence, compose, faults
from rehearsal.report.progress import Progress
from rehearsal.report.summary import summarize


def rehearse(options: ReleaseOptions, progress: Progress) -> int:
    """Rehearse a release; return 0 when it was a good one, else 1."""
    bundle = _bundle(options.bundle)
    require_space(options.output)
    account = Account(port=options.port, scale=options.scale, home=options.output / "account")
    kept = False
    try:
        with progress.step("an AWS account on this machine"):
            account.start()
        prepared = prepare(account, options.output, bundle, progress)
        progress.say()
        evidence = release(prepared, account.client("stepfunctions"), progress)
        _tell(evidence, options.output, progress)
        if options.keep:
            _keep(account, prepared, options.output / "env", progress)
            kept = True
    finally:
        if not kept:
            account.stop()
    return 1 if faults(evidence) else 0


def _bundle(path: Path | None) -> bytes:
    if path is None:
        return samples.bundle(shop.NEXT_VERSION)
    bundle = path.read_bytes()
    try:
        check(bundle)
    except InvalidBundleError as error:
        raise PrepareError(f"{path} is not a source bundle: {error}") from error
    return bundle


def _keep(account: Account, prepared: Prepared, file: Path, progress: Progress) -> None:
    progress.say()
    for line in introduce(account, prepared, shop.LIVE_VERSION, file):
        progress.say(line)
    progress.say(f"The account goes on at {account.url}. To end it: kill {account.stay()}")


def _tell(evidence: Evidence, folder: Path, progress: Progress) -> None:
    from rehearsal.report.timeline import draw  # noqa: PLC0415 - it is slow to import, and nobody should wait for it before

    report, picture = folder / "report.json", folder / "timeline.png"
    report.write_text(json.dumps(compose(evidence), indent=2) + "\n")
    draw(evidence, picture)
    progress.say()
    for line in summarize(evidence, report, picture):
        progress.say(line)
