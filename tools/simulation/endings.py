"""What must be true when a release has ended, and when nothing is left to do. Each violation is a sentence."""

from tools.simulation.disturbance import Schedule
from tools.simulation.executions import SimulatedExecution
from tools.simulation.incidents import Incidents
from tools.simulation.shop import APPLICATION, BLUE, OTHERS, PRODUCTION
from tools.simulation.world import World


def unfinished(schedule: Schedule, end: str) -> list[str]:
    """Return what is wrong about the release's end: it succeeds when nothing happens, or a fault of one call."""
    if not schedule and end != "SUCCEEDED":
        return [f"The release does not succeed, although nothing happens in it: {end}."]
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
    standing = sorted(each.name for each in state.alive_environments() if not incidents.terminates(each))
    if standing != [BLUE]:
        found.append(f"At the end there stand {', '.join(standing)}; expected only {BLUE}.")
    blue = world.shop.environment(BLUE)
    versions = {version, str(last.request.get("version"))} | ({"by-hand"} if incidents.deployed_by_hand else set())
    if blue and blue.cname != PRODUCTION:
        found.append(f"At the end {BLUE} does not hold {PRODUCTION}.")
    if blue and blue.label not in versions:
        found.append(f"At the end {BLUE} runs {blue.label}.")
    templates = state.application(APPLICATION).templates.keys() - {OTHERS}
    if templates and not (incidents.terminated_by_hand or incidents.acted_late):
        found.append(f"Saved configurations are left: {', '.join(sorted(templates))}.")
    return found
