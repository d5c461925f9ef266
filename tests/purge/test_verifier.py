"""The verifier finds the oldest datum by what is written in it, and says what it cannot read."""

import ast
import base64
import gzip
import json
import os
import sqlite3
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

import flows.verifier
from flows.verifier.buckets import bucket_data
from flows.verifier.folders import shared_data, source_data, tier_data
from flows.verifier.instants import oldest_in_file
from flows.verifier.memory import Memory
from flows.verifier.report import Report
from flows.verifier.residue import files_with_any

OLD = date(2026, 1, 5)
NEW = date(2026, 3, 20)
OLD_AT = datetime(2026, 1, 5, 12, tzinfo=UTC)
CANARY = "a-canary-nobody-else-writes"


def lines_of(*days: date) -> bytes:
    records = [{"type": "user", "timestamp": f"{day}T12:00:00.000Z"} for day in days]
    return "".join(json.dumps(record) + "\n" for record in records).encode()


def table_of(*days: date) -> pa.Table:
    return pa.table({"session_date": list(days), "note": ["x"] * len(days)})


def make_jsonl(path):
    path.write_bytes(lines_of(NEW, OLD))


def make_gzip(path):
    path.write_bytes(gzip.compress(lines_of(NEW)) + gzip.compress(lines_of(OLD)))


def make_zstd(path):
    frames = [zstandard.ZstdCompressor().compress(lines_of(day)) for day in (NEW, OLD)]
    path.write_bytes(b"".join(frames))


def make_parquet(path):
    pq.write_table(table_of(NEW, OLD), path, row_group_size=1, write_statistics=False)


def make_duckdb(path):
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "CREATE SCHEMA m; CREATE TABLE m.t (session_date DATE, moment TIMESTAMP)"
        )
        connection.execute(f"INSERT INTO m.t VALUES ('{NEW}', '{OLD} 12:00:00')")


def make_sqlite(path):
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE log (timestamp DATETIME)")
    connection.execute(f"INSERT INTO log VALUES ('{NEW} 00:00:00'), ('{OLD} 12:00:00')")
    connection.commit()
    connection.close()


MAKERS = [make_jsonl, make_gzip, make_zstd, make_parquet, make_duckdb, make_sqlite]


@pytest.mark.parametrize("make", MAKERS)
def test_the_oldest_instant_is_found_by_content(tmp_path, make):
    # No name ends as its content does: what counts are the first bytes.
    path = tmp_path / "unnamed"
    make(path)
    assert oldest_in_file(path).date() == OLD


def test_the_lines_of_a_log_say_when_and_those_of_a_query_do_not(tmp_path):
    (tmp_path / "serve.log").write_text(f"{NEW}T10:00:00 new\n[{OLD}] old\n")
    (tmp_path / "query.sql").write_text(f"select date\n'{OLD}'\n")
    assert oldest_in_file(tmp_path / "serve.log").date() == OLD
    assert oldest_in_file(tmp_path / "query.sql") is None


def test_instants_in_other_zones_and_as_unix_time_are_compared_as_utc(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"timestamp": "2026-01-06T01:00:00+05:00"}\n{"timestamp": 1767614400000}\n')
    assert oldest_in_file(path) == datetime(2026, 1, 5, 12, tzinfo=UTC)


def test_an_instant_inside_the_text_of_a_record_is_not_its_age(tmp_path):
    path = tmp_path / "a.jsonl"
    inner = {"timestamp": "1999-01-01T00:00:00Z", "text": '{"timestamp": "1998-01-01"}'}
    path.write_text(json.dumps({"timestamp": f"{NEW}T00:00:00Z", "message": inner}) + "\n")
    assert oldest_in_file(path).date() == NEW


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_and_nothing_else(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "any"
    path.write_bytes(content)
    found, is_readable = Memory(None).recall((), lambda: oldest_in_file(path))
    assert found is None or is_readable


@pytest.mark.parametrize(
    "content",
    [b"PAR1 cut short", b"\x1f\x8b\x08 cut", b"\x28\xb5\x2f\xfd cut", b"x" * 8 + b"DUCK cut",
     b"SQLite format 3\0 cut"],
)  # fmt: skip
def test_what_cannot_be_decoded_is_counted_as_unreadable(tmp_path, content):
    path = tmp_path / "landing" / "opt_in" / "raw" / f"date={NEW}" / "a"
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    (finding,) = Report(list(tier_data(tmp_path, "opt_in", Memory(None)))).findings()
    assert (finding.kind, finding.unreadable_count) == ("landing/raw", 1)


def test_a_link_is_unreadable_and_not_followed(tmp_path):
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "link").symlink_to(tmp_path)
    (finding,) = Report(list(shared_data(tmp_path, (), tmp_path / "p", Memory(None)))).findings()
    assert (finding.kind, finding.unreadable_count) == ("results", 1)


