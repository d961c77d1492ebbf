"""The errors that Elastic Beanstalk answers, by the code that goes over the wire.

ServiceError
    CredentialsError                    nobody is known by the call's credentials
    AccessDeniedError                   the caller may not do this
    InsufficientPrivilegesError         the caller may not do what the service would do for it
    InvalidActionError                  the service, or this one, has no such action
    ValidationError                     a parameter is missing, or not of its type, length or set of values
    InvalidParameterValueError          a value that names nothing, or not now
    InvalidParameterCombinationError    values that exclude each other
    UnsupportedRequestError                 not for such an environment
    ConfigurationValidationError        an option setting that cannot be
    OperationInProgressError            something still uses the resource
    ManagedActionInvalidStateError      the managed action is not there to be applied
    ResourceNotFoundError               no resource has this ARN
    SourceBundleDeletionError           the bundle of a deleted version stays in its bucket
    TooMany...                          a quota is used up
    InternalFailureError                a defect of this service
    ThrottlingError                     too many calls a second

Codes and statuses: botocore's service model; those it lacks as quoted in public issues.
"""

from typing import ClassVar


class ServiceError(Exception):
    """An answer that is an error: `code` and `status` as on the wire, the message for the caller."""

    code: str
    status: ClassVar[int] = 400


class CredentialsError(ServiceError):
    """The call's signature, its time or its token is not right; `code` says which, as IAM does."""

    status = 403

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class AccessDeniedError(ServiceError):
    """The caller's policies do not allow the action."""

    code = "AccessDenied"
    status = 403


class InsufficientPrivilegesError(ServiceError):
    """The caller's policies do not allow what the service does on its behalf."""

    code = "InsufficientPrivilegesException"
    status = 403


class InvalidActionError(ServiceError):
    """The action is unknown."""

    code = "InvalidAction"


class ValidationError(ServiceError):
    """A parameter does not fit the service model."""

    code = "ValidationError"


class InvalidParameterValueError(ServiceError):
    """A parameter's value names nothing that could be used now."""

    code = "InvalidParameterValue"


class InvalidParameterCombinationError(ServiceError):
    """Parameters exclude each other."""

    code = "InvalidParameterCombination"


class UnsupportedRequestError(ServiceError):
    """The action is not for this environment."""

    code = "InvalidRequestException"


class ConfigurationValidationError(ServiceError):
    """An option setting has a value that it cannot have."""

    code = "ConfigurationValidationException"


class OperationInProgressError(ServiceError):
    """Something still uses the resource."""

    code = "OperationInProgressFailure"


class ManagedActionInvalidStateError(ServiceError):
    """The managed action cannot be applied."""

    code = "ManagedActionInvalidStateException"


class ResourceNotFoundError(ServiceError):
    """No resource has this ARN."""

    code = "ResourceNotFoundException"


class SourceBundleDeletionError(ServiceError):
    """The source bundle could not be deleted from its bucket."""

    code = "SourceBundleDeletionFailure"


class TooManyApplicationsError(ServiceError):
    """The quota of applications is used up."""

    code = "TooManyApplicationsException"


class TooManyApplicationVersionsError(ServiceError):
    """The quota of application versions is used up."""

    code = "TooManyApplicationVersionsException"


class TooManyConfigurationTemplatesError(ServiceError):
    """The quota of configuration templates is used up."""

    code = "TooManyConfigurationTemplatesException"


class TooManyEnvironmentsError(ServiceError):
    """The quota of environments is used up."""

    code = "TooManyEnvironmentsException"


class TooManyTagsError(ServiceError):
    """The resource would have more tags than it may."""

    code = "TooManyTagsException"


class ThrottlingError(ServiceError):
    """Calls come faster than the service takes them."""

    code = "Throttling"


class InternalFailureError(ServiceError):
    """The service itself is at fault."""

    code = "InternalFailure"
    status = 500
