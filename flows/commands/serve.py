"""winnow serve: the schedules."""

from typing import Annotated

import typer


def serve(
    tier: Annotated[
        str, typer.Option(help="one tier, or `shared` for what no tier owns; all by default")
    ] = "",
) -> None:
    """Run the schedules: the daily run of every tier, and the purge on the evening before."""
    from flows.policy.tiers import check_scope
    from flows.serve import serve_all, serve_scope

    if not tier:
        serve_all()
    else:
        serve_scope(check_scope(tier))
