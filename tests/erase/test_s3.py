"""Erasing in a versioned bucket over HTTP: all that is the account's, and nothing of others."""

from datetime import date

import pytest

from flows.erase_account import erase
from flows.policy.tiers import Tier
from flows.verifier.accounts import bucket_traces
from tests.purge.conftest import bucket, s3, s3_url
from tests.purge.test_s3 import left_in

__all__ = ["bucket", "s3", "s3_url"]
DAYS = (date(2026, 3, 1), date(2026, 3, 30))


@pytest.fixture
def source(house, s3_url, bucket, monkeypatch) -> str:
    values = {"SOURCE": f"s3://{bucket}/product", "ENDPOINT_URL": s3_url,
              "ACCESS_KEY_ID": "test", "SECRET_ACCESS_KEY": "test"}  # fmt: skip
    for name, value in values.items():
        monkeypatch.setenv(f"WINNOW_DEFAULT_TIER__{name}", value)
    return bucket


def key_of(day: date, account: str, name: str = "s") -> str:
    return f"product/sessions/{day}/{account}/{name}.jsonl"


def test_every_version_of_every_day_goes_and_others_stay(s3, source):
    for day in DAYS:
        for account in ("ada", "adam", "ben"):
            for body in (b"one\n", b"two\n"):
                s3.put_object(Bucket=source, Key=key_of(day, account), Body=body)
        s3.delete_object(Bucket=source, Key=key_of(day, "ada"))
        s3.create_multipart_upload(Bucket=source, Key=key_of(day, "ada", "unfinished"))
        s3.create_multipart_upload(Bucket=source, Key=key_of(day, "adam", "unfinished"))
    assert len(bucket_traces(s3, source, "product", {"ada"})) == 8
    done = erase(Tier.DEFAULT, "ada", execute=True)
    counts = {each["kind"]: each["place_count"] for each in done["kinds"]}
    assert counts == {"source/sessions": 6, "source/uploads": 2}
    assert bucket_traces(s3, source, "product", {"ada"}) == []
    others = [key_of(day, account) for day in DAYS for account in ("adam", "ben")]
    uploads = [key_of(day, "adam", "unfinished") for day in DAYS]
    assert left_in(s3, source) == sorted([*others, *others, *uploads])
