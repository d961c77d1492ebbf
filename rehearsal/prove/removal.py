"""Removes everything that a run made, in the order in which AWS lets it go. Each step may run again."""

from collections.abc import Callable, Sequence

from botocore.exceptions import BotoCoreError, ClientError

from rehearsal.prove.beanstalk_removal import delete_application, remove_environments, stop_executions
from rehearsal.prove.errors import RemovalError
from rehearsal.prove.leftovers import leftovers_of, log_groups
from rehearsal.prove.names import RunNames
from rehearsal.prove.roles import delete_roles
from rehearsal.prove.run_file import RunFile
from rehearsal.prove.stack_removal import bucket_names, delete_bucket, delete_stack, stack_status
from rehearsal.prove.storage import remove_stored_objects
from rehearsal.prove.target import ProofTarget
from rehearsal.report.progress import Progress
from rehearsal.wait import WaitLimitError

ATTEMPTS = 2
"""A function that still ran may make something again, once."""


def remove(target: ProofTarget, memory: RunFile, progress: Progress) -> None:
    """Remove everything of a run, and forget the run. Raises RemovalError, which names what is left and why."""
    names = RunNames(memory.run)
    problems: list[str] = []
    for _ in range(ATTEMPTS):
        problems = [problem for step, act in _steps(target, names, memory) for problem in _try(step, act, progress)]
        left = leftovers_of(target, names)
        if not problems and not left:
            memory.delete()
            return
    raise RemovalError(
        f"Expected nothing of the run {memory.run} to be left. Found {', '.join(left) or 'nothing by name'}."
        + "".join(f"\n  - {problem}" for problem in problems)
        + '\nRun make prove with ARGS="--clean" and the same --profile and --region, or remove it by hand.'
    )


def _steps(target: ProofTarget, names: RunNames, memory: RunFile) -> Sequence[tuple[str, Callable[[], None]]]:
    return (
        ("stop the executions", lambda: stop_executions(target, names)),
        ("terminate the environments", lambda: remove_environments(target, names, memory)),
        ("delete the application", lambda: delete_application(target, names)),
        ("delete the stack", lambda: _delete_stack(target, names, memory)),
        ("delete the CDK bootstrap of this run", lambda: _delete_toolkit(target, names, memory)),
        ("delete the buckets", lambda: _delete_buckets(target, names, memory)),
        ("delete what Elastic Beanstalk stored", lambda: remove_stored_objects(target, names.application, memory)),
        ("delete the roles", lambda: delete_roles(target, names)),
    )


def _try(step: str, act: Callable[[], None], progress: Progress) -> list[str]:
    """Run a step; return its problem, so that the other steps still run."""
    try:
        with progress.step(step):
            act()
    except (BotoCoreError, ClientError, RemovalError, WaitLimitError) as error:
        return [f"{step}: {error}"]
    return []


def _delete_stack(target: ProofTarget, names: RunNames, memory: RunFile) -> None:
    delete_stack(target, names.stack, memory)
    logs = target.client("logs")
    for group in log_groups(target, names):
        logs.delete_log_group(logGroupName=group)


def _delete_toolkit(target: ProofTarget, names: RunNames, memory: RunFile) -> None:
    """Delete the toolkit, after the stack: CloudFormation deletes that with a role of it. Raises RemovalError."""
    if stack_status(target.client("cloudformation"), names.stack) is not None:
        raise RemovalError(f"Expected the stack {names.stack} to be deleted before the bootstrap that it needs.")
    delete_stack(target, names.toolkit, memory)


def _delete_buckets(target: ProofTarget, names: RunNames, memory: RunFile) -> None:
    """Delete the buckets that both stacks keep on purpose."""
    found = {name for name in bucket_names(target.client("s3")) if names.owns_bucket(name)}
    for bucket in sorted(found | {name for name in memory.buckets if names.owns_bucket(name)}):
        delete_bucket(target, bucket)
