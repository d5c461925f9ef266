"""`winnow bits --backend llm`: a file of prompts in, lines out, and agreement with the embedded."""

import json

import pytest
import typer

from flows.commands.bits import bits
from flows.policy.errors import WinnowError
from flows.score_prompts import open_backend
from tests.bits.llm_server import Answer, Server, always, answer, envelope, finding
from tests.bits.test_llm_reader import model  # noqa: F401
from tests.flows.conftest import house, unbind  # noqa: F401


@pytest.fixture(autouse=True)
def fresh():
    open_backend.cache_clear()
    yield
    open_backend.cache_clear()


@pytest.fixture
def run(tmp_path, capfdbinary, monkeypatch):
    """Runs the verb on lines of prompts; answers what it printed on each stream."""

    def call(*lines: dict, evaluate=False, **options):
        unbind(monkeypatch)
        path = tmp_path / "prompts.jsonl"
        path.write_text("".join(json.dumps(line) + "\n" for line in lines))
        place = {"evaluate": path} if evaluate else {"file": str(path)}
        common = {
            "backend": "llm",
            "tier": "opt_in",
            "compare": "",
            "sure": False,
            "as_json": False,
        }
        call.exit_code = 0
        try:
            bits(**common | place | options)
        except typer.Exit as ended:
            call.exit_code = ended.exit_code
        out, err = capfdbinary.readouterr()
        return out.decode(), err.decode()

    return call


def praising(request, number, handler):
    words = request.turns[0]["human"]
    found = [finding("satisfied", "thanks")] if "thanks" in words else []
    return Answer(body=envelope("openai", answer(found)))


def test_lines_come_out_in_order_with_bits_and_scores(run, model):  # noqa: F811
    with Server("openai", praising) as server:
        model(server)
        out, err = run({"id": "a", "text": "add a test"}, {"id": "b", "text": "works, thanks"})
    first, second = map(json.loads, out.splitlines())
    assert (first["id"], second["id"]) == ("a", "b")
    assert first["bits"]["satisfied"] is False and second["bits"]["satisfied"] is True
    assert first["scores"]["satisfied"] < 0.5 < second["scores"]["satisfied"] <= 1
    assert "answered 2" in err and "USD" in err


def test_no_report_of_danger_is_a_no_of_this_backend(run, model):  # noqa: F811
    with Server("openai", praising) as server:
        model(server)
        out, _ = run({"id": 1, "text": "add a test"})
    assert json.loads(out)["bits"]["danger_flagged"] is False


def test_the_prompt_before_and_the_agents_tail_are_sent_along(run, model):  # noqa: F811
    with Server("openai", praising) as server:
        model(server)
        run({"id": 1, "text": "no", "context": "Done.", "prev_user": "use tabs",
             "interrupted_before": True})  # fmt: skip
    (turn,) = server.requests[0].turns
    assert (turn["human_before"], turn["agent_tail"]) == ("use tabs", "Done.")
    assert turn["interrupted_before"] is True


def test_a_file_goes_on_where_it_was_stopped(run, model):  # noqa: F811
    lines = [{"id": n, "text": f"prompt {n}"} for n in range(5)]
    with Server("openai", praising) as server:
        model(server)
        run(*lines[:3])
        open_backend.cache_clear()
        _, err = run(*lines)
    assert len(server.requests) == 5
    assert "cached 3" in err


def test_what_the_model_cannot_tell_is_null(run, model):  # noqa: F811
    refused = envelope("openai", "", finish_reason="content_filter")
    with Server("openai", lambda *request: Answer(body=refused)) as server:
        model(server)
        out, err = run({"id": 1, "text": "thanks"})
    line = json.loads(out)
    assert set(line["bits"].values()) == {None} == set(line["scores"].values())
    assert run.exit_code == 1 and "1 call got no answer" in err


@pytest.mark.parametrize("options", [{"tier": ""}, {"tier": "default_tier"}])
def test_the_tier_has_to_be_named_and_to_have_a_model(run, model, options):  # noqa: F811
    with Server("openai", praising) as server:
        model(server)
        with pytest.raises(WinnowError) as caught:
            run({"id": 1, "text": "thanks"}, **options)
    assert caught.value.exit_code == 2
    assert server.requests == []


def test_either_backend_is_evaluated_and_their_agreement_shown(run, model):  # noqa: F811
    lines = [
        {"id": n, "text": text, "source_repo": f"r{n % 3}", "labels": {"satisfied": label}}
        for n, (text, label) in enumerate([("works now, thanks", 1), ("add a test", 0)] * 6)
    ]
    with Server("openai", praising) as server:
        model(server)
        out, _ = run(*lines, evaluate=True, compare="embedded", as_json=True)
        shown, _ = run(*lines, evaluate=True, compare="embedded")
    found = json.loads(out)
    for words in ("llm  12 prompts", "embedded  12 prompts", "llm and embedded", "known to both"):
        assert words in shown
    value, low, high = found["backends"]["llm"]["bits"]["satisfied"]["precision"]
    assert low <= value <= high
    assert set(found["backends"]) == {"llm", "embedded"}
    assert found["backends"]["llm"]["bits"]["satisfied"]["f1"][0] == 1
    value, low, high = found["agreement"]["satisfied"]["agreed"]
    assert value > 0.5 and low <= value <= high


def test_a_bad_key_is_an_error_without_text(run, model):  # noqa: F811
    def behave(request, number, handler):
        return Answer(401, {"error": request.message})

    with Server("openai", behave) as server:
        model(server)
        with pytest.raises(WinnowError, match="401") as caught:
            run({"id": 1, "text": "a cormorant"})
    assert "cormorant" not in str(caught.value) + caught.value.remedy


def test_an_empty_file_asks_nothing(run, model):  # noqa: F811
    with Server("openai", always("openai", answer([]))) as server:
        model(server)
        assert run() == ("", "")
    assert server.requests == []
