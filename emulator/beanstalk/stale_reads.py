"""Stale reads: calls that only read may be answered as of an earlier moment, as at AWS.

AWS's services are eventually consistent: an answer may show an older state, never a newer one. An example of this
service: https://github.com/hashicorp/terraform/pull/4692.
"""

from bisect import bisect_right
from collections import deque
from dataclasses import dataclass
from random import Random
from typing import TypeVar

from emulator.beanstalk.model import Application, Environment
from emulator.beanstalk.state import State

T = TypeVar("T")

AGE_HEADER = "x-emulator-read-age"
"""In a request: the age of the state to read, in account seconds. Calls that change something ignore it."""
LARGEST_AGE = 3_600.0
"""In account seconds."""

STALE_ACTIONS = frozenset(
    {
        "DescribeApplicationVersions",
        "DescribeAutoScalingGroups",
        "DescribeAutoScalingInstances",
        "DescribeApplications",
        "DescribeConfigurationSettings",
        "DescribeEnvironmentHealth",
        "DescribeEnvironmentResources",
        "DescribeEnvironments",
        "DescribeEvents",
        "DescribeScalingActivities",
        "ListTagsForResource",
    }
)


@dataclass(frozen=True)
class _Moment:
    """The resources from `time` on, in account time."""

    time: float
    applications: dict[str, Application]
    environments: dict[str, Environment]


class StaleReads:
    """Chooses the state that a call reads. Keeps past states only while some call may need them. Thread-safe.

    Until `set` or `keep` is called, every call reads the present state.
    """

    def __init__(self, state: State) -> None:
        self.kept_seconds = 0.0
        self._state = state
        self._seconds = 0.0
        self._chance = Random(0)  # noqa: S311 - must be repeatable
        self._moments: deque[_Moment] = deque()
        self._released: float | None = None
        """When the lock became free, until the state of then is remembered."""
        state.lock.after_acquire = self._remember
        state.lock.before_release = self._note_release

    def set(self, seconds: float, seed: int = 0) -> None:
        """Let each read answer as of up to so many account seconds ago; 0 ends that. Raises ValueError.

        Each call draws its own age; the same seed draws the same ages.
        """
        _require_age(seconds)
        if isinstance(seed, bool) or not isinstance(seed, int):
            raise ValueError(  # noqa: TRY004 - as for a bad age
                f"The seed must be a whole number, and is {seed!r}."
            )
        with self._state.lock:
            self._seconds, self._chance = seconds, Random(seed)  # noqa: S311 - as above

    def keep(self, seconds: float) -> None:
        """Keep past states for so many account seconds, for calls that name an age. Raises ValueError."""
        _require_age(seconds)
        with self._state.lock:
            self.kept_seconds = seconds

    def as_dict(self) -> dict[str, float]:
        """Return the largest age that a call draws."""
        return {"seconds": self._seconds}

    def state_to_read(self, action: str, named_age: str | None) -> State:
        """Return the state that a call reads: the present one, or a copy of a past one. Hold the state's lock.

        `named_age`: the age in the call's header, if it has one.
        """
        if action not in STALE_ACTIONS:
            return self._state
        age = float(named_age) if named_age else self._chance.uniform(0, self._seconds)
        moment = self._moment(self._state.clock.time() - age)
        return self._past(moment, age) if moment and age > 0 else self._state

    def _moment(self, time: float) -> _Moment | None:
        """Return the last moment at or before a time. Return the first one when all are later."""
        earlier = [moment for moment in self._moments if moment.time <= time]
        return earlier[-1] if earlier else next(iter(self._moments), None)

    def _past(self, moment: _Moment, age: float) -> State:
        present = self._state
        past = State(
            clock=present.clock, region=present.region, account_id=present.account_id, durations=present.durations
        )
        past.switches = present.switches
        past.applications, past.environments = moment.applications, moment.environments
        time = max(moment.time, present.clock.time() - age)
        past.events = present.events[: bisect_right(present.events, time, key=lambda event: event.date)]
        return past

    def _note_release(self) -> None:
        """Note when the state has become what it is. Keep no moments that no call can need."""
        seconds = max(self._seconds, self.kept_seconds)
        if not seconds:
            self._released = None
            self._moments.clear()
            return
        self._released = self._state.clock.time()
        if not self._moments:
            # What was before is not known. Take it for the same.
            self._moments.append(_moment_of(self._state, self._released - seconds))

    def _remember(self) -> None:
        """Add the state since the last release to the moments, before it may change at a later time.

        A copy a moment is enough: many tasks and calls follow each other at the same time of a virtual clock.
        """
        released = self._released
        if released is None or released >= (now := self._state.clock.time()):
            return
        self._released = None
        self._moments.append(_moment_of(self._state, released))
        # The oldest moment must be as old as the largest age, so it goes when the next one is old enough.
        oldest = now - max(self._seconds, self.kept_seconds)
        while len(self._moments) > 1 and self._moments[1].time <= oldest:
            self._moments.popleft()


def _moment_of(state: State, now: float) -> _Moment:
    """Copy what operations and actions change in place. Hostings and tasks are not copied."""
    return _Moment(
        now,
        {name: _copied_application(application) for name, application in state.applications.items()},
        {id_: _copied_environment(environment) for id_, environment in state.environments.items()},
    )


def _copied_application(application: Application) -> Application:
    copied = _copied(application)
    copied.versions = {label: _copied(version) for label, version in application.versions.items()}
    copied.templates = dict(application.templates)
    return copied


def _copied_environment(environment: Environment) -> Environment:
    if not environment.alive:
        return environment  # does not change any more
    copied = _copied(environment)
    copied.health = _copied(environment.health)
    copied.draft = environment.draft and _copied(environment.draft)
    copied.instances = [_copied(instance) for instance in environment.instances]
    copied.group = environment.group and _copied(environment.group)
    return copied


def _copied(thing: T) -> T:
    """Return a shallow copy of an instance of a dataclass. `copy.copy` takes five times as long."""
    copied = object.__new__(type(thing))
    copied.__dict__.update(thing.__dict__)
    return copied


def _require_age(seconds: float) -> None:
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds <= LARGEST_AGE:
        raise ValueError(f"An age must be account seconds from 0 to {LARGEST_AGE:.0f}, and is {seconds!r}.")
