"""The views of the console. Each module has `routes`, what its part of the page asks."""

from typing import Any

from emulator.console import break_it, environments, execution, execution_actions, executions, mailbox
from emulator.console.view import Route, Routes, ViewContext, ViewError, ViewRequest

VIEWS = (executions, execution, execution_actions, environments, mailbox, break_it)


def all_routes(context: ViewContext) -> Routes:
    """Return the routes of all views, and of the settings. Raises ValueError when two views have the same one."""
    routes: dict[str, Route] = {
        "GET settings": lambda _: context.settings.as_dict(),
        "PUT settings": lambda request: _set(context, request),
    }
    for view in VIEWS:
        new = view.routes(context)
        if twice := routes.keys() & new.keys():
            raise ValueError(f"Expected each route in one view. Found {', '.join(sorted(twice))} in two.")
        routes |= new
    return routes


def _set(context: ViewContext, request: ViewRequest) -> dict[str, Any]:
    try:
        context.settings.set(request.body)
    except ValueError as error:
        raise ViewError(f"These settings are not valid: {error}") from error
    return context.settings.as_dict()
