"""What a run saw about each fact: a sentence, and whether it agrees with the fact. Pure, over the evidence."""

from collections.abc import Callable
from dataclasses import dataclass

from rehearsal.prove.proof_evidence import ProofEvidence
from rehearsal.prove.questions import ACCEPTED

UPDATE_STARTS = "Environment update is starting."
UPDATE_ENDS = "Environment update completed successfully."
LAUNCH_ENDS = "Successfully launched environment"
SWAP_STARTS = "swapEnvironmentCNAMEs is starting."
SWAP_ENDS = "Completed swapping CNAMEs"
TERMINATION_ENDS = "terminateEnvironment completed successfully."
TOLERANCE_SECONDS = 30.0
"""Looks are some seconds apart, and events are dated by another clock than looks."""
NAME_OF_FAILURE = "the failed release"


@dataclass(frozen=True)
class FactObservation:
    """`agrees`: None when the fact allows for both, or when nothing was seen."""

    text: str
    agrees: bool | None


Observe = Callable[[ProofEvidence], FactObservation]
NOT_SEEN = FactObservation("not seen in this run", None)


def answered(question: str, words: str, *, relied_on: bool = True) -> Observe:
    """Return an observation of AWS's answer to a question, which should have these words in it.

    `relied_on`: another answer disagrees. Otherwise it is only written down.
    """

    def observe(evidence: ProofEvidence) -> FactObservation:
        answer = evidence.answers.get(question)
        if answer is None:
            return NOT_SEEN
        agrees = words.lower() in answer.lower()
        return FactObservation(f'answered "{answer}"', agrees if agrees or relied_on else None)

    return observe


def refused(question: str) -> Observe:
    """Return an observation of whether a call was refused. Nothing relies on it."""

    def observe(evidence: ProofEvidence) -> FactObservation:
        answer = evidence.answers.get(question)
        if answer is None:
            return NOT_SEEN
        return FactObservation(f'answered "{answer}"', None if answer == ACCEPTED else True)

    return observe


def has_events(*messages: str) -> Observe:
    """Return an observation of whether an event begins with each of these messages."""

    def observe(evidence: ProofEvidence) -> FactObservation:
        if not evidence.events:
            return NOT_SEEN
        missing = [text for text in messages if not any(each.message.startswith(text) for each in evidence.events)]
        if missing:
            return FactObservation(f"no event begins with {', '.join(repr(each) for each in missing)}", False)
        return FactObservation("the events have these words", True)

    return observe


def lasts(operation: str, most_seconds: float) -> Observe:
    """Return an observation of the longest operation of a kind, which should take at most so many seconds."""

    def observe(evidence: ProofEvidence) -> FactObservation:
        seconds = evidence.durations.get(operation)
        if seconds is None:
            return NOT_SEEN
        return FactObservation(f"took up to {seconds:.0f} s", seconds <= most_seconds)

    return observe
