"""winnow scorecard: which variant of the agent is better, with honest intervals."""

import json
from pathlib import Path
from typing import Annotated

import typer

from flows.policy.errors import WinnowError


def scorecard(
    file: Annotated[
        Path | None, typer.Argument(help="a Parquet table of sessions; the pipeline's own if none")
    ] = None,
    split: Annotated[
        str, typer.Option(help="planned shares, as control=0.5,treatment=0.5; equal if not given")
    ] = "",
    control: Annotated[str, typer.Option(help="the variant that others are compared with")] = "",
    looks: Annotated[
        str, typer.Option(help="once or daily: which intervals decide; daily if days are known")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="print one JSON document")] = False,
) -> None:
    """Compare variants: columns account_key, variant, one a metric; optional pre_<metric>,
    <metric>__denominator, observed_at, experiment."""
    from flows.adapters.scorecard_console import show

    documents = scorecards(file, parse_options(split, control, looks))
    if as_json:
        print(json.dumps(documents[0] if file else {"scorecards": documents}, allow_nan=False))
    else:
        show(documents)


def scorecards(file: Path | None, options) -> list[dict]:
    """The document of a file, or one a tier of the pipeline's own."""
    from flows.compare_variants import compare_file, compare_pipeline

    if file is not None:
        return [compare_file(file.expanduser(), options)]
    from flows.settings import load_settings

    return compare_pipeline(load_settings().home, options)


def parse_options(split: str, control: str, looks: str):
    """Raises WinnowError (exit code 2) for options that say nothing."""
    from flows.scorecard.analysis import Options
    from flows.scorecard.pairs import DAILY, ONCE

    if looks not in ("", ONCE, DAILY):
        raise WinnowError(
            "--looks is neither once nor daily", remedy="leave it away, or name one", exit_code=2
        )
    return Options(split=_shares(split), control=control or None, rule=looks or None)


def _shares(split: str) -> dict[str, float] | None:
    if not split:
        return None
    try:
        pairs = [part.rpartition("=") for part in split.split(",")]
        return {name.strip(): float(share) for name, _, share in pairs}
    except ValueError:
        raise WinnowError(
            "--split cannot be read", remedy="write it as control=0.5,treatment=0.5", exit_code=2
        ) from None
