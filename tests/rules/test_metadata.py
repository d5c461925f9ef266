import pyarrow.parquet as pq
import pytest


@pytest.mark.parametrize("name", ["notes.txt", "part-0.parquet.bak", ".hidden", "part-x.parquet"])
def test_a_stray_file_is_refused(bench, refused, name):
    folder = bench.sessions()
    (folder / name).write_text("a stray file")
    assert refused("metadata", folder) == [(None, 1)]


def test_a_link_in_place_of_a_file_is_refused(bench, refused, tmp_path):
    folder = bench.sessions()
    moved = (folder / "part-0.parquet").rename(tmp_path / "elsewhere.parquet")
    (folder / "part-0.parquet").symlink_to(moved)
    assert refused("metadata", folder) == [(None, 1)]


def test_a_mechanism_s_record_where_no_mechanism_is_listed_is_refused(bench, refused):
    folder = bench.sessions()
    (folder / "mechanism.json").write_text("{}")
    assert refused("metadata", folder) == [(None, 1)]


def test_a_note_in_the_footer_is_refused(bench, refused):
    folder = bench.sessions(copy=", kv_metadata {note: 'fix the login page'}")
    assert refused("metadata", folder) == [(None, 1)]


def test_another_writer_with_its_own_notes_is_refused(bench, refused):
    folder = bench.sessions()
    path = folder / "part-0.parquet"
    pq.write_table(pq.read_table(path), path)
    assert (None, 1) in refused("metadata", folder)


def test_bytes_before_the_footer_that_no_column_owns_is_refused(bench, refused):
    folder = bench.sessions()
    path = folder / "part-0.parquet"
    content = path.read_bytes()
    footer = int.from_bytes(content[-8:-4], "little") + 8
    path.write_bytes(content[:-footer] + b"fix the login page" + content[-footer:])
    assert pq.read_table(path).num_rows == 40
    assert refused("metadata", folder) == [(None, 1)]


def test_files_as_duckdb_writes_them_passes(bench, refused):
    bench.sessions("select * from sessions where session_key < '8'", rows=3000)
    change = "select * from sessions where session_key >= '8'"
    folder = bench.sessions(change, rows=3000, name="part-1.parquet", copy=", compression zstd")
    assert refused("metadata", folder) == []


def test_a_file_with_many_row_groups_passes(bench, refused):
    folder = bench.sessions(rows=9000, copy=", row_group_size 2048")
    assert refused("metadata", folder) == []


def test_a_file_without_rows_passes(bench, refused):
    assert refused("metadata", bench.sessions(rows=0)) == []
