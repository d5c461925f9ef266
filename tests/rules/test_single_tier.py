import json


def test_a_candidate_in_another_tier_s_folder_is_refused(bench, refused):
    assert refused("single_tier", bench.sessions(), tier="default_tier") == [(None, 1)]


def test_a_record_of_another_tier_is_refused(bench, refused):
    folder = bench.cohorts()
    (folder / "mechanism.json").write_text(json.dumps({"tier": "opt_in"}))
    assert refused("single_tier", folder, tier="default_tier") == [(None, 1)]


def test_a_candidate_of_its_own_tier_passes(bench, refused):
    assert refused("single_tier", bench.sessions()) == []
