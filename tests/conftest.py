"""Settings for all tests: caches of tools stay in this project's folder."""

import gc

from rehearsal.account.caches import use_project_caches

use_project_caches()

# Tests make many objects that live long. To look for garbage after every 700 new ones takes a sixth of a unit test.
gc.set_threshold(50_000, 20, 20)
