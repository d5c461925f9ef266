"""Settings from the environment: what every process may know, and what one tier's may."""

import os
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from flows.policy.errors import WinnowError
from flows.policy.tiers import Tier

PROJECT_DIR = Path(__file__).resolve().parent.parent

_bound: Tier | None = None


class Settings(BaseSettings):
    """WINNOW_HOME, WINNOW_TODAY and the like: nothing here is secret."""

    model_config = SettingsConfigDict(env_prefix="WINNOW_", frozen=True, extra="forbid")

    home: Path = Path("data")
    today: date = Field(default_factory=lambda: datetime.now(UTC).date())
    project_dir: Path = PROJECT_DIR
    workers: int = Field(default=2, ge=1, le=64)
    lock_seconds: float = Field(default=60, ge=0)
    # The purge for a day ends before that day begins: it runs the evening before.
    daily_cron: str = "0 3 * * *"
    purge_cron: str = "0 21 * * *"

    def owns(self, url: str) -> bool:
        """Whether a source is one of the default folders, which winnow makes itself."""
        return url.startswith(f"{self.home / 'sources'}/")

    @property
    def now(self) -> datetime:
        """The clock: the system's, or noon of WINNOW_TODAY in drills and tests."""
        if "today" in self.model_fields_set:
            return datetime.combine(self.today, time(12), UTC)
        return datetime.now(UTC)


class TierSettings(BaseSettings):
    """One tier's source and credentials: WINNOW_<TIER>__SOURCE and so on."""

    model_config = SettingsConfigDict(frozen=True, extra="forbid")

    source: str = ""
    control: str = ""
    endpoint_url: str | None = None
    region: str = "us-east-1"
    access_key_id: SecretStr | None = None
    secret_access_key: SecretStr | None = None
    session_token: SecretStr | None = None
    source_purge: Literal["winnow", "product"] = "winnow"


class LlmSettings(BaseSettings):
    """One tier's language model for the bits: WINNOW_<TIER>__LLM_ENDPOINT and so on.

    No endpoint: the embedded model. Seconds of one attempt, of a call with all its attempts, and
    of the first wait between two.
    """

    model_config = SettingsConfigDict(frozen=True, extra="forbid")

    endpoint: str = ""
    model: str = ""
    protocol: Literal["openai", "anthropic"] = "openai"
    api_key: SecretStr | None = None
    concurrency: int = Field(default=4, ge=1, le=64)
    attempts: int = Field(default=5, ge=1, le=20)
    attempt_seconds: float = Field(default=60, gt=0)
    call_seconds: float = Field(default=300, gt=0)
    first_wait_seconds: float = Field(default=1, gt=0)
    max_output_tokens: int = Field(default=8192, ge=256)


class ControlSettings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="WINNOW_CONTROL__", frozen=True, extra="forbid")

    source: str = ""


def load_settings() -> Settings:
    """Raises WinnowError (exit code 2) naming the variable that cannot be used."""
    _check_known_variables()
    settings = _load(Settings, "WINNOW_")
    return settings.model_copy(update={"home": settings.home.expanduser().absolute()})


def load_tier_settings(tier: Tier, settings: Settings) -> TierSettings:
    """The source and credentials of one tier, with folders under WINNOW_HOME where none is named.

    A process belongs to the first tier that it asks for: asking for another raises WinnowError, so
    that no code path can hold two tiers' credentials.
    """
    _bind(tier)
    prefix = f"WINNOW_{tier.upper()}__"
    loaded = _load(TierSettings, prefix, _env_prefix=prefix)
    control = _load(ControlSettings, "WINNOW_CONTROL__").source
    sources = settings.home / "sources"
    return loaded.model_copy(
        update={
            "source": loaded.source or str(sources / tier),
            "control": f"{(control or str(sources / 'control')).rstrip('/')}/{tier}",
        }
    )


def load_llm_settings(tier: Tier) -> LlmSettings:
    """The tier's language model; binds the process to the tier as load_tier_settings does."""
    _bind(tier)
    prefix = f"WINNOW_{tier.upper()}__LLM_"
    return _load(LlmSettings, prefix, _env_prefix=prefix)


def _bind(tier: Tier) -> None:
    global _bound
    if _bound not in (None, tier):
        raise WinnowError(
            f"this process works for {_bound}; it may not read the settings of {tier}",
            remedy="start one process a tier, as `winnow run` does",
        )
    _bound = tier


def _load(model, prefix: str, **options):
    try:
        return model(**options)
    except ValidationError as error:
        fields = sorted({prefix + str(item["loc"][0]).upper() for item in error.errors()})
    raise WinnowError(
        f"these settings cannot be used: {', '.join(fields)}",
        remedy="infra/env.sample lists every variable with its form",
        exit_code=2,
    )


def _check_known_variables() -> None:
    unknown = sorted(
        name for name in os.environ if name.startswith("WINNOW_") and name not in _known()
    )
    if unknown:
        raise WinnowError(
            f"unknown variables: {', '.join(unknown)}",
            remedy="infra/env.sample lists every variable; unset the others",
            exit_code=2,
        )


def _known() -> set[str]:
    own = {f"WINNOW_{field.upper()}" for field in Settings.model_fields}
    tiers = {
        f"WINNOW_{tier.upper()}__{field.upper()}"
        for tier in Tier
        for field in TierSettings.model_fields
        if field != "control"
    }
    models = {
        f"WINNOW_{tier.upper()}__LLM_{field.upper()}"
        for tier in Tier
        for field in LlmSettings.model_fields
    }
    return own | tiers | models | {"WINNOW_CONTROL__SOURCE"}
