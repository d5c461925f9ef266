"""A compiled project: labels persist from model to model, and raw is read in one room only."""

import duckdb
import pytest

from expectations.declassifiers import Door
from expectations.domains import Column, Enum
from expectations.lineage import CompiledModel, check_project

SOURCES = {
    ("raw", "raw"): {"event_key": "varchar", "raw__text": "varchar"},
    ("landing", "events"): {"event_key": "varchar", "kind": "varchar", "event_at": "timestamp"},
}
BUCKET = "case when length(raw__text) < 20 then '1-19' when length(raw__text) >= 20 then '20+' end"
DECLASSIFIED = CompiledModel(
    "dec_prompts__length",
    "declassified",
    f"select event_key, {BUCKET} as length_bucket from raw.raw",
    {"event_key": "varchar", "length_bucket": "varchar"},
)
SIGNAL = CompiledModel(
    "sig_event__length",
    "signals",
    "select event_key, max(length_bucket) as longest from main.dec_prompts__length group by 1",
    {"event_key": "varchar", "longest": "varchar"},
)
SOURCE_TEXT = "'1-19' '20+' prompt"


def check(*models, doors=(), sources=SOURCES, text=SOURCE_TEXT):
    return check_project(
        duckdb.connect(),
        models,
        sources=sources,
        doors={door.name: door for door in doors},
        source_text=text,
    )


def door(fingerprint, model="dec_prompts__length", values=("1-19", "20+"), nullable=True):
    domain = Column("length_bucket", Enum(values=values, nullable=nullable))
    return Door("length", model, "length_bucket", "", fingerprint, domain, domain.bits, "", "")


@pytest.fixture(scope="module")
def fingerprint():
    (found,) = check(DECLASSIFIED).candidates["dec_prompts__length"]
    return found


def rules(verdict, model):
    return {reason.rule for reason in verdict.models[model].reasons}


def test_an_unregistered_expression_is_refused_and_its_fingerprint_told(fingerprint):
    verdict = check(DECLASSIFIED)
    assert not verdict.is_clean
    assert verdict.candidates == {"dec_prompts__length": {fingerprint: "raw.raw__text"}}


def test_a_registered_door_makes_the_model_and_those_below_it_clean(fingerprint):
    verdict = check(DECLASSIFIED, SIGNAL, doors=[door(fingerprint)])
    assert verdict.is_clean, verdict
    assert verdict.models["dec_prompts__length"].doors == {"length": 1}


def test_labels_persist_from_model_to_model():
    verdict = check(DECLASSIFIED, SIGNAL)
    assert rules(verdict, "sig_event__length") == {"explicit_flow"}


def test_a_door_opens_in_its_own_model_only(fingerprint):
    verdict = check(DECLASSIFIED, doors=[door(fingerprint, model="dec_other")])
    assert not verdict.is_clean


@pytest.mark.parametrize(
    "wrong",
    [{"values": ("1-19",)}, {"nullable": False}, {"values": ("1-19", "30+")}],
)
def test_a_result_outside_the_registered_domain_is_refused(fingerprint, wrong):
    verdict = check(DECLASSIFIED, doors=[door(fingerprint, **wrong)])
    assert "door_result" in rules(verdict, "dec_prompts__length")


def test_a_raw_column_is_read_in_its_room_only_even_if_dropped():
    model = CompiledModel(
        "sig_event__any",
        "signals",
        "select event_key from (select event_key, raw__text from raw.raw)",
        {"event_key": "varchar"},
    )
    assert rules(check(model), "sig_event__any") == {"raw_outside"}


def test_a_source_column_without_a_contract_does_not_bind():
    sources = {("landing", "events"): {"event_key": "varchar"}}
    model = CompiledModel(
        "sig_event__kind", "signals", "select kind from landing.events", {"kind": "varchar"}
    )
    assert rules(check(model, sources=sources), "sig_event__kind") == {"does_not_bind"}


def test_an_output_column_without_a_contract_is_refused():
    model = CompiledModel(
        "sig_event__kind", "signals", "select event_key, kind from landing.events",
        {"event_key": "varchar"},
    )  # fmt: skip
    assert rules(check(model), "sig_event__kind") == {"unlabelled_column"}


def test_text_that_stands_nowhere_in_the_project_came_from_elsewhere():
    model = CompiledModel(
        "sig_event__kind", "signals", "select 'northwind' as kind from landing.events",
        {"kind": "varchar"},
    )  # fmt: skip
    assert rules(check(model), "sig_event__kind") == {"unregistered_literal"}
    assert check(model, text=SOURCE_TEXT + " 'northwind'").is_clean


def test_numbers_that_a_macro_makes_are_no_foreign_text():
    model = CompiledModel(
        "sig_event__kind", "signals", "select '5-19' as bucket from landing.events",
        {"bucket": "varchar"},
    )  # fmt: skip
    assert check(model).is_clean


def test_a_model_may_not_read_the_clock():
    model = CompiledModel(
        "sig_event__age", "signals",
        "select event_key from landing.events where event_at > now()::timestamp",
        {"event_key": "varchar"},
    )  # fmt: skip
    assert rules(check(model), "sig_event__age") == {"clock"}


def test_a_data_test_over_raw_text_is_refused():
    test = CompiledModel(
        "not_null_raw_text", "test", "select raw__text from raw.raw where raw__text is null"
    )
    assert {"raw_outside", "explicit_flow"} <= rules(check(test), "not_null_raw_text")
