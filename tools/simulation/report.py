"""What the search tells: counts, the speed, what was reached, and each violation as a story."""

from collections import Counter
from dataclasses import dataclass, field
from time import perf_counter, process_time

from tools.simulation.play import Played

STORY_LINES = 60


@dataclass
class SearchReport:
    """Counts what was played."""

    began: float = field(default_factory=perf_counter)
    worked: float = field(default_factory=process_time)
    schedules: int = 0
    known: int = 0
    """How many of them came to a world that is like one that was judged, and were not played on."""
    parts: Counter[str] = field(default_factory=Counter)
    ends: Counter[str] = field(default_factory=Counter)
    reached: Counter[tuple[str, str]] = field(default_factory=Counter)
    """How often something happened in a state."""
    longest: Played | None = None
    failed: list[Played] = field(default_factory=list)
    rules: Counter[str] = field(default_factory=Counter)

    def add(self, part: str, played: Played) -> bool:
        """Count a schedule. Return whether it is the first one that violates its rule in this way."""
        self.schedules += 1
        self.parts[part] += 1
        self.known += played.rest > 0
        self.ends[played.end] += 1
        what = [each.what for each in played.schedule]
        self.reached.update(zip(played.disturbed, what, strict=False))
        if self.longest is None or _calls(played) > _calls(self.longest):
            self.longest = played
        if not played.violations:
            return False
        rule = f"{'+'.join(what)}: {played.violations[0]}"
        self.rules[rule] += 1
        return self.rules[rule] == 1

    def progress(self, part: str, last: Played) -> str:
        """Return a line about a search that goes on."""
        seconds = perf_counter() - self.began
        where = f"{part} of {last.case}, at call {last.schedule[0].point if last.schedule else 0}"
        return f"  {seconds:6.0f} s  {self.schedules:9,} schedules, {sum(self.rules.values())} violate a rule; {where}"

    def lines(self) -> list[str]:
        """Return the report in lines."""
        real, worked = perf_counter() - self.began, process_time() - self.worked
        found = [
            f"{self.schedules:,} schedules in {real:.0f} seconds, {worked:.0f} of the processor.",
            f"  {self.known:,} came to a world like one that was judged already, and ended there.",
            f"  {self.schedules / max(worked, 1e-9):.0f} schedules for each second of the processor.",
            "  " + ", ".join(f"{number:,} {part}" for part, number in self.parts.items()),
            "  ended " + ", ".join(f"{end or 'nowhere'}: {number:,}" for end, number in sorted(self.ends.items())),
            f"  {len(self.reached):,} pairs of a state and what happened in it were reached.",
        ]
        if self.longest:
            found.append(
                f"  The longest schedule makes {_calls(self.longest)} calls in {self.longest.seconds:,.0f} account"
                f" seconds: {shown(self.longest)}"
            )
        found.append(f"  {sum(self.rules.values()):,} schedules violate a rule.")
        return found


def _calls(played: Played) -> int:
    return len(played.sites) + played.rest


def shown(played: Played) -> str:
    """Return a schedule as `make simulate ARGS="--play ..."` takes it."""
    seed = "" if played.seed is None else f" seed={played.seed}"
    return f"{played.case}{seed} {' '.join(map(str, played.schedule))}"


def story(played: Played) -> list[str]:
    """Return a schedule that violates rules as lines that a person can read: what happened, state by state."""
    kept: list[str] = []
    waits = 0
    for line in played.history:
        if line.endswith(("failed EnvironmentNotReadyError", "failed EnvironmentReadySoonError")):
            waits += 1
            continue
        if waits:
            kept.append(f"{'':10}  {'':10}  ... {waits} looks")
            waits = 0
        kept.append(line)
    return [f"VIOLATED by {shown(played)}", *(f"  {each}" for each in played.violations), *kept[-STORY_LINES:]]
