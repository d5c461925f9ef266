from flows.policy.checksums import overall_checksum
from flows.policy.wording import counted


def test_the_only_plan_has_its_own_checksum():
    assert overall_checksum({"opt_in": "a" * 64}) == "a" * 64


def test_another_plan_or_another_scope_gives_another_checksum():
    plans = [{"opt_in": "a", "feedback": "b"}, {"opt_in": "a", "feedback": "c"},
             {"opt_in": "a", "shared": "b"}, {"opt_in": "b", "feedback": "a"}]  # fmt: skip
    assert len({overall_checksum(each) for each in plans}) == len(plans)


def test_one_of_a_thing_is_not_called_many():
    assert [counted(count, "place") for count in (0, 1, 1200)] == [
        "0 places", "1 place", "1,200 places",
    ]  # fmt: skip
