"""Rehearses a release from beginning to end: an account with the stack, a release under traffic, the report."""

import json
from pathlib import Path

from rehearsal import user_bundle
from rehearsal.account.account import Account
from rehearsal.account.instructions import instructions
from rehearsal.keep import console_line, suggest_release, until_interrupted
from rehearsal.options import USERS, ReleaseOptions
from rehearsal.planned_failures import FAILURES
from rehearsal.prepare import LIVE_VERSION, NEXT_VERSION, Prepared, Versions, prepare, require_space
from rehearsal.release import release
from rehearsal.report.document import compose
from rehearsal.report.evidence import ReleaseEvidence, problems
from rehearsal.report.progress import Progress
from rehearsal.report.summary import summarize
from rehearsal.things_to_try import offer_failures, users


def rehearse(options: ReleaseOptions, progress: Progress) -> int:
    """Rehearse a release; return 0 when it has no problems, else 1."""
    bundle = user_bundle.read(options.bundle, options.platform) if options.bundle else None
    account = Account(port=options.port, scale=options.scale, home=options.output / "account")
    kept = False
    try:
        if bundle:
            for note in bundle.notes():
                progress.say(f"  note: {note}")
            require_space(options.output)
            with progress.step("install the packages of the bundle"):
                user_bundle.install_packages(bundle, account, options.output)
        failure = FAILURES[options.fail] if options.fail else None
        if bundle:
            versions = Versions.of_user(bundle.content, bundle.review.language)
        else:
            versions = Versions.of_shop(failure.bundle if failure else NEXT_VERSION)
        prepared = prepare(account, options.output, versions, progress, options.settings)
        if options.capacity is not None:
            prepared.testbed.control.set_capacity(requests_per_second=options.capacity)
        suggest_release(prepared)
        if options.open:
            if not bundle:
                offer_failures(prepared)
            progress.say(f"  {console_line(prepared.testbed)}")
        progress.say()
        evidence = release(prepared, progress, failure)
        _write_report(evidence, options.output, progress)
        if options.keep:
            _keep(account, prepared, options.output / "env", progress)
            kept = True
        elif options.open:
            progress.say("The account keeps running for its console. Ctrl-C ends it.")
            with users(prepared, USERS):
                until_interrupted(prepared.testbed.control)
    finally:
        if not kept:
            account.stop()
    return 1 if problems(evidence) else 0


def _keep(account: Account, prepared: Prepared, file: Path, progress: Progress) -> None:
    testbed = prepared.testbed
    proxy = testbed.control.describe()["proxy"]
    progress.say()
    for line in instructions(
        account, prepared.shop, proxy=proxy, stack=testbed.variables, version=LIVE_VERSION, file=file
    ):
        progress.say(line)
    progress.say(f"The account keeps running at {account.url}. To end it: kill {account.detach()}")


def _write_report(evidence: ReleaseEvidence, folder: Path, progress: Progress) -> None:
    from rehearsal.report.timeline import draw  # noqa: PLC0415 - matplotlib is slow to import, and not needed before

    report, picture = folder / "report.json", folder / "timeline.png"
    report.write_text(json.dumps(compose(evidence), indent=2) + "\n")
    draw(evidence, picture)
    progress.say()
    for line in summarize(evidence, report, picture):
        progress.say(line)
