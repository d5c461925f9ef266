"""winnow bits: the bits of prompts, a line of JSON each."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from flows.policy.wording import counted


def bits(
    file: Annotated[
        str, typer.Argument(help="prompts, one JSON object a line: id, text, …; `-`: stdin")
    ] = "",
    evaluate: Annotated[
        Path | None, typer.Option(help="measure against this file, whose lines have `labels`")
    ] = None,
    backend: Annotated[str, typer.Option(help="embedded, or llm where one is set up")] = "embedded",
    compare: Annotated[
        str, typer.Option(help="with --evaluate: a second backend; prints their agreement")
    ] = "",
    tier: Annotated[str, typer.Option(help="with llm: the tier whose text this is")] = "",
    sure: Annotated[
        bool, typer.Option("--sure", help="few false positives: null where a bit is uncertain")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="with --evaluate: print one JSON document")
    ] = False,
) -> None:
    """Out: {id, bits: {name: true|false|null}, scores: {name: 0–1}} a line, in the input's order.

    A score of 0.5 is where a bit becomes true. Lines that cannot be read are named on stderr by
    number; then the exit code is 2, after the others were answered. It is 1 where a language model
    gave no answer to some.
    """
    from flows.score_prompts import answer_all, open_backend, open_lines

    if bool(file) == bool(evaluate):
        raise typer.BadParameter("name a file of prompts, or one with labels by --evaluate")
    if compare and (not evaluate or compare == backend):
        raise typer.BadParameter("--compare names another backend than --backend, to --evaluate")
    bad_count = 0
    backends = [open_backend(name, tier) for name in (backend, compare) if name]
    if evaluate:
        from flows.evaluate_bits import show_evaluation

        show_evaluation(str(evaluate), backends, as_json=as_json)
    else:
        with open_lines(file) as lines:
            bad_count = _write(answer_all(lines, backend, tier, sure=sure))
    failed_count = _show_usage(backends)
    if bad_count or failed_count:
        raise typer.Exit(2 if bad_count else 1)


def _write(answers) -> int:
    """Prints the answers; names the lines that were no prompts. Returns how many there were."""
    bad_count = 0
    for found in answers:
        sys.stdout.buffer.write(found.lines)
        sys.stdout.buffer.flush()
        for line in found.bad:
            print(f"line {line.number}: {line.reason}", file=sys.stderr)
        bad_count += len(found.bad)
    if bad_count:
        lines = counted(bad_count, "line")
        print(f"winnow: not read: {lines}; → each needs id and text", file=sys.stderr)
    return bad_count


def _show_usage(backends) -> int:
    """What a language model was asked and cost, on stderr. Returns how many calls failed."""
    models = [backend for backend in backends if getattr(backend, "usage", None)]
    for model in models:
        counts = " · ".join(f"{name} {count:,}" for name, count in sorted(model.usage.items()))
        print(f"{model.name}: {counts} · {model.usd:.4f} USD", file=sys.stderr)
    failed_count = sum(model.failed_count for model in models)
    if failed_count:
        print(
            f"winnow: {counted(failed_count, 'call')} got no answer, the bits asked for are null; "
            "→ run the same command again: what was answered is kept",
            file=sys.stderr,
        )
    return failed_count
