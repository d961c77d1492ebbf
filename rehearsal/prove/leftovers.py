"""Finds what runs of `make prove` left in an account, by the names of resources."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime

from rehearsal.prove.beanstalk_removal import environments, state_machines
from rehearsal.prove.names import RunNames, runs_in
from rehearsal.prove.roles import role_dates, role_names
from rehearsal.prove.stack_removal import bucket_names, stack_names
from rehearsal.prove.target import ProofTarget

LOG_GROUPS = (
    "{stack}-",
    "/aws/lambda/{stack}-",
    "/aws/vendedlogs/states/{stack}",
    "/aws/cloudformation/{stack}/",  # in an emulated account
)
"""Prefixes of the names of a run's log groups."""


def leftovers(target: ProofTarget) -> Mapping[str, list[str]]:
    """Return what runs left in the account and region, by the id of the run. Roles are the whole account's."""
    found: dict[str, list[str]] = defaultdict(list)
    for kind, name in _resources(target):
        for run in runs_in([name]):
            found[run].append(f"{kind} {name}")
    for run in found:
        found[run] += [f"log group {name}" for name in log_groups(target, RunNames(run))]
    return dict(found)


def begins(target: ProofTarget) -> Mapping[str, datetime]:
    """Return when runs began, by id: the date of their oldest role.

    A run makes its roles first, and deletes them last.
    """
    found: dict[str, datetime] = {}
    for name, date in role_dates(target.client("iam")):
        for run in runs_in([name]):
            found[run] = min(date, found.get(run, date))
    return found


def leftovers_of(target: ProofTarget, names: RunNames) -> list[str]:
    """Return what one run left."""
    found = [f"{kind} {name}" for kind, name in _resources(target) if names.run in runs_in([name])]
    beanstalk = target.client("elasticbeanstalk")
    found += [f"environment {each['EnvironmentName']}" for each in environments(beanstalk, names.application)]
    return found + [f"log group {name}" for name in log_groups(target, names)]


def log_groups(target: ProofTarget, names: RunNames) -> list[str]:
    """Return the names of a run's log groups. A function that ends late can make its log group again."""
    pages = target.client("logs").get_paginator("describe_log_groups")
    return [
        group["logGroupName"]
        for prefix in LOG_GROUPS
        for page in pages.paginate(logGroupNamePrefix=prefix.format(stack=names.stack))
        for group in page["logGroups"]
    ]


def _resources(target: ProofTarget) -> Iterator[tuple[str, str]]:
    """Yield the kind and the name of the resources that may belong to a run."""
    applications = target.client("elasticbeanstalk").describe_applications()["Applications"]
    yield from (("application", each["ApplicationName"]) for each in applications)
    yield from (("state machine", each["name"]) for each in state_machines(target.client("stepfunctions")))
    yield from (("stack", name) for name in stack_names(target.client("cloudformation")))
    yield from (("bucket", name) for name in bucket_names(target.client("s3")))
    yield from (("role", name) for name in role_names(target.client("iam")))
