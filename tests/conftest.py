"""Settings for all tests: caches of tools stay in this project's folder."""

from rehearsal.account.caches import use_project_caches

use_project_caches()
