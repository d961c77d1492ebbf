"""The fields that each type of state may have, and the range of numbers.

Sources: https://docs.aws.amazon.com/step-functions/latest/dg/statemachine-structure.html and the pages of each type of
state; https://states-language.net/spec.html. Ranges: https://github.com/badmintoncryer/cdk-preflight, measured on AWS.
"""

TYPES = ("Task", "Wait", "Pass", "Succeed", "Fail", "Choice", "Parallel", "Map")
"""In the order of AWS's message."""

_EVERY = {"Type", "Comment", "QueryLanguage"}
_FLOW = {"Next", "End"}
_PATHS = {"InputPath", "OutputPath"}
_RESULT = {"Parameters", "ResultPath"}
_ERRORS = {"Retry", "Catch"}
_TIMEOUTS = {"TimeoutSeconds", "TimeoutSecondsPath", "HeartbeatSeconds", "HeartbeatSecondsPath"}
_MAP = {
    *("ItemProcessor", "Iterator", "Items", "ItemsPath", "ItemSelector", "ItemReader", "ItemBatcher", "ResultWriter"),
    *("MaxConcurrency", "MaxConcurrencyPath", "Label"),
    *("ToleratedFailureCount", "ToleratedFailureCountPath"),
    *("ToleratedFailurePercentage", "ToleratedFailurePercentagePath"),
}
_DATA = _PATHS | {"Output", "Assign"}
_WORK = _FLOW | _DATA | _RESULT | _ERRORS | {"ResultSelector", "Arguments"}

ALLOWED = {
    "Pass": _EVERY | _FLOW | _DATA | _RESULT | {"Result"},
    "Task": _EVERY | _WORK | _TIMEOUTS | {"Resource", "Credentials"},
    "Choice": _EVERY | _DATA | {"Choices", "Default"},
    "Wait": _EVERY | _FLOW | _DATA | {"Seconds", "Timestamp", "SecondsPath", "TimestampPath"},
    "Succeed": _EVERY | _PATHS | {"Output"},
    "Fail": _EVERY | {"Error", "Cause", "ErrorPath", "CausePath"},
    "Parallel": _EVERY | _WORK | {"Branches"},
    "Map": _EVERY | (_WORK - {"Arguments"}) | _MAP,
}
REQUIRED = {"Task": ["Resource"], "Choice": ["Choices"], "Parallel": ["Branches"]}
CONTINUES = {kind for kind, fields in ALLOWED.items() if fields >= _FLOW}
"""Types of states that need Next or End."""

JSONPATH_ONLY = (
    *("InputPath", "OutputPath", "ResultPath", "Parameters", "ResultSelector", "Result", "ItemsPath"),
    *("TimeoutSecondsPath", "HeartbeatSecondsPath", "SecondsPath", "TimestampPath", "MaxConcurrencyPath"),
    *("ToleratedFailureCountPath", "ToleratedFailurePercentagePath", "ErrorPath", "CausePath"),
)
JSONATA_ONLY = ("Arguments", "Output", "Items")

MACHINE = {"Comment", "StartAt", "States", "Version", "TimeoutSeconds", "QueryLanguage"}
BRANCH = {"Comment", "StartAt", "States"}
PROCESSOR = BRANCH | {"ProcessorConfig"}

RANGES = {
    "TimeoutSeconds": (1, 99_999_999),
    "HeartbeatSeconds": (1, 99_999_999),
    "Seconds": (0, 99_999_999),
    "MaxConcurrency": (0, None),
    "ToleratedFailureCount": (0, None),
}
PERCENTAGE = "ToleratedFailurePercentage"
RETRY_RANGES = {"MaxAttempts": (0, 99_999_999), "BackoffRate": (1, None), "MaxDelaySeconds": (1, 31_622_400)}
RETRIER = {
    "Comment",
    "ErrorEquals",
    "IntervalSeconds",
    "MaxAttempts",
    "BackoffRate",
    "MaxDelaySeconds",
    "JitterStrategy",
}
CATCHER = {"Comment", "ErrorEquals", "Next", "ResultPath", "Output", "Assign"}

EXCLUSIVE = (
    ("SecondsPath", "Seconds", "TimestampPath", "Timestamp"),
    ("TimeoutSeconds", "TimeoutSecondsPath"),
    ("HeartbeatSeconds", "HeartbeatSecondsPath"),
    ("MaxConcurrency", "MaxConcurrencyPath"),
    ("ToleratedFailureCount", "ToleratedFailureCountPath"),
    ("ToleratedFailurePercentage", "ToleratedFailurePercentagePath"),
    ("Error", "ErrorPath"),
    ("Cause", "CausePath"),
    ("ItemProcessor", "Iterator"),
)
"""Fields of which a state may have one."""
