"""The view of environments: their health, versions and CNAMEs, their events, and the traffic of users."""

from itertools import islice
from typing import Any, Final

from emulator.beanstalk.model import Environment, Event
from emulator.beanstalk.operations import health
from emulator.beanstalk.state import State
from emulator.console.controlled import control
from emulator.console.production import ReleaseRecords, tagged_cnames
from emulator.console.view import Routes, ViewContext, ViewRequest

SHOWN_EVENTS: Final = 100


def routes(context: ViewContext) -> Routes:
    """Return what the page asks."""
    records = ReleaseRecords(lambda: context.client("s3"), context.beanstalk.state.own_bucket)
    return {
        "GET environments": lambda request: _environments(context, records, request),
        "GET traffic": lambda _: control(context, "GET", "traffic"),
    }


def _environments(context: ViewContext, records: ReleaseRecords, request: ViewRequest) -> dict[str, Any]:
    """Return the environments that are not terminated, and the newest events: of one environment, when one is named."""
    recorded = records.production_cnames()
    state = context.beanstalk.state
    with state.lock:
        alive = sorted(state.alive_environments(), key=lambda each: (each.application, each.name))
        production = recorded | tagged_cnames(each.tags for each in alive)
        return {
            "environments": [_environment(state, each, production) for each in alive],
            "events": _events(state, request.query.get("environment")),
            "known": bool(production),
        }


def _environment(state: State, environment: Environment, production: set[str]) -> dict[str, Any]:
    port = environment.hosting.port
    return {
        "id": environment.id,
        "name": environment.name,
        "application": environment.application,
        "status": environment.status,
        "color": health.reported_color(environment),
        "health": health.reported_status(environment),
        "causes": environment.health.causes,
        "version": state.shown_label(environment),
        "running": environment.running_label,
        "in_service": sum(each.hosting.in_service for each in environment.instances),
        "instances": len(environment.instances),
        "cname": environment.cname,
        "production": (environment.cname or "").lower() in production,
        # The address of its load balancer: a browser knows no names of this account.
        "url": f"http://127.0.0.1:{port}/" if port else None,
    }


def _events(state: State, name: str | None) -> list[dict[str, Any]]:
    wanted = (each for each in reversed(state.events) if name in (None, each.environment))
    return [_event(each) for each in islice(wanted, SHOWN_EVENTS)]


def _event(event: Event) -> dict[str, Any]:
    return {
        "number": event.number,
        "date": event.date,
        "severity": event.severity,
        "environment": event.environment or event.application or "",
        "message": event.message,
    }
