"""The schedules: the daily run of every tier and the purge, without a server to set up.

Each scope (a tier, or what no tier owns) is served by a process of its own, which sees that tier's
settings only. Where PREFECT_API_URL names no server, one runs on this machine beside them, with its
records under WINNOW_HOME and a retention within the window.
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from flows.environment import environment_of
from flows.policy.errors import WinnowError
from flows.policy.tiers import SCOPES, SHARED
from flows.policy.windows import RETENTION_DAYS
from flows.run_scopes import scope_command
from flows.settings import Settings, load_settings

_SERVER_START_SECONDS = 180
# Only events are vacuumed by default; runs, logs and orphans would stay for ever.
SERVER_SETTINGS = {
    "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs,orphans",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": str((RETENTION_DAYS - 1) * 86400),
    "PREFECT_SERVER_EVENTS_RETENTION_PERIOD": f"P{RETENTION_DAYS - 1}D",
    "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
}


def serve_all() -> None:
    """Serves every scope until stopped; ends when one of its processes ends."""
    settings = load_settings()
    with ExitStack() as stack:
        url = os.environ.get("PREFECT_API_URL") or stack.enter_context(local_server(settings))
        workers = [
            stack.enter_context(_process(scope_command("serve", scope), _environment(scope, url)))
            for scope in SCOPES
        ]
        while all(worker.poll() is None for worker in workers):
            time.sleep(1)
    raise WinnowError(
        "a process that serves the schedules has ended",
        remedy="its own message stands above; start `winnow serve` again",
    )


def serve_scope(scope: str) -> None:
    """Serves one scope's schedules from this process. Needs PREFECT_API_URL."""
    import prefect

    settings = load_settings()
    prefect.serve(*_deployments(scope, settings), print_starting_message=False)


def _deployments(scope: str, settings: Settings) -> list:
    from flows.daily import daily
    from flows.purge_expired import purge_expired

    purge = purge_expired.to_deployment(
        f"purge_{scope}", cron=settings.purge_cron, parameters={"scope": scope}
    )
    if scope == SHARED:
        return [purge]
    run = daily.to_deployment(
        f"daily_{scope}", cron=settings.daily_cron, parameters={"tier": scope, "canaries": True}
    )
    return [run, purge]


@contextmanager
def local_server(settings: Settings) -> Iterator[str]:
    """A Prefect server on this machine's loopback until the block ends; its API's address."""
    port = _free_port()
    home = settings.home / "prefect"
    home.mkdir(parents=True, exist_ok=True)
    command = [
        sys.executable, "-m", "prefect", "server", "start",
        "--host", "127.0.0.1", "--port", str(port), "--no-ui",
    ]  # fmt: skip
    environment = environment_of(SHARED) | SERVER_SETTINGS | {"PREFECT_HOME": str(home)}
    with _process(command, environment) as server:
        url = f"http://127.0.0.1:{port}/api"
        _wait_until_healthy(url, server)
        yield url


def _wait_until_healthy(url: str, server: subprocess.Popen) -> None:
    import httpx

    limit = time.monotonic() + _SERVER_START_SECONDS
    while time.monotonic() < limit and server.poll() is None:
        try:
            if httpx.get(f"{url}/health", timeout=2).is_success:
                return
        except httpx.HTTPError:
            time.sleep(0.5)
    raise WinnowError(
        "the local Prefect server did not start",
        remedy="its own message stands above; or set PREFECT_API_URL to a server that runs",
    )


@contextmanager
def _process(command: list[str], environment: dict[str, str]) -> Iterator[subprocess.Popen]:
    process = subprocess.Popen(command, env=environment)
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def _environment(scope: str, url: str) -> dict[str, str]:
    return environment_of(scope) | SERVER_SETTINGS | {"PREFECT_API_URL": url}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
