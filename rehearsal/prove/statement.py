"""Says what a proof makes, takes and costs, and asks a person."""

import sys
from collections.abc import Iterable, Iterator, Mapping

from rehearsal.prove.errors import ProofError
from rehearsal.prove.names import RunNames
from rehearsal.prove.proved_application import INSTANCE_TYPE
from rehearsal.prove.target import ProofTarget
from rehearsal.report.progress import Progress

MINUTES = 90
"""Three releases of 15 to 20 minutes, a failed one, the deployment and the removal, by durations in AWS's samples."""
MOST_DOLLARS = 1
YES = ("y", "yes")


def statement(target: ProofTarget, names: RunNames) -> Iterator[str]:
    """Yield the lines about a proof."""
    real_minutes = max(1, round(MINUTES * target.scale))
    where = "emulated on this machine" if target.emulated else f"{target.account_id} on AWS"
    yield f"make prove works in the account {where}, in {target.region}, as {target.caller}."
    yield ""
    yield "It makes"
    yield f"  - the stack {names.stack}: this product, with its functions, roles, logs, alarms, topic and bucket"
    yield f"  - the stack {names.toolkit}: a CDK bootstrap for this run, with its bucket"
    yield f"  - the roles {names.instance_role} and {names.service_role}"
    yield f"  - the Elastic Beanstalk application {names.application} with one environment on one"
    yield f"    {INSTANCE_TYPE} in the default VPC, open to the internet on port 80; during a release, a second one"
    yield "It releases, fails, redrives and rolls back, while this machine sends the environment 5 requests a second."
    yield "It touches no other application. It calls DescribeEnvironments every 10 seconds, which counts towards the"
    yield "account's limit for this region."
    yield ""
    yield f"It takes about {real_minutes} minutes, and must not be suspended." + ("" if target.emulated else _cost())
    yield "It removes at the end all that it made, also after Ctrl-C. After a crash: make prove ARGS=--clean, with the"
    yield "same --profile and --region."
    yield "AWS keeps the topic's key for 30 more days, without cost, and service-linked roles that were not there."


def _cost() -> str:
    return (
        f" It costs less than {MOST_DOLLARS} US dollar: two instances and public addresses for that time, and calls"
        " of Lambda and Step Functions."
    )


def statement_of_removal(target: ProofTarget, found: Mapping[str, Iterable[str]]) -> Iterator[str]:
    """Yield the lines about a removal. `found`: what is left, by run."""
    yield f"make prove removes from the account {target.account_id}, in {target.region}:"
    for run, resources in found.items():
        yield f"  the run {run}"
        yield from (f"    {resource}" for resource in resources)
    yield "Everything in it is lost. If a run of them still goes on elsewhere, it fails."


def confirm(target: ProofTarget, progress: Progress, *, yes: bool) -> None:
    """Ask a person to go on. `yes`: do not ask. In an emulated account nothing is asked. Raises ProofError."""
    if yes or target.emulated:
        return
    if not sys.stdin.isatty():
        raise ProofError("Expected a yes. Found no terminal to ask on. Run again with --yes. Nothing was done.")
    progress.say("Go on? (yes/no)")
    answer = sys.stdin.readline().strip().lower()
    if answer not in YES:
        raise ProofError(f"Expected yes. Found {answer!r}. Nothing was done.")
