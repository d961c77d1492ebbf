"""What a dry run tells: what would be done, what a clone would not bring, and whether the bundle can be read."""

from collections.abc import Callable
from typing import Any

from lambdas.aws.beanstalk import Beanstalk
from lambdas.aws.bundles import Bundles
from lambdas.decision import describe
from lambdas.deployment import Deployment, SourceBundle
from lambdas.errors import CallRejectedError, PermissionDeniedError
from lambdas.refusal import require


def planned(deployment: Deployment, beanstalk: Beanstalk, connect_bundles: Callable[[], Bundles]) -> dict[str, Any]:
    """Return the outcome of a dry run that is not refused. Raises ReleaseRefusedError when the bundle is missing."""
    told: dict[str, Any] = {
        "status": "planned",
        "would": describe(deployment),
        "deployment": deployment.to_json(),
    }
    if deployment.source_bundle:
        told["bundle"] = told_bundle(deployment, deployment.source_bundle, beanstalk, connect_bundles())
    if deployment.not_cloned:
        told["not_cloned"] = deployment.not_cloned
    return told


def told_bundle(deployment: Deployment, source: SourceBundle, beanstalk: Beanstalk, bundles: Bundles) -> str:
    """Return in words where the version's bundle is, and how large. Plan has checked that the label is not another's.

    Raises ReleaseRefusedError when S3 has no such object. A denial is told: RegisterRelease may read what Plan may not.
    """
    version = beanstalk.version(deployment.application, deployment.version)
    made = f"{deployment.version} would be made from"
    if version and version.bucket and version.key:
        source, made = SourceBundle(version.bucket, version.key), f"{deployment.version} is registered already, from"
    try:
        size = bundles.size(source)
    except PermissionDeniedError as denied:
        unknown = f"Plan cannot tell whether it exists: {denied.found}"
        return f"{made} {source.place}. {unknown.rstrip('.')}. {denied.next_step}"
    except CallRejectedError as rejected:
        size, found = None, rejected.found
    else:
        found = "none"
    require(
        size is not None,
        expected=f"the bundle {source.place}",
        found=found,
        remedy="Upload it, or correct `source_bundle`",
    )
    return f"{made} {source.place}, {size:,} bytes"