def test_content_older_than_its_partition_says_is_found(tmp_path):
    path = tmp_path / "landing" / "opt_in" / "events" / f"date={NEW}" / "a.parquet"
    path.parent.mkdir(parents=True)
    pq.write_table(table_of(OLD, NEW), path)
    (finding,) = Report(list(tier_data(tmp_path, "opt_in", Memory(None)))).findings()
    assert finding.oldest.date() == OLD


def test_every_zone_of_a_tier_is_a_kind_of_its_own(tmp_path):
    for name in ("landing/opt_in/raw/date=2026-03-20/a", "landing/opt_in/raw/.spill/b",
                 "exports/opt_in/e/date=2026-03-20/c", "state/opt_in/landed/2026-03-20.json",
                 "keys/opt_in/control.key", "warehouse/.opt_in.duckdb.1.tmp",
                 "landing/default_tier/raw/d", "warehouse/default_tier.duckdb"):  # fmt: skip
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    kinds = {f.kind for f in Report(list(tier_data(tmp_path, "opt_in", Memory(None)))).findings()}
    assert kinds == {"landing/raw", "leftovers", "exports", "state/landed", "keys"}


def test_a_control_key_has_no_age_and_an_epoch_key_that_of_its_last_day(tmp_path):
    for name in ("control", "epoch-682"):
        (tmp_path / "keys" / "opt_in").mkdir(parents=True, exist_ok=True)
        (tmp_path / "keys" / "opt_in" / f"{name}.key").write_text("k")
    (finding,) = Report(list(tier_data(tmp_path, "opt_in", Memory(None)))).findings()
    assert finding.oldest.date() == date(2026, 2, 5)


def test_what_nobody_knows_is_reported_by_its_last_change(tmp_path):
    (tmp_path / "forgotten.txt").write_text("x")
    os.utime(tmp_path / "forgotten.txt", (OLD_AT.timestamp(), OLD_AT.timestamp()))
    (finding,) = Report(list(shared_data(tmp_path, (), tmp_path / "p", Memory(None)))).findings()
    assert (finding.kind, finding.oldest) == ("other", OLD_AT)


def test_a_report_holds_no_reference(tmp_path):
    path = tmp_path / "sessions" / str(NEW) / "account-of-somebody" / "s.jsonl"
    path.parent.mkdir(parents=True)
    path.write_bytes(lines_of(NEW))
    report = Report(list(source_data(tmp_path, "source", Memory(None))))
    assert "somebody" not in json.dumps(report.as_json())
    assert report.as_json()[0]["kind"] == "source/sessions"


def test_unchanged_files_are_decoded_once(tmp_path, monkeypatch):
    path, memory_path = tmp_path / "s" / "sessions" / "a.jsonl", tmp_path / "memory.json"
    path.parent.mkdir(parents=True)
    path.write_bytes(lines_of(OLD))
    assert read_with(memory_path, path) == (OLD, 1)
    assert read_with(memory_path, path) == (OLD, 0)
    path.write_bytes(lines_of(NEW, NEW))
    assert read_with(memory_path, path) == (NEW, 1)


def test_a_file_that_was_changed_and_dated_back_is_decoded_again(tmp_path):
    path, memory_path = tmp_path / "s" / "sessions" / "a.jsonl", tmp_path / "memory.json"
    path.parent.mkdir(parents=True)
    path.write_bytes(lines_of(NEW))
    assert read_with(memory_path, path) == (NEW, 1)
    status = path.stat()
    with path.open("r+b") as file:
        file.write(lines_of(OLD))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert path.stat().st_size == status.st_size
    assert read_with(memory_path, path) == (OLD, 1)


@pytest.mark.parametrize(("days", "decoded"), [(0, 0), (6, 0), (7, 1), (-1, 1)])
def test_nothing_is_remembered_for_a_week_or_from_a_day_to_come(tmp_path, days, decoded):
    path, memory_path = tmp_path / "s" / "sessions" / "a.jsonl", tmp_path / "memory.json"
    path.parent.mkdir(parents=True)
    path.write_bytes(lines_of(OLD))
    read_with(memory_path, path)
    later = NEW + timedelta(days=days)
    assert read_with(memory_path, path, later) == (OLD, decoded)
    # A check that remembered does not put off the day on which everything is decoded again.
    assert read_with(memory_path, path, NEW + timedelta(days=7)) == (OLD, 1 if days < 7 else 0)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"whole_on": 1, "oldest": {}}', "null"])
def test_a_damaged_memory_is_none(tmp_path, content):
    path, memory_path = tmp_path / "s" / "sessions" / "a.jsonl", tmp_path / "memory.json"
    path.parent.mkdir(parents=True)
    path.write_bytes(lines_of(OLD))
    memory_path.write_text(content)
    assert read_with(memory_path, path) == (OLD, 1)


