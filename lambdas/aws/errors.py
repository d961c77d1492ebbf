"""What it means when AWS does not do what it was asked: a permission is missing, or it passes by itself."""

from typing import Final

from botocore.exceptions import BotoCoreError, ClientError

from lambdas.errors import PermissionDeniedError, ReleaseError, ServiceUnavailableError

DENIALS: Final = {"AccessDenied", "AccessDeniedException", "InsufficientPrivilegesException", "UnauthorizedOperation"}
PERMIT: Final = "Let the function's role do it, if need be by deploying the stack again, then redrive this execution."


def is_denial(error: Exception) -> bool:
    """Whether IAM said no, and would say it again."""
    return isinstance(error, ClientError) and error.response["Error"]["Code"] in DENIALS


def unanswered(expected: str, error: ClientError | BotoCoreError) -> ReleaseError:
    """The error for a service's refusal that is nobody's fault but AWS's or the role's; `expected`: its answer."""
    if is_denial(error):
        return PermissionDeniedError(expected=expected, found=str(error), next_step=PERMIT)
    return ServiceUnavailableError(expected=expected, found=str(error), next_step="The stage asks again.")
