"""Settings for all tests: caches of tools stay in this project's folder."""

import gc
import os

from rehearsal.account.caches import cache_variables

os.environ.update(cache_variables())

# Tests make many objects that live long. To look for garbage after every 700 new ones takes a sixth of a unit test.
gc.set_threshold(50_000, 20, 20)


def pytest_collection_finish() -> None:
    """Leave what the modules and the collected tests consist of out of later searches for garbage."""
    gc.collect()
    gc.freeze()
