"""Columns of every landing dataset, in order, with their DuckDB types."""

EVENTS = {
    "event_key": "VARCHAR",
    "session_key": "VARCHAR",
    "account_key": "VARCHAR",
    "cluster_key": "VARCHAR",
    "message_key": "VARCHAR",
    "object_key": "VARCHAR",
    "object_version": "VARCHAR",
    "session_date": "DATE",
    "event_at": "TIMESTAMP",
    "event_date": "DATE",
    "block_ordinal": "INTEGER",
    "agent": "VARCHAR",
    "client_major": "SMALLINT",
    "client_minor": "SMALLINT",
    "client_patch": "SMALLINT",
    "actor": "VARCHAR",
    "kind": "VARCHAR",
    "has_words": "BOOLEAN",
    "tool_kind": "VARCHAR",
    "model_family": "VARCHAR",
    "is_sidechain": "BOOLEAN",
    "is_error": "BOOLEAN",
    "input_tokens": "BIGINT",
    "output_tokens": "BIGINT",
    "cached_tokens": "BIGINT",
    "lines_added_count": "INTEGER",
    "lines_removed_count": "INTEGER",
}

RAW = {
    "event_key": "VARCHAR",
    "session_key": "VARCHAR",
    "event_date": "DATE",
    "raw__text": "VARCHAR",
    "raw__tool_input": "VARCHAR",
    "raw__path": "VARCHAR",
    "raw__workdir": "VARCHAR",
    "raw__model": "VARCHAR",
}

BITS = {
    "event_key": "VARCHAR",
    "session_key": "VARCHAR",
    "session_date": "DATE",
    "bit": "VARCHAR",
    "value": "BOOLEAN",
    "confidence_bucket": "VARCHAR",
}

CONSENT = {"account_key": "VARCHAR", "state": "VARCHAR", "effective_at": "TIMESTAMP"}

ASSIGNMENTS = {
    "account_key": "VARCHAR",
    "experiment": "VARCHAR",
    "variant": "VARCHAR",
    "assigned_date": "DATE",
}

SURVIVAL = {
    "session_key": "VARCHAR",
    "checkpoint": "VARCHAR",
    "survival_ratio": "DOUBLE",
    "lines_bucket": "VARCHAR",
    "checked_date": "DATE",
}

LANDING = {
    "events": EVENTS,
    "bits": BITS,
    "consent": CONSENT,
    "assignments": ASSIGNMENTS,
    "survival": SURVIVAL,
}
