"""The errors of `make prove`. Each message says what was expected, what was found and what to do next."""


class ProofError(Exception):
    """The proof cannot start or go on."""


class RemovalError(Exception):
    """Something of a run is left in the account. The message names all of it."""
