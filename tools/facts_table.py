"""The table in docs/rehearsal.md: what the handlers rely on, how far it is known, and what the emulator does."""

from collections.abc import Sequence

from rehearsal.prove.facts import Fact

HEADER = ["| AWS | known | the emulator | seen by `make prove` |", "|---|---|---|---|"]


def markdown(facts: Sequence[Fact]) -> str:
    """Return the table, with a row for each fact."""
    rows = [
        f"| {fact.sentence} | {_state(fact)} | {fact.emulator} | {'yes' if fact.observe else 'no'} |" for fact in facts
    ]
    return "\n".join([*HEADER, *rows])


def _state(fact: Fact) -> str:
    return f"[{fact.state}]({fact.source})" if fact.source else str(fact.state)
