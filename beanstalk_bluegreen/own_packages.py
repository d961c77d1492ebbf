"""Requires, when it is imported, that `infra` and `lambdas` are the packages of this project.

Raises ImportError when the app has a package of one of these names, which Python finds first.
"""

from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).resolve().parents[1]

for name in ("infra", "lambdas"):
    spec = find_spec(name)
    if spec is None or HERE / name not in [Path(each).resolve() for each in spec.submodule_search_locations or ()]:
        found = spec.origin if spec else "nothing"
        raise ImportError(
            f"Expected the package `{name}` of beanstalk-bluegreen in {HERE}. Found {found}. "
            "Rename yours, or start the app from another folder."
        )
