"""Process 1: from text to typed values, a day at a time."""

import sys
from datetime import datetime

import pytest

from flows.adapters import compiled_models
from flows.policy.errors import WinnowError

LENGTH, REPEAT = "dec_prompts__length_bucket", "dec_prompts__is_repeat"


def _prompt(event: str, text: str, at: datetime, **more) -> dict:
    return {"event": event, "text": text, "at": at, "message_key": None, **more}


def _at(day: int, hour: int = 9, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute)


def test_a_prompt_of_the_evening_before_is_remembered(landing):
    landing.events("shard1", _prompt("p1", "synthetic words", _at(29, 23, 59)))
    landing.events("shard2", _prompt("p2", "synthetic words", _at(30, 0, 1)))
    landing.declassify()
    assert landing.declassified(REPEAT) == [("p1", False), ("p2", True)]


def test_only_prompts_are_opened(landing):
    reply = {"event": "r1", "actor": "agent", "kind": "reply", "text": "synthetic reply"}
    landing.events("shard1", _prompt("p1", "synthetic words", _at(30)), reply)
    landing.declassify()
    assert landing.declassified(LENGTH) == [("p1", "1-19")]


def test_a_second_run_does_nothing_and_leaves_the_bytes(landing):
    landing.events("shard1", _prompt("p1", "synthetic words", _at(30)))
    assert landing.declassify() == {"days": 1, "unchanged": 0}
    paths = sorted(landing.folder.glob("declassified/*/*/*"))
    before = [path.read_bytes() for path in paths]
    assert landing.declassify() == {"days": 0, "unchanged": 1}
    (landing.home / "state/opt_in/declassified.json").unlink()
    assert landing.declassify() == {"days": 1, "unchanged": 0}
    assert [path.read_bytes() for path in paths] == before


def test_an_object_that_grew_is_declassified_again_with_the_day_that_looks_back(landing):
    landing.events("shard1", _prompt("p1", "synthetic words, first", _at(28)))
    landing.events("shard2", _prompt("p2", "synthetic words, second", _at(29)))
    landing.events("shard3", _prompt("p3", "synthetic words, second", _at(30)))
    landing.declassify()
    grown = _prompt("p4", "synthetic words, third", _at(29, 10))
    landing.events("shard2", _prompt("p2", "synthetic words, second", _at(29)), grown)
    assert landing.declassify() == {"days": 2, "unchanged": 1}
    assert landing.declassified(REPEAT)[-2:] == [("p3", False), ("p4", False)]


def test_a_prompt_that_stands_in_several_objects_is_one_row_of_each_session(landing):
    prompt = _prompt("p1", "synthetic words", _at(30))
    landing.events("shard1", prompt, prompt | {"object": "o2"})
    landing.events("shard2", prompt | {"object": "o3", "session": "resumed"})
    landing.declassify()
    assert landing.declassified(LENGTH) == [("p1", "1-19"), ("p1", "1-19")]


def test_what_was_let_out_of_text_that_is_gone_goes_too(landing):
    landing.events("shard1", _prompt("p1", "synthetic words", _at(29)))
    landing.events("shard2", _prompt("p2", "synthetic words", _at(30)))
    landing.declassify()
    for path in landing.folder.glob("*/date=2026-03-29/shard1.parquet"):
        path.unlink()
    landing.declassify()
    assert landing.declassified(LENGTH) == [("p2", "1-19")]


def test_a_day_whose_prompts_are_gone_loses_its_file(landing):
    reply = {"event": "r1", "actor": "agent", "kind": "reply", "text": "synthetic reply"}
    landing.events("shard1", _prompt("p1", "synthetic words", _at(30)))
    landing.declassify()
    landing.events("shard1", reply)
    landing.declassify()
    assert not list(landing.folder.glob("declassified/*/*/*"))


def test_text_past_the_limit_is_not_read(landing):
    landing.events("shard1", _prompt("p1", "synthetic words", _at(1)))
    assert landing.declassify() == {"days": 0, "unchanged": 0}


def test_the_spill_folder_of_a_killed_run_is_emptied(landing):
    spill = landing.folder / "raw/.spill"
    spill.mkdir(parents=True)
    (spill / "duckdb_temp_storage-0.tmp").write_text("what a killed run left")
    landing.events("shard1", _prompt("p1", "synthetic words", _at(30)))
    landing.declassify()
    assert not spill.exists()


def test_a_failure_names_model_and_day_and_no_text(landing, monkeypatch):
    broken = compiled_models.Model(
        LENGTH,
        "select event_key, session_key, event_date, raw__text::integer as prompt_length_bucket"
        " from raw.raw",
        {"event_key": "varchar", "prompt_length_bucket": "varchar"},
    )
    models = compiled_models.CompiledModels("0", [], [broken])
    monkeypatch.setattr("flows.adapters.declassified.load_compiled", lambda *_: models)
    landing.events("shard1", _prompt("p1", "planted-in-the-text", _at(30)))
    with pytest.raises(WinnowError, match=f"{LENGTH} failed on 2026-03-30") as failure:
        landing.declassify()
    assert failure.value.__cause__ is None
    assert "planted" not in f"{failure.value.message}{failure.value.remedy}"


@pytest.mark.parametrize(
    "path", ["../../default_tier/raw/date=2026-03-30/x.parquet", "../consent/current.parquet"]
)
def test_the_declassifier_opens_text_and_events_of_its_tier_only(landing, monkeypatch, path):
    sql = f"select '' as event_key from read_parquet('{landing.folder}/raw/{path}')"
    model = compiled_models.Model(LENGTH, sql, {"event_key": "varchar"})
    models = compiled_models.CompiledModels("0", [], [model])
    monkeypatch.setattr("flows.adapters.declassified.load_compiled", lambda *_: models)
    landing.events("shard1", _prompt("p1", "synthetic words", _at(30)))
    landing.consent(a1="granted")
    with pytest.raises(WinnowError, match="PermissionException"):
        landing.declassify()


def test_dbt_is_not_started_for_a_project_that_was_compiled(landing, monkeypatch):
    monkeypatch.setitem(sys.modules, "dbt.cli.main", None)
    landing.events("shard1", _prompt("p1", "synthetic words", _at(30)))
    assert landing.declassify() == {"days": 1, "unchanged": 0}
