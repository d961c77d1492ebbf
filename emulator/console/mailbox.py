"""The view of what people were sent: the messages of all topics."""

from emulator.console.controlled import control
from emulator.console.view import Routes, ViewContext


def routes(context: ViewContext) -> Routes:
    """Return what the page asks."""
    return {"GET mailbox": lambda _: {"messages": control(context, "GET", "messages")}}
