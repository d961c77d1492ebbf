"""Which saved configurations this tool made: their description tells."""

from typing import Final

DESCRIPTION_PREFIX: Final = "made by beanstalk-bluegreen for "
"""The first words in the description of every saved configuration that this tool makes."""


def is_own(description: str | None) -> bool:
    """Return whether a saved configuration with this description is one of this tool; also when there is none."""
    return description is None or description.startswith(DESCRIPTION_PREFIX)
