"""Keeps what a world is like before each function, and brings another world there; see tools/simulation/past.py."""

import random
from collections.abc import Callable, Mapping
from typing import Any

from tools.simulation.executions import SimulatedExecution
from tools.simulation.past import Change, Checkpoint, Past
from tools.simulation.sites import Site
from tools.simulation.world import World


class PastKeeper:
    """Keeps the past of one world. `past`: None to keep nothing. `seen` returns what the rules have seen."""

    def __init__(self, past: Past | None, seen: Callable[[], Mapping[str, Any]]) -> None:
        self._past = past
        self._seen = seen

    def begin(self, first: int) -> None:
        """Take notice of the begin of the release, at a call."""
        if self._past:
            self._past.first = first

    def changes(self, world: World, site: Site, arguments: Mapping[str, Any]) -> None:
        """Keep a call that may change something next."""
        if self._past and site.changes:
            self._past.changes.append(Change(world.now(), site, arguments, world.drawn))

    def runs(self, world: World) -> None:
        """Keep what the world is like before a function runs. What timers wait for cannot be kept."""
        past = self._past
        if past is None or past.first is None or world.timeline.waiting():
            return
        checkpoint = Checkpoint(
            world.now(),
            len(world.timeline.history),
            len(world.calls.sites),
            len(world.messages),
            len(past.changes),
            world.drawn,
            random.getstate(),
            tuple(each.kept() for each in world.executions),
            self._seen(),
        )
        past.checkpoints.append(checkpoint)

    def end(self, world: World) -> None:
        """Keep what there was until the end of the release."""
        past, self._past = self._past, None
        if past:
            past.history, past.sites = list(world.timeline.history), list(world.calls.sites)
            past.messages, past.ended = list(world.messages), True


def go_to(world: World, past: Past, checkpoint: Checkpoint) -> SimulatedExecution:
    """Let a new world become what it was at a checkpoint. Return the execution that is to be resumed.

    What the observer would be told until then, it was told when it happened first.
    """
    world.observed = False
    for change in past.changes[: checkpoint.changes]:
        world.pass_until(change.time)
        world.drawn = change.drawn
        world.calls.change_again(change)
    world.pass_until(checkpoint.time)
    world.observed, world.drawn = True, checkpoint.drawn
    random.setstate(checkpoint.chance)
    world.timeline.history += past.history[: checkpoint.lines]
    world.calls.sites += past.sites[: checkpoint.calls]
    world.messages += past.messages[: checkpoint.messages]
    world.executions += [SimulatedExecution.made_anew(each, world.definition, world) for each in checkpoint.executions]
    return world.executions[-1]