def test_a_check_says_how_much_of_it_it_remembered(tmp_path):
    memory = Memory(tmp_path / "m", NEW)
    memory.recall(("a",), lambda: OLD_AT)
    memory.save()
    memory = Memory(tmp_path / "m", NEW + timedelta(days=1))
    memory.recall(("a",), lambda: OLD_AT)
    memory.recall(("b",), lambda: None)
    assert memory.evidence() == {
        "decoded_count": 1, "remembered_count": 1, "whole_on": NEW.isoformat(),
    }  # fmt: skip


def read_with(memory_path: Path, path: Path, today: date = NEW) -> tuple[date, int]:
    from flows.verifier import folders

    decoded = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            folders, "oldest_in_file", lambda p: (decoded.append(p), oldest_in_file(p))[1]
        )
        memory = Memory(memory_path, today)
        (datum,) = source_data(path.parent.parent, "source", memory)
        memory.save()
    return datum.oldest.date(), len(decoded)


def test_what_could_not_be_read_is_tried_again(tmp_path):
    def fail():
        raise ValueError("quotes what it read")

    memory = Memory(tmp_path / "m", NEW)
    assert memory.recall(("a",), fail) == (None, False)
    memory.save()
    assert Memory(tmp_path / "m", NEW).recall(("a",), lambda: OLD_AT) == (OLD_AT, True)
    assert "quotes" not in (tmp_path / "m").read_text()


def test_versions_markers_and_uploads_in_a_bucket_are_seen(s3, bucket):
    key = f"p/sessions/{NEW}/a/s.jsonl.gz"
    for day in (OLD, NEW):
        s3.put_object(Bucket=bucket, Key=key, Body=gzip.compress(lines_of(day)))
    s3.delete_object(Bucket=bucket, Key=key)
    s3.create_multipart_upload(Bucket=bucket, Key=f"p/sessions/{OLD}/a/u.jsonl")
    found = Report(list(bucket_data(s3, bucket, "p", "source", Memory(None)))).findings()
    assert [(f.kind, f.place_count, f.oldest.date()) for f in found] == [
        ("source/sessions", 3, OLD), ("source/uploads", 1, OLD)]  # fmt: skip


def test_a_value_is_found_under_every_layer(tmp_path):
    plain = CANARY.encode()
    (tmp_path / "plain").write_bytes(plain)
    (tmp_path / "gzip").write_bytes(gzip.compress(plain))
    (tmp_path / "zstd").write_bytes(zstandard.ZstdCompressor().compress(plain))
    (tmp_path / "base64").write_bytes(b'{"data": "' + base64.b64encode(plain) + b'"}')
    (tmp_path / "twice").write_bytes(base64.b64encode(gzip.compress(b"some more " + plain)))
    (tmp_path / "json").write_text(json.dumps({"a": CANARY}).replace("nobody", "nob\\u006fdy"))
    pq.write_table(pa.table({"a": [CANARY] * 9}), tmp_path / "parquet", compression="zstd")
    with duckdb.connect(str(tmp_path / "duckdb")) as connection:
        connection.execute("CREATE TABLE t AS SELECT ? AS a FROM range(5000)", [CANARY])
    connection = sqlite3.connect(tmp_path / "sqlite")
    connection.execute("CREATE TABLE t (a)")
    connection.execute("INSERT INTO t VALUES (?)", (gzip.compress(plain),))
    connection.commit()
    connection.close()
    (tmp_path / "without").write_text("nothing of the kind")
    found = {path.name for path in files_with_any(tmp_path, [CANARY])}
    assert found == {path.name for path in tmp_path.iterdir()} - {"without"}


def test_a_value_is_found_under_escapes_wherever_they_stand(tmp_path):
    value = 'one line\n\tand "another", im Größenwahn 🙂'
    (tmp_path / "line").write_text(json.dumps({"a": value}) + "\n{}\n")
    (tmp_path / "indented").write_text(json.dumps({"a": {"b": value}}, indent=1))
    (tmp_path / "nested").write_text(json.dumps({"a": json.dumps({"b": [value]})}))
    (tmp_path / "in a log").write_text(f"12:00 ERROR got {json.dumps(value)} \\ instead")
    (tmp_path / "without").write_text(json.dumps(value.replace("wahn", "wahl")))
    found = {path.name for path in files_with_any(tmp_path, [value])}
    assert found == {path.name for path in tmp_path.iterdir()} - {"without"}


def test_the_verifier_shares_no_code_with_anything_of_winnow():
    folder = Path(flows.verifier.__file__).parent
    for path in folder.glob("*.py"):
        own = {name for name in imported(path) if name.startswith(("flows", "expectations"))}
        assert all(name.startswith("flows.verifier.") for name in own), path.name


def test_the_purge_uses_nothing_of_the_verifier():
    for path in (Path(flows.verifier.__file__).parents[1] / "adapters").glob("purge_*.py"):
        assert not any(name.startswith("flows.verifier") for name in imported(path)), path.name


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    return names
