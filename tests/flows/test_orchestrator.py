import traceback

import pytest

from expectations.allowlist import AllowlistError
from flows import orchestrator
from flows.orchestrator import flow, redacted, task
from flows.policy.errors import TransientError, WinnowError

CANARY = "canary-7711 my private words"


def fail_with_text():
    raise ValueError(CANARY)


def test_what_a_step_raises_says_type_and_place_and_quotes_nothing():
    with pytest.raises(
        WinnowError, match=r"fail_with_text failed at .*\.py:\d+ \(ValueError\)"
    ) as at:
        redacted(fail_with_text)()
    shown = "".join(traceback.format_exception(at.value))
    assert CANARY not in shown
    assert at.value.__cause__ is None and at.value.__context__ is None


def test_an_error_that_names_a_remedy_passes_as_it_is():
    @redacted
    def refuse():
        raise WinnowError("place and rule", remedy="do this", exit_code=2)

    with pytest.raises(WinnowError, match="place and rule") as refusal:
        refuse()
    assert (refusal.value.remedy, refusal.value.exit_code) == ("do this", 2)


def test_a_full_disk_is_called_by_its_name():
    @redacted
    def write():
        raise OSError(28, CANARY, CANARY)

    with pytest.raises(WinnowError, match="No space left on device") as refusal:
        write()
    assert CANARY not in refusal.value.message


def test_only_a_transient_failure_is_tried_again(monkeypatch):
    monkeypatch.setattr(orchestrator, "RETRY_WAIT_SECONDS", 0)
    tries = []

    def attempt(error):
        tries.append(error)
        raise error

    step = task(attempt, retries=2)
    with pytest.raises(TransientError):
        step(TransientError("busy", remedy="wait"))
    assert len(tries) == 3
    with pytest.raises(WinnowError):
        step(WinnowError("wrong", remedy="mend"))
    assert len(tries) == 4


def test_a_transient_failure_that_passes_leaves_no_trace(monkeypatch):
    monkeypatch.setattr(orchestrator, "RETRY_WAIT_SECONDS", 0)
    answers = [TransientError("busy", remedy="wait"), None]

    @task(retries=1)
    def attempt():
        if answer := answers.pop(0):
            raise answer
        return "done"

    assert attempt() == "done"


def test_without_a_server_a_flow_is_a_plain_call(monkeypatch):
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    assert flow(lambda: 7)() == 7


def test_what_is_wrong_with_a_file_of_rules_passes_with_its_remedy():
    @redacted
    def read():
        raise AllowlistError("allowlist opt_in.yml, (top level)", remedy="mend that key")

    with pytest.raises(WinnowError, match="top level") as refusal:
        read()
    assert (refusal.value.remedy, refusal.value.exit_code) == ("mend that key", 2)
