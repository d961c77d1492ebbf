"""What must be true at every instant of a world. Each violation is a sentence.

Users are a model: at each instant they are served by the environment with the production CNAME, and by those that had
it less than the TTL of DNS answers ago. Each of these must answer well, with a version that is known to be good.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qs

from emulator.beanstalk.model import Environment, EnvironmentStatus
from tools.simulation.calls import Site
from tools.simulation.disturbance import Schedule
from tools.simulation.executions import SimulatedExecution
from tools.simulation.incidents import Incidents, record_in
from tools.simulation.shop import APPLICATION, BLUE, DURATIONS, GREEN, OTHERS, PRODUCTION
from tools.simulation.world import Invocation, World

DNS_TTL: Final = DURATIONS["dns_ttl"]
RESCUE_SECONDS: Final = 330
"""As in the campaign: until users of a sick environment are elsewhere, while an execution can move them."""
FAULT_SECONDS: Final = 60
"""By how much a fault of one call may delay that."""
HAND_SECONDS: Final = 120
"""How long a swap by hand may explain what follows: a look may be from before it."""
CHANGES: Final = ("Create", "Update", "Terminate", "Swap", "Delete", "Abort", "Set")
WATCHING_GREEN: Final = ("AwaitGreenLive", "DrainBlue", "DeployRelease", "KeepGreenLive")
WATCHING_BLUE: Final = ("AwaitBlueLive", "WatchRelease", "KeepGreenLive")
SERVED_BY: Final = "Users are served by: "


@dataclass
class SafetyRules:
    """Watches one world, and collects the violations of its rules."""

    incidents: Incidents
    proved: set[str]
    faults: int = 0
    """How many faults of calls are planned."""
    violations: list[str] = field(default_factory=list)
    begun: bool = False
    """Whether the release has begun: what is before is not judged."""
    _holder: str | None = None
    _left: dict[str, float] = field(default_factory=dict)
    """By id: when an environment lost the production CNAME."""
    _blue_touched: bool = False
    _blue_tested: bool = False
    _green_terminated: bool = False
    _since: float = 0.0
    _spent: dict[str, float] = field(default_factory=dict)
    """By id: how long users of a sick environment could have been moved and were not."""
    _told: int = 0
    _notices: int = 0

    def begin(self, world: World) -> None:
        """Judge from now on."""
        self.begun = True
        self._blue_touched = self._blue_tested = self._green_terminated = False
        self._since, self._told = world.now(), len(world.messages)

    def changed(self, world: World) -> None:
        """Look at who serves users now."""
        now, holder = world.now(), world.shop.holder()
        name = holder.id if holder else None
        if name != self._holder:
            if self._holder is not None:
                self._left[self._holder] = now
            self._holder = name
        if not self.begun:
            return
        passed, self._since = now - self._since, now
        for environment in self._servers(world, holder):
            self._check_server(world, environment, passed)

    def called(self, world: World, site: Site, arguments: Mapping[str, Any]) -> None:
        """Look at a call before it has its effect."""
        if site.service == "sns" or not site.action.startswith(CHANGES) or not (world.invocation and self.begun):
            return
        if site.service == "elastic-beanstalk":
            form = {name: values[0] for name, values in parse_qs(arguments["request"].body.decode()).items()}
            self._check_change(world, site, world.invocation, form)

    def moved(self, _: World, run: SimulatedExecution, kind: str, state: str) -> None:
        """Take notice of what is proved by a state that ended."""
        if kind == "exited" and state == "VerifyRelease":
            self.proved.add(str(run.request.get("version", "v1")))
            self._blue_tested = True

    def ended(self, world: World, run: SimulatedExecution) -> None:
        """Look at what people were told of an execution that failed."""
        if run.status != "FAILED" or not self.begun:
            return
        self._notices += 1
        told = sum(subject.startswith(("The release", "A release failed")) for _, subject, _ in world.messages)
        told -= self._told
        if told < self._notices and not self.faults:
            self._violated(world, "An execution failed, and nobody was told.")
        holder = world.shop.holder()
        text = world.messages[-1][2] if world.messages else ""
        said = text.partition(SERVED_BY)[2].partition(" ")[0]
        if holder and told and said in (BLUE, GREEN) and said != holder.name and not self._recently_swapped(world):
            self._violated(world, f"People were told that {said} serves, and {holder.name} holds {PRODUCTION}.")

    # --- users

    def _servers(self, world: World, holder: Environment | None) -> list[Environment]:
        now = world.now()
        if holder is None:
            if not self.incidents.live_terminated:
                self._violated(world, f"No environment holds {PRODUCTION}.")
            return []
        recent = [id_ for id_, at in self._left.items() if now - at < DNS_TTL and id_ != holder.id]
        environments = world.account.service.state.environments
        return [holder, *(environments[id_] for id_ in recent)]

    def _check_server(self, world: World, environment: Environment, passed: float) -> None:
        if not world.shop.serves_well(environment):
            if not self._excused(world, environment, passed):
                self._violated(world, f"Users of {environment.name} got errors ({environment.status}).")
            return
        unproved = world.shop.versions_served(environment) - self.proved - {"by-hand"}
        if unproved and self.incidents.swapped_by_hand is None:
            self._violated(world, f"Users of {environment.name} were served {', '.join(sorted(unproved))}, unproved.")

    def _excused(self, world: World, environment: Environment, passed: float) -> bool:
        """Return whether nobody could avoid that users of this environment get errors now."""
        now, id_ = world.now(), environment.id
        if self.incidents.disturbed.get(id_, 0.0) >= now or self._recently_swapped(world, 600):
            return True
        begin, end = self.incidents.sick.get(id_, (0.0, 0.0))
        if not begin <= now <= end + 120:
            return False
        if self._can_move(world, environment):
            self._spent[id_] = self._spent.get(id_, 0.0) + passed
        return self._spent.get(id_, 0.0) <= RESCUE_SECONDS + self.faults * FAULT_SECONDS

    def _can_move(self, world: World, environment: Environment) -> bool:
        """Return whether an execution that watches the environment knows a good one to move its users to."""
        states = [each.state for each in world.executions if each.status == "RUNNING"]
        others = [id_ for id_, (begin, end) in self.incidents.sick.items() if begin <= world.now() <= end + 120]
        other = world.shop.environment(GREEN if environment.name == BLUE else BLUE)
        if any(id_ != environment.id for id_ in others) or not (other and _is_ready(world, other)):
            return False
        if environment.name == BLUE:
            return not self._green_terminated and any(state in WATCHING_BLUE for state in states)
        if self.incidents.deployed_by_hand:
            return False
        return any(self._blue_tested or (not self._blue_touched and state in WATCHING_GREEN) for state in states)

    # --- acts

    def _check_change(self, world: World, site: Site, invocation: Invocation, form: Mapping[str, str]) -> None:
        self._check_lock(world, site, invocation.run)
        if form.get("TemplateName") == OTHERS:
            self._violated(world, f"{site}: {OTHERS} is none of ours.")
        environments = world.account.service.state.environments
        ids = [form[name] for name in form if name.endswith("EnvironmentId")]
        for environment in (environments[id_] for id_ in ids if id_ in environments):
            if site.action in ("UpdateEnvironment", "TerminateEnvironment"):
                self._check_not_serving(world, site, environment)
        if site.action == "UpdateEnvironment":
            self._blue_touched, self._blue_tested = True, False
        if site.action == "TerminateEnvironment":
            self._green_terminated = True
        if site.action == "CreateEnvironment":
            self._green_terminated = False
        if site.action.startswith("Swap"):
            self._check_swap(world, site, invocation.state)

    def _check_not_serving(self, world: World, site: Site, environment: Environment) -> None:
        if self._recently_swapped(world):
            return
        left = self._left.get(environment.id, float("-inf"))
        if environment is world.shop.holder():
            self._violated(world, f"{site}: {environment.name} serves users.")
        elif world.now() - left < DNS_TTL:
            self._violated(world, f"{site}: users with old DNS answers are still on {environment.name}.")

    def _check_swap(self, world: World, site: Site, state: str) -> None:
        holder = world.shop.holder()
        wanted = {"SwapToGreen": GREEN, "SwapToBlue": BLUE}.get(state)
        if wanted is None:
            swap = record_in(world).get("swap")
            wanted = {"blue": BLUE, "green": GREEN}.get(swap["to"]) if isinstance(swap, dict) else None
        if holder and holder.name == wanted and not self._recently_swapped(world):
            self._violated(world, f"{site}: {wanted} has the users already; this swap takes them away.")

    def _check_lock(self, world: World, site: Site, run: SimulatedExecution) -> None:
        names = [str(record_in(world).get("execution", ""))]
        other = next((each for each in world.executions if each.arn in names and each is not run), None)
        if other and other.status == "RUNNING" and run.status == "RUNNING":
            self._violated(world, f"{site} of {run.name}: {other.name} holds the environment.")

    def _recently_swapped(self, world: World, seconds: float = HAND_SECONDS) -> bool:
        at = self.incidents.swapped_by_hand
        return at is not None and world.now() - at < seconds

    def _violated(self, world: World, sentence: str) -> None:
        if sentence not in self.violations:
            self.violations.append(sentence)
            world.note("RULE", sentence)


def _is_ready(world: World, environment: Environment) -> bool:
    return environment.status is EnvironmentStatus.READY and world.shop.serves_well(environment)


def unfinished(schedule: Schedule, end: str) -> list[str]:
    """Return what is wrong about the release's end: a fault of one call fails no release."""
    faults = [each for each in schedule if each.fault]
    if len(schedule) == len(faults) == 1 and end != "SUCCEEDED":
        return [f"A fault of one call ended the release: {end}."]
    return []


def left_over(world: World, incidents: Incidents, last: SimulatedExecution, version: str) -> list[str]:
    """Return what is not as it should be at the end. `version`: that blue should run."""
    if incidents.live_terminated:
        return []
    found = []
    if last.output_status != "released":
        found.append(f"Nothing released in the end: {last.name} {last.status} {last.error or last.output}.")
    state = world.account.service.state
    standing = sorted(each.name for each in state.alive_environments())
    if standing != [BLUE]:
        found.append(f"At the end there stand {', '.join(standing)}; expected only {BLUE}.")
    blue = world.shop.environment(BLUE)
    versions = {version, str(last.request.get("version"))} | ({"by-hand"} if incidents.deployed_by_hand else set())
    if blue and blue.cname != PRODUCTION:
        found.append(f"At the end {BLUE} holds {blue.cname}.")
    if blue and blue.label not in versions:
        found.append(f"At the end {BLUE} runs {blue.label}.")
    if templates := state.application(APPLICATION).templates.keys() - {OTHERS}:
        found.append(f"Saved configurations are left: {', '.join(sorted(templates))}.")
    return found
