"""The one way in which Plan refuses a release."""

from lambdas.errors import ReleaseRefusedError


def require(
    condition: object,
    *,
    expected: str,
    found: str,
    remedy: str = "Correct the input, or what it names",
    settles: bool = False,
) -> None:
    """Raise ReleaseRefusedError unless the condition holds. `remedy`: what to do before a new execution.

    `settles`: a stale answer may be the reason, so Plan looks again before it refuses.
    """
    if not condition:
        next_step = f"{remedy}, then start a new execution; nothing was touched."
        raise ReleaseRefusedError(expected=expected, found=found, next_step=next_step, settles=settles)
