"""The errors of Elastic Beanstalk. The code is what clients see.

ServiceError
    CredentialsError                    the call's credentials are not valid
    AccessDeniedError                   the caller may not call the action
    InsufficientPrivilegesError         the caller may not do what the service does on its behalf
    InvalidActionError                  the action is unknown
    ValidationError                     a parameter is missing, or has a wrong type, length or value
    InvalidParameterValueError          a value names nothing that can be used now
    InvalidParameterCombinationError    parameters exclude each other
    UnsupportedRequestError             the environment does not support the action
    ConfigurationValidationError        an option setting has an invalid value
    OperationInProgressError            an environment uses the resource
    ManagedActionInvalidStateError      the managed action cannot be applied now
    ResourceNotFoundError               no resource has this ARN
    PlatformInUseError                  an environment runs on the platform
    SourceBundleDeletionError           the version is deleted, its bundle is not
    TooMany...                          a quota is used up
    InternalFailureError                a defect of this service
    ThrottlingError                     too many calls a second

Source of codes and statuses: botocore's service model, and public issues for those that it lacks.
"""

from typing import ClassVar


class ServiceError(Exception):
    """An error response: AWS's error code, the HTTP status, and the message for the caller."""

    code: str
    status: ClassVar[int] = 400


class CredentialsError(ServiceError):
    """The call's signature, time or token is not valid. `code` says which, in IAM's words."""

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
    """A parameter's value names nothing that can be used now."""

    code = "InvalidParameterValue"


class InvalidParameterCombinationError(ServiceError):
    """Parameters exclude each other."""

    code = "InvalidParameterCombination"


class UnsupportedRequestError(ServiceError):
    """The environment does not support the action."""

    code = "InvalidRequestException"


class ConfigurationValidationError(ServiceError):
    """An option setting has an invalid value."""

    code = "ConfigurationValidationException"


class OperationInProgressError(ServiceError):
    """An environment uses the resource."""

    code = "OperationInProgressFailure"


class ManagedActionInvalidStateError(ServiceError):
    """The managed action cannot be applied."""

    code = "ManagedActionInvalidStateException"


class ResourceNotFoundError(ServiceError):
    """No resource has this ARN."""

    code = "ResourceNotFoundException"


class PlatformInUseError(ServiceError):
    """An environment runs on the platform version."""

    code = "PlatformVersionStillReferencedException"


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


class TooManyPlatformsError(ServiceError):
    """The quota of custom platforms is used up."""

    code = "TooManyPlatformsException"


class TooManyTagsError(ServiceError):
    """The resource would have too many tags."""

    code = "TooManyTagsException"


class ThrottlingError(ServiceError):
    """Calls come faster than the rate limit allows."""

    code = "Throttling"


class InternalFailureError(ServiceError):
    """The service has a defect."""

    code = "InternalFailure"
    status = 500
