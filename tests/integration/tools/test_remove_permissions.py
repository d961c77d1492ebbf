"""`make permissions` tries only the release paths that may miss a permission."""

from tests.support.release_paths import PathEnd
from tools.remove_permissions import ReferenceRun


def test_paths_before_the_first_use_of_a_permission_are_not_run() -> None:
    ends: dict[str, list[PathEnd]] = {"succeeds": [], "fails": [], "hangs": []}
    reference = ReferenceRun(ends, {("plan", "s3:PutObject"): "succeeds", ("clone_blue", "s3:GetObject"): "fails"})
    assert reference.paths(("plan", "s3:PutObject")) == ["succeeds", "fails", "hangs"]
    assert reference.paths(("clone_blue", "s3:GetObject")) == ["fails", "hangs"]
