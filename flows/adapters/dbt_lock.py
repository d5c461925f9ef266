"""The dbt-duckdb plugin that opens the tier's typed folders and locks the connection.

dbt-duckdb's own `settings:` are set again on every cursor, which a locked configuration refuses, so
everything is done once, here, before the first model runs.
"""

import json
from pathlib import Path


class Plugin:
    """Runs the statements of the plan, a JSON list that `dbt_runner` writes before it starts dbt.

    Called by dbt-duckdb with the names below. A plan that is missing or fails ends the run.
    """

    def __init__(self, name: str, plugin_config: dict, credentials=None) -> None:
        self.name = name
        self.plan = Path(plugin_config["plan"])

    def update_connection_config(self, creds, config: dict) -> None:
        """The connection is opened as it is; what it may do is settled below."""

    def configure_connection(self, conn) -> None:
        for statement in json.loads(self.plan.read_text()):
            conn.execute(statement)

    def configure_cursor(self, cursor) -> None:
        """Settings are global: a cursor has nothing left to set."""
