"""What must be true at every instant of a world, and at its end. Each violation is a sentence.

It is over 200 lines, since the rules go by the same facts.
"""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qs

from emulator.beanstalk.model import Environment
from lambdas.errors import GreenUnhealthyError, ReleaseUnhealthyError
from tools.simulation.cases import REQUEST
from tools.simulation.environment_incidents import GOOD_HEALTH
from tools.simulation.executions import SimulatedExecution
from tools.simulation.incidents import Incidents, record_in
from tools.simulation.invocations import Invocation
from tools.simulation.shop import BAD_VERSIONS, BLUE, GREEN, OTHERS, PRODUCTION, hosting_of
from tools.simulation.sites import Site
from tools.simulation.users import FAULT_SECONDS, ServedUsers
from tools.simulation.world import World

SHOWN_SECONDS: Final = 60
"""From the begin of a sickness until a look has shown it: 20 seconds, a health check, and a poll."""
SHOWS: Final = {GreenUnhealthyError.__name__: GREEN, ReleaseUnhealthyError.__name__: BLUE}
"""The environment whose health ended a release, by the error."""
CHANGES: Final = ("Create", "Update", "Terminate", "Swap", "Delete", "Abort", "Set")
TARGETS: Final = {"SwapToGreen": GREEN, "SwapToBlue": BLUE}
SERVED_BY: Final = "Users are served by: "
LAST_ACT_SECONDS: Final = 5
"""From the end of an execution that was stopped to the last act of its function."""
LOSE_LOCK: Final = frozenset({"edit_record", "delete_record"})
"""Incidents after which another execution may take the environment over while one runs."""
NOTICES: Final = ("The release", "A release failed")
"""The first words of the messages about a failure."""
SEEN: Final = ("proved", "begun", "_blue_served", "_told", "_notices", "_entered", "_acted")


