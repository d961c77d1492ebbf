"""The file that remembers a run."""

from pathlib import Path

from rehearsal.prove.run_file import FILE_NAME, RunFile


def test_a_run_is_remembered_until_it_is_deleted(tmp_path: Path) -> None:
    memory = RunFile(tmp_path / "new" / FILE_NAME, "1a2b3c", "123456789012", "eu-west-1", "2026-11-25T10:00:00+00:00")
    memory.save()
    memory.remember_environment("e-1")
    memory.remember_environment("e-1")
    memory.remember_bucket("bucket")
    found = RunFile.read(tmp_path / "new")
    assert found == memory
    assert (found.environment_ids, found.buckets) == (["e-1"], ["bucket"])
    memory.delete()
    memory.delete()
    assert RunFile.read(tmp_path / "new") is None
