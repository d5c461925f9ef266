"""Publishing and withdrawing, also when the process dies between any two steps."""

import hashlib
import os
import sys
from datetime import date

import pytest

from flows.adapters.exports import ExportStore
from flows.policy.errors import WinnowError
from flows.policy.manifests import manifest_bytes
from flows.policy.releases import released_names

DAY = date(2026, 3, 30)
NAME = "training_sessions"
CHANGES = {
    "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.truncate", "shutil.copyfile", "open",
}  # fmt: skip


@pytest.fixture
def store(tmp_path) -> ExportStore:
    return ExportStore(tmp_path, "opt_in")


def release(store, *contents: bytes):
    """A candidate of those files, the document of its release, and the names it is published as."""
    folder = store.candidate_folder(NAME, DAY)
    folder.mkdir(parents=True, exist_ok=True)
    for number, content in enumerate(contents):
        (folder / f"part-{number}.parquet").write_bytes(content)
    digests = {
        f"part-{number}.parquet": hashlib.sha256(content).hexdigest()
        for number, content in enumerate(contents)
    }
    names = released_names(digests)
    files = [{"name": names[name], "sha256": digest} for name, digest in digests.items()]
    return {"files": files}, names


def snapshot(root):
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def survives(step: int, work) -> bool:
    """Whether `work`, in a process that dies before its `step`-th change of a file, got through."""
    child = os.fork()
    if child == 0:
        left = [step]

        def die(event, arguments):
            if event in CHANGES and (event != "open" or arguments[1] in ("w", "wb", "xb")):
                left[0] -= 1
                if left[0] < 0:
                    os._exit(9)

        sys.addaudithook(die)
        work()
        os._exit(0)
    return os.waitpid(child, 0)[1] == 0


def every_death(work):
    """Yields after each possible death of `work`; ends when it got through."""
    step = 0
    while not survives(step, work):
        yield step
        step += 1
    assert step > 2


def check_reader_rule(store):
    """No manifest, or one that agrees with the files that it names."""
    path = store.export_folder(NAME, DAY) / "manifest.json"
    assert not path.exists() or store.manifest(NAME, DAY) is not None


def test_a_release_is_its_files_and_a_manifest_that_agrees(store):
    document, names = release(store, b"one", b"two")
    store.publish(NAME, DAY, document, names)
    folder = store.export_folder(NAME, DAY)
    assert sorted(path.name for path in folder.iterdir()) == ["manifest.json", *names.values()]
    assert store.manifest(NAME, DAY) == document == store.record(NAME, DAY)


def test_a_first_release_may_die_at_any_step_and_a_rerun_gives_the_same_bytes(store):
    document, names = release(store, b"one", b"two")

    def publish():
        store.publish(NAME, DAY, document, names)

    for _ in every_death(publish):
        check_reader_rule(store)
    publish()
    whole = snapshot(store.exports)
    store.withdraw(NAME, DAY)
    publish()
    assert snapshot(store.exports) == whole


def test_a_replacement_may_die_at_any_step_and_old_or_new_is_whole(store):
    old, old_names = release(store, b"one", b"two")
    store.publish(NAME, DAY, old, old_names)
    new, names = release(store, b"uno", b"two", b"tres")

    for _ in every_death(lambda: store.publish(NAME, DAY, new, names)):
        assert store.manifest(NAME, DAY) in (old, new)
        if store.manifest(NAME, DAY) == new:
            store.sweep(NAME, DAY)
            assert len(list(store.export_folder(NAME, DAY).iterdir())) == 4
    store.publish(NAME, DAY, new, names)
    folder = store.export_folder(NAME, DAY)
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        ["manifest.json", *names.values()]
    )


def test_a_withdrawal_may_die_at_any_step_and_nothing_half_is_an_export(store):
    document, names = release(store, b"one", b"two")
    store.publish(NAME, DAY, document, names)
    for _ in every_death(lambda: store.withdraw(NAME, DAY)):
        check_reader_rule(store)
    assert snapshot(store.exports) == {} == snapshot(store.records)
    assert store.released_days(NAME) == []


def test_what_is_left_of_a_withdrawal_is_found_again(store):
    document, names = release(store, b"one")
    store.publish(NAME, DAY, document, names)
    (store.export_folder(NAME, DAY) / "manifest.json").unlink()
    assert store.released_days(NAME) == [DAY]


def test_a_candidate_that_changed_after_the_check_is_not_published(store):
    document, names = release(store, b"one")
    release(store, b"other")
    with pytest.raises(WinnowError, match="changed after it was checked"):
        store.publish(NAME, DAY, document, names)
    assert store.manifest(NAME, DAY) is None
    assert not (store.export_folder(NAME, DAY) / "manifest.json").exists()


def test_a_published_file_that_was_changed_is_no_longer_vouched_for(store):
    document, names = release(store, b"one")
    store.publish(NAME, DAY, document, names)
    (store.export_folder(NAME, DAY) / names["part-0.parquet"]).write_bytes(b"eno")
    assert store.manifest(NAME, DAY) is None


def test_a_manifest_that_cannot_be_read_is_none(store):
    folder = store.export_folder(NAME, DAY)
    folder.mkdir(parents=True)
    for content in (b"", b"{", b"[]", b'{"rows": 1}', b'{"files": [{}]}'):
        (folder / "manifest.json").write_bytes(content)
        assert store.manifest(NAME, DAY) is None


def test_drafts_and_empty_folders_are_no_candidates(store):
    folder = store.candidate_folder(NAME, DAY)
    folder.mkdir(parents=True)
    assert store.candidate_days(NAME) == []
    (folder / ".part-0.parquet.123.tmp").write_bytes(b"half")
    assert store.candidate_days(NAME) == []
    assert store.candidate_digests(NAME, DAY) == {}
    assert list(folder.iterdir()) == []


def test_a_manifest_is_the_same_bytes_whatever_the_order_of_its_fields():
    assert manifest_bytes({"a": 1, "b": 2}) == manifest_bytes({"b": 2, "a": 1})