@dataclass
class SafetyRules:
    """Watches one world, and collects the violations of its rules. `faults`: how many faults of calls are planned."""

    incidents: Incidents
    proved: set[str]
    faults: int = 0
    violations: list[str] = field(default_factory=list)
    begun: bool = False
    """Whether the release has begun: what is before is not judged."""
    _blue_served: bool = True
    """Whether blue runs what users have when the release begins: another version is not proved (docs/serving.md)."""
    _told: int = 0
    _notices: int = 0
    _entered: dict[tuple[str, str], float] = field(default_factory=dict)
    """When an execution entered a state last."""
    _acted: set[tuple[str, int]] = field(default_factory=set)
    """The executions that changed something: the name, and how often it had been redriven by then."""

    def __post_init__(self) -> None:
        self.users = ServedUsers(self.incidents, self.proved, self.faults, self.violated)
        self.incidents.with_old_answers = self.users.with_old_answers

    def kept(self) -> Mapping[str, Any]:
        """Return what these rules have seen; see `recall`."""
        return deepcopy({name: getattr(self, name) for name in SEEN} | {"users": self.users.kept()})

    def recall(self, kept: Mapping[str, Any]) -> None:
        """Go by what was seen in another world, in which nothing was violated."""
        known = deepcopy(dict(kept))
        self.users.recall(known.pop("users"))
        self.proved |= known.pop("proved")
        vars(self).update(known)

    def begin(self, world: World) -> None:
        """Judge from now on."""
        self.begun = True
        holder, blue = world.shop.holder(), world.shop.environment(BLUE)
        self._blue_served = bool(holder and blue and holder.label == blue.label)
        self.users.begin(world)
        self._told = _notices(world)

    def changed(self, world: World) -> None:
        """Look at who serves users now."""
        if self.begun:
            self.users.check(world)
        else:
            self.users.note_holder(world)

    def called(self, world: World, site: Site, arguments: Mapping[str, Any]) -> None:
        """Look at a call before it has its effect."""
        changes = site.service == "elastic-beanstalk" and site.action.startswith(CHANGES)
        if changes and self.begun and world.runner.current:
            form = {name: values[0] for name, values in parse_qs(arguments["request"].body.decode()).items()}
            self._check_change(world, site, world.runner.current, form)

    def moved(self, world: World, run: SimulatedExecution, kind: str, state: str) -> None:
        """Take notice of the way of an execution, and of what is proved by a state that ended."""
        if kind == "entered":
            self._entered[run.name, state] = world.now()
        if kind == "exited" and state == "VerifyRelease":
            self.proved |= {str(run.request.get("version", "v1"))} - set(BAD_VERSIONS)
            self.users.blue_tested, self.users.tested_at = self.begun, world.now()

    def ended(self, world: World, run: SimulatedExecution) -> None:
        """Look at what people were told of an execution that failed."""
        if run.status != "FAILED" or not self.begun:
            return
        self._notices += 1
        told = _notices(world) - self._told
        if told < self._notices and not self.faults:
            self.violated(world, "An execution failed, and nobody was told.")
        holder = world.shop.holder()
        text = world.messages[-1][2] if told else ""
        said = text.partition(SERVED_BY)[2].partition(" ")[0]
        if holder and said in (BLUE, GREEN) and said != holder.name and not self.users.swapped_by_hand(world):
            self.violated(world, f"People were told that {said} serves, and {holder.name} holds {PRODUCTION}.")

        shown = holder and self._shown_sick(holder, world.now(), at_once=SHOWS.get(run.error) == holder.name)
        left = shown and "failed in Plan" not in text
        holds = record_in(world).get("execution") == run.arn and not self.faults
        if holder and left and holds and self.users.can_move(world, holder, ["KeepGreenLive"]):
            self.violated(world, f"The execution failed, and left users on a sick {holder.name}.")

    def unseen(self, world: World) -> list[Any]:
        """Return what these rules go by, besides users and incidents."""
        entered = {which: time for which, time in self._entered.items() if which[1] in ("DrainBlue", "WatchRelease")}
        return [self.begun, _notices(world) - self._told - self._notices, entered, self._acted]

    def violated(self, world: World, sentence: str) -> None:
        """Note a violation, once."""
        if sentence not in self.violations:
            self.violations.append(sentence)
            world.note("RULE", sentence)

    def _check_change(self, world: World, site: Site, invocation: Invocation, form: Mapping[str, str]) -> None:
        self._check_lock(world, site, invocation.run)
        if form.get("TemplateName") == OTHERS:
            self.violated(world, f"{site}: {OTHERS} is none of ours.")
        environments = world.account.service.state.environments
        ids = [form[name] for name in form if name.endswith("EnvironmentId")]
        for environment in (environments[id_] for id_ in ids if id_ in environments):
            if site.action in ("UpdateEnvironment", "TerminateEnvironment"):
                self._check_not_serving(world, site, environment)
        match site.action:
            case "UpdateEnvironment":
                self._check_update(world, site, invocation)
                self.users.blue_touched, self.users.blue_tested = True, False
            case "TerminateEnvironment":
                self._check_termination(world, site, invocation)
                self._note_lost(world, ids)
                self.users.green_terminated = True
            case "CreateEnvironment":
                self.users.green_terminated = False
            case "SwapEnvironmentCNAMEs":
                self._check_swap(world, site, invocation)

    def _note_lost(self, world: World, ids: list[str]) -> None:
        """Note that a termination takes what a person's swap has made live, when no read shows that yet."""
        holder = world.shop.holder()
        if holder and holder.id in ids and "stale" in self.incidents.kinds and self.users.swapped_by_hand(world):
            self.incidents.live_terminated = True

    def _check_not_serving(self, world: World, site: Site, environment: Environment) -> None:
        if self.users.swapped_by_hand(world):
            return
        if environment is world.shop.holder():
            self.violated(world, f"{site}: {environment.name} serves users.")
        elif self.users.with_old_answers(world, environment.id):
            self.violated(world, f"{site}: users with old DNS answers are still on {environment.name}.")

    def _check_update(self, world: World, site: Site, invocation: Invocation) -> None:
        """No release goes on while users are on a sick green and blue, untouched, is known to be good.

        What a rollback leaves is not: the person said so (docs/serving.md).
        """
        holder, blue, now = world.shop.holder(), world.shop.environment(BLUE), world.now()
        drained = (invocation.run.name, "DrainBlue") in self._entered and not self.users.blue_touched
        left = invocation.run.request.get("mode") == "rollback"
        good = (
            blue
            and self._blue_served
            and not left
            and world.shop.serves_well(blue)
            and blue.id not in self.incidents.sick
        )
        if holder and holder.name == GREEN and drained and good and self._shown_sick(holder, now):
            self.violated(world, f"{site}: the users are on a sick {GREEN}, and {BLUE} was good.")

    def _check_termination(self, world: World, site: Site, invocation: Invocation) -> None:
        """Green is removed only after blue was watched, and is well."""
        holder, now = world.shop.holder(), world.now()
        if invocation.state != "TerminateGreen":
            return
        watched = now - self._entered.get((invocation.run.name, "WatchRelease"), now)
        if watched < REQUEST["bake_seconds"]:
            self.violated(world, f"{site}: {BLUE} was watched for {watched:.0f} seconds only.")
        if holder and holder.name == BLUE and self._shown_sick(holder, now):
            self.violated(world, f"{site}: the users are on a sick {BLUE}, and {GREEN} is removed.")

    def _shown_sick(self, environment: Environment, now: float, *, at_once: bool = False) -> bool:
        """Return whether a look has shown that the environment is sick, also after delays by faults.

        `at_once`: it has, since the release failed by that.
        """
        begin, end = self.incidents.sick.get(environment.id, (now, now))
        if environment.id in self.incidents.shown and environment.health.status in GOOD_HEALTH:
            return False
        later = SHOWN_SECONDS + FAULT_SECONDS * (self.faults + len(self.incidents.kinds & {"stale"}))
        return begin + (0 if at_once else later) <= now < end and hosting_of(environment).order is not None

    def _check_swap(self, world: World, site: Site, invocation: Invocation) -> None:
        holder, wanted, run = world.shop.holder(), TARGETS.get(invocation.state), invocation.run
        asked = invocation.state == "SwapToBlue" and run.request.get("approval")
        if asked and not run.approved:
            self.violated(world, f"{site}: nobody has approved what {BLUE} runs.")
        if wanted is None:
            swap = record_in(world).get("swap")
            wanted = {"blue": BLUE, "green": GREEN}.get(swap["to"]) if isinstance(swap, dict) else None
        if holder and holder.name == wanted and not self.users.swapped_by_hand(world):
            self.violated(world, f"{site}: {wanted} has the users already; this swap takes them away.")

    def _check_lock(self, world: World, site: Site, run: SimulatedExecution) -> None:
        holder = record_in(world).get("execution")
        other = next((each for each in world.executions if each.arn == holder and each is not run), None)
        if other and other.status == "RUNNING" and run.status == "RUNNING":
            self.violated(world, f"{site} of {run.name}: {other.name} holds the environment.")
        acting = [each.name for each in world.executions if each is not run and self._acts(each)]
        # A function that has looked at the lock acts a moment later, also when its execution was stopped meanwhile.
        looked = run.status != "RUNNING" and world.now() - run.ended_at <= LAST_ACT_SECONDS
        self.incidents.acted_late |= bool(acting) and looked
        if acting and not looked and not self.incidents.kinds & LOSE_LOCK:
            self.violated(world, f"{site} of {run.name}: {', '.join(acting)} acted, and runs: both act.")
        self._acted.add((run.name, run.redrives))

    def _acts(self, run: SimulatedExecution) -> bool:
        """Return whether an execution runs, and has changed something since it was started or redriven."""
        return run.status == "RUNNING" and (run.name, run.redrives) in self._acted


def _notices(world: World) -> int:
    return sum(subject.startswith(NOTICES) for _, subject, _ in world.messages)
