"""The view that breaks things on purpose: alarms, environments, calls and permissions. Each ends with undo.

All but alarms go through the control API of the account; what is broken there by another program is shown as well.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, Final

from emulator.console.controlled import control
from emulator.console.role_actions import actions_of, roles_of_functions
from emulator.console.view import Routes, ViewContext, ViewError, ViewRequest

ALARM_REASON: Final = "Rung in the console."
ALARM_NAMESPACE: Final = "Console"
UNTIL_UNDONE: Final = 1e9
"""The account seconds of a fault that only undo ends."""
SICKNESSES: Final[Mapping[str, Mapping[str, Any]]] = {
    "500": {"status": 500},
    "503": {"status": 503},
    "warning": {"warning": True},
}
CALL_FAULTS: Final[Mapping[str, str]] = {
    "throttle": "is throttled",
    "error_before": "gets 503, and has no effect",
    "error_after": "gets 503, after it took effect",
    "reset_before": "loses its connection, and has no effect",
    "reset_after": "loses its connection, after it took effect",
}
"""The kinds of faults that the page offers, and what a call meets then."""


def routes(context: ViewContext) -> Routes:
    """Return what the page asks."""
    asks: dict[str, Callable[[ViewContext, ViewRequest], Any]] = {
        "GET break-it": _broken,
        "GET break-it/choices": _choices,
        "GET break-it/actions": lambda given, request: actions_of(given.client("iam"), request.required("role")),
        "POST break-it/environment": _sicken,
        "POST break-it/alarm": _ring,
        "POST break-it/call": _fail_calls,
        "POST break-it/permission": _deny,
        "POST break-it/undo": _undo,
    }
    return {name: partial(answer, context) for name, answer in asks.items()}


def _choices(context: ViewContext, _: ViewRequest) -> dict[str, Any]:
    """Return what there is to break."""
    beanstalk, alarms = context.client("elasticbeanstalk"), context.client("cloudwatch")
    versions = beanstalk.describe_application_versions()["ApplicationVersions"]
    return {
        "faults": CALL_FAULTS,
        "functions": roles_of_functions(context.client("lambda")),
        "alarms": [each["AlarmName"] for each in alarms.describe_alarms()["MetricAlarms"]],
        "versions": [
            {
                "application": each["ApplicationName"],
                "label": each["VersionLabel"],
                "description": each.get("Description", ""),
                "status": each["Status"],
            }
            for each in versions
        ],
    }


def _broken(context: ViewContext, _: ViewRequest) -> dict[str, Any]:
    """Return what is broken now, each with what undoes it; and the environments that there are to break."""
    environments = _environment_names(context)
    found = [
        *_sick(context, environments),
        *_ringing(context),
        *_failing_calls(context),
        *_denied(context),
    ]
    return {
        "broken": [{"what": what, "undo": undo} for what, undo in found],
        "environments": [{"id": id_, "name": name} for id_, name in environments.items()],
    }


def _sick(context: ViewContext, names: Mapping[str, str]) -> Iterator[tuple[str, dict[str, Any]]]:
    for key, impairment in control(context, "GET", "impairments").items():
        effects = [f"answers {impairment['status']} to all requests"] if impairment["status"] else []
        effects += ["has a warning of the health agent"] if impairment["warning"] else []
        named = f"{names[key]} ({key})" if key in names else key
        yield f"{named} {' and '.join(effects)}.", {"kind": "environment", "environment": key}


def _ringing(context: ViewContext) -> Iterator[tuple[str, dict[str, Any]]]:
    for alarm in context.client("cloudwatch").describe_alarms(StateValue="ALARM")["MetricAlarms"]:
        if alarm["StateReason"] == ALARM_REASON:
            yield f"The alarm {alarm['AlarmName']} rings.", {"kind": "alarm", "alarm": alarm["AlarmName"]}


def _failing_calls(context: ViewContext) -> Iterator[tuple[str, dict[str, Any]]]:
    for fault in control(context, "GET", "faults"):
        struck = fault.pop("struck")
        what = CALL_FAULTS.get(fault["kind"], fault["kind"])
        calls = f"{fault['service']}:{fault.get('action', 'every call')}"
        by = f" of {fault['function']}" if "function" in fault else ""
        which = f"Call {fault['call']} of {calls}" if "call" in fault else f"Each {calls}"
        yield f"{which}{by} {what}. Calls so far: {struck}.", {"kind": "call", "fault": fault}


def _denied(context: ViewContext) -> Iterator[tuple[str, dict[str, Any]]]:
    for denial in control(context, "GET", "denials"):
        who = denial.get("role") or denial.get("function")
        yield f"{who} may not {denial['action']}.", {"kind": "permission", "denial": denial}


def _sicken(context: ViewContext, request: ViewRequest) -> dict[str, Any]:
    how = request.required("how")
    if how not in SICKNESSES:
        raise ViewError(f"Expected one of {', '.join(SICKNESSES)}. Found {how!r}.")
    environment = request.required("environment")
    if environment not in _environment_names(context):
        raise ViewError(f"Expected the id of an environment. Found {environment!r}, which is terminated or never was.")
    return _set_impairment(context, environment, SICKNESSES[how])


def _ring(context: ViewContext, request: ViewRequest) -> dict[str, Any]:
    """Let an alarm ring. Make it first if there is none of that name."""
    cloudwatch, name = context.client("cloudwatch"), request.required("alarm")
    if not cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]:
        cloudwatch.put_metric_alarm(
            AlarmName=name,
            Namespace=ALARM_NAMESPACE,
            MetricName=name,
            ComparisonOperator="GreaterThanThreshold",
            EvaluationPeriods=1,
            Period=60,
            Statistic="Sum",
            Threshold=1,
        )
    cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason=ALARM_REASON)
    return {}


def _fail_calls(context: ViewContext, request: ViewRequest) -> dict[str, Any]:
    """Let calls fail: the next one, or each until undo. `function`: of one function only."""
    service, separator, action = request.required("call").partition(":")
    if not (service and separator and action):
        raise ViewError(f"Expected SERVICE:ACTION, such as s3:GetObject. Found {request.required('call')!r}.")
    fault: dict[str, Any] = {"kind": request.required("how"), "service": service}
    if action != "*":
        fault["action"] = action
    if function := request.body.get("function"):
        fault["function"] = function
    control(
        context, "POST", "faults", fault | ({"call": 1} if request.body.get("once") else {"for_seconds": UNTIL_UNDONE})
    )
    return {}


def _deny(context: ViewContext, request: ViewRequest) -> dict[str, Any]:
    denial = {"role": request.required("role"), "action": request.required("action")}
    denials = control(context, "GET", "denials")
    if denial not in denials:
        control(context, "PUT", "denials", [*denials, denial])
    return {}


def _undo(context: ViewContext, request: ViewRequest) -> dict[str, Any]:
    """End what is broken, by its `undo`. Do nothing when it has ended already."""
    match request.body:
        case {"kind": "environment", "environment": str(environment)}:
            _set_impairment(context, environment, None)
        case {"kind": "alarm", "alarm": str(alarm)}:
            context.client("cloudwatch").set_alarm_state(
                AlarmName=alarm, StateValue="OK", StateReason="Stopped in the console."
            )
        case {"kind": "call", "fault": fault}:
            control(context, "DELETE", "faults", fault)
        case {"kind": "permission", "denial": denial}:
            kept = [each for each in control(context, "GET", "denials") if each != denial]
            control(context, "PUT", "denials", kept)
        case _:
            raise ViewError(f"Expected what is broken, as the page got it. Found {dict(request.body)!r}.")
    return {}


def _set_impairment(context: ViewContext, environment: str, impairment: Mapping[str, Any] | None) -> dict[str, Any]:
    others = {key: each for key, each in control(context, "GET", "impairments").items() if key != environment}
    control(context, "PUT", "impairments", others | ({environment: impairment} if impairment else {}))
    return {}


def _environment_names(context: ViewContext) -> dict[str, str]:
    state = context.beanstalk.state
    with state.lock:
        return {each.id: each.name for each in state.alive_environments()}
