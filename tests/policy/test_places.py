from pathlib import Path

import pytest

from flows.policy.places import bucket_of, staging_folder


@pytest.mark.parametrize(
    "url,expected",
    [
        ("s3://transcripts", ("transcripts", "")),
        ("s3://transcripts/", ("transcripts", "")),
        ("s3://transcripts/opt_in/v1/", ("transcripts", "opt_in/v1")),
        ("/srv/transcripts", None),
        ("~/s3://transcripts", None),
    ],
)
def test_an_address_of_s3_is_a_bucket_and_a_prefix_any_other_a_folder(url, expected):
    assert bucket_of(url) == expected


def test_copies_on_their_way_lie_in_the_raw_zone_of_their_tier():
    assert staging_folder(Path("/home"), "opt_in").is_relative_to("/home/landing/opt_in/raw")
