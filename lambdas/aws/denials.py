"""Denials: which action AWS denied, on what, to which role. AWS words them differently from service to service.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html for IAM's words,
https://github.com/hashicorp/terraform-provider-aws/issues/32977 and
https://github.com/jenkinsci/aws-beanstalk-publisher-plugin/issues/27 for those of Elastic Beanstalk.
"""

import os
import re
from collections.abc import Iterable
from typing import Final

DENIAL_CODES: Final = {
    "403",  # S3's answer to HeadObject has no body, so no code
    "AccessDenied",
    "AccessDeniedException",
    "InsufficientPrivilegesException",
    "UnauthorizedOperation",
}
_DENIAL: Final = re.compile(
    r"access ?denied|explicit deny|not authorized to perform|unauthorizedoperation|do(n't| not) have permission to",
    re.IGNORECASE,
)
"""Elastic Beanstalk reports a denial by another service as InvalidParameterValue, or as an ERROR event."""
_ACTION: Final = re.compile(r"(?:perform:? (?:the )?'?|API: ?)([a-z][\w-]*:[A-Z]\w+)")
_RESOURCE: Final = re.compile(r"on resource: (\S+)")
_ROLE: Final = re.compile(r"assumed-role/([^/\s]+)/")
_OBJECT: Final = re.compile(r"S3Bucket=([^,\s]+), S3Key=([^,\s]+)")
_COPY: Final = "copy an Amazon S3 object"
_PREFIXES: Final = {
    "Auto Scaling": "autoscaling",
    "Elastic Beanstalk": "elasticbeanstalk",
    "Route 53": "route53",
    "Step Functions": "states",
}
_ACTIONS_OF_CALLS: Final = {"s3:HeadObject": "s3:GetObject", "s3:CopyObject": "s3:GetObject and s3:PutObject"}
"""The actions of calls that have another name than their action."""


def is_denial(code: str, message: str) -> bool:
    """Return whether an error of AWS denies a permission."""
    return code in DENIAL_CODES or _DENIAL.search(message) is not None


def remedy(message: str, *, service: str, call: str, task: str) -> str:
    """Return a sentence that says what to allow. `call`: the name of the denied call. `task`: what it was to do."""
    action = f"{_PREFIXES.get(service, service.lower())}:{call}"
    return _remedy(message, _ACTIONS_OF_CALLS.get(action, action), f"what is needed to {task}")


def remedies(events: Iterable[str]) -> str:
    """Return a sentence for each denial in the messages of events, or nothing."""
    denials = [event for event in events if is_denial("", event)]
    found = (_remedy(event, "the action", "the resource that the event names") for event in denials)
    return " ".join(dict.fromkeys(found))


def _remedy(message: str, action: str, resource: str) -> str:
    if found := _OBJECT.search(message):
        action, resource = "s3:GetObject", f"arn:{_partition()}:s3:::{found[1]}/{found[2]}"
    elif _COPY in message:
        action, resource = "s3:GetObject, s3:GetObjectVersion and s3:GetObjectAcl", "the version's source bundle"
    elif found := _ACTION.search(message):
        action = found[1]
        resource = "Elastic Beanstalk's own bucket" if action.startswith("s3:") else resource
    if found := _RESOURCE.search(message):
        resource = found[1].rstrip(".,")
    role = _ROLE.search(message)
    return f"Allow {action} on {resource} to {f'the role {role[1]}' if role else _own_role()}."


def _partition() -> str:
    region = os.environ.get("AWS_REGION", "")
    return {"cn": "aws-cn", "us-gov": "aws-us-gov"}.get(region.rsplit("-", 2)[0], "aws")


def _own_role() -> str:
    name = os.environ.get("AWS_LAMBDA_FUNCTION_NAME")
    return f"the role of the function {name}" if name else "the function's role"
