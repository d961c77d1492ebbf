"""The errors of CodePipeline. An error's class has the name that clients see, with `Error` for `Exception`.

Source: https://docs.aws.amazon.com/codepipeline/latest/APIReference/CommonErrors.html and botocore's service model.

PipelineServiceError
    PipelineAccessDeniedError           the caller may not call the operation
    InvalidParametersError              a parameter does not fit the service model: ValidationException
    InvalidStructureError               the stages do not make a pipeline
    InvalidActionDeclarationError       an action cannot run as declared
    PipelineNameInUseError, PipelineNotFoundError, StageNotFoundError, ActionNotFoundError
    PipelineExecutionNotFoundError, PipelineExecutionNotStoppableError, DuplicatedStopRequestError
    StageNotRetryableError, NotLatestPipelineExecutionError
    InvalidApprovalTokenError, ApprovalAlreadyCompletedError
    PipelineResourceNotFoundError       no resource has this ARN: ResourceNotFoundException
    UnknownPipelineOperationError       the operation is unknown or not supported here
    PipelineServiceFailureError         a defect of this service
ActionFailedError                       an action ends Failed: no answer to a call
"""

from typing import ClassVar


class PipelineServiceError(Exception):
    """An error answer: AWS's error code, the HTTP status, and the message for the caller."""

    code: ClassVar[str]
    status: ClassVar[int] = 400


class PipelineAccessDeniedError(PipelineServiceError):
    """The caller's policies do not allow the operation."""

    code = "AccessDeniedException"


class InvalidParametersError(PipelineServiceError):
    """A parameter does not fit the service model."""

    code = "ValidationException"


class InvalidStructureError(PipelineServiceError):
    """The stages do not make a pipeline."""

    code = "InvalidStructureException"


class InvalidActionDeclarationError(PipelineServiceError):
    """An action cannot run as declared."""

    code = "InvalidActionDeclarationException"


class PipelineNameInUseError(PipelineServiceError):
    """There is a pipeline of this name."""

    code = "PipelineNameInUseException"


class PipelineNotFoundError(PipelineServiceError):
    """There is no pipeline of this name."""

    code = "PipelineNotFoundException"


class StageNotFoundError(PipelineServiceError):
    """The pipeline has no stage of this name."""

    code = "StageNotFoundException"


class ActionNotFoundError(PipelineServiceError):
    """The stage has no action of this name that can be approved."""

    code = "ActionNotFoundException"


class PipelineExecutionNotFoundError(PipelineServiceError):
    """The pipeline has no execution of this id."""

    code = "PipelineExecutionNotFoundException"


class PipelineExecutionNotStoppableError(PipelineServiceError):
    """The execution has ended."""

    code = "PipelineExecutionNotStoppableException"


class DuplicatedStopRequestError(PipelineServiceError):
    """The execution is stopping."""

    code = "DuplicatedStopRequestException"


class StageNotRetryableError(PipelineServiceError):
    """The stage has nothing to retry, or has changed."""

    code = "StageNotRetryableException"


class NotLatestPipelineExecutionError(PipelineServiceError):
    """A later execution has been in the stage."""

    code = "NotLatestPipelineExecutionException"


class InvalidApprovalTokenError(PipelineServiceError):
    """The token belongs to no open approval."""

    code = "InvalidApprovalTokenException"


class ApprovalAlreadyCompletedError(PipelineServiceError):
    """The approval has been answered."""

    code = "ApprovalAlreadyCompletedException"


class PipelineResourceNotFoundError(PipelineServiceError):
    """No resource has this ARN."""

    code = "ResourceNotFoundException"


class UnknownPipelineOperationError(PipelineServiceError):
    """The operation is unknown, or is not supported here."""

    code = "UnknownOperationException"


class PipelineServiceFailureError(PipelineServiceError):
    """A defect of this service."""

    code = "InternalFailure"
    status = 500


class ActionFailedError(Exception):
    """An action ends Failed.

    `kind` is one of FailureDetails: JobFailed, ConfigurationError, PermissionError, RevisionUnavailable, ...
    """

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind
