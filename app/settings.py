"""Everything the environment may decide, checked at start.

Each field is one variable (`DATABASE_URL` is `database_url`), read from the environment and, behind it,
from `.env`. An empty variable counts as unset. `.env.example` shows them all.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from app.errors import Misconfigured
from app.settings_kinds import (
    Claim,
    DatabaseAddress,
    Edges,
    HarmlessPage,
    Hosts,
    Issuer,
    Level,
    MailAddress,
    OnionAddress,
    Origin,
    SecretWebAddress,
    Surfaces,
    SyslogAddress,
    Tokens,
    WebAddress,
    Words,
)
from app.settings_kinds import Surface as Surface

TWILIO_ITSELF = "https://api.twilio.com"
ELKS_ITSELF = "https://api.46elks.com"
THE_WEATHER = "https://www.smhi.se"
PUSH_SERVICES = ("fcm.googleapis.com", "push.services.mozilla.com", "push.apple.com", "notify.windows.com")
"""Where the browsers there are let themselves be pushed to; hosts below these count as well."""


_REASONS = {
    "literal_error": "must be {expected}",
    "string_pattern_mismatch": "is not shaped like the example",
    "too_short": "must be at least {min_length} long",
}
"""Our words for what pydantic says in its own."""


class Settings(BaseSettings):
    """What this process was told. Secrets show nothing in `repr`; ask them with `get_secret_value()`."""

    model_config = SettingsConfigDict(env_ignore_empty=True, extra="ignore", frozen=True, hide_input_in_errors=True)

    database_url: DatabaseAddress = Field(
        SecretStr("sqlite:///var/dygnet.db"), examples=["postgresql+psycopg://dygnet:secret@db1,db2/dygnet"]
    )
    public_url: Origin = Field("http://127.0.0.1:8000", examples=["https://linjen.example.org"])
    exit_url: HarmlessPage = Field(THE_WEATHER, examples=[THE_WEATHER])
    onion_url: OnionAddress | None = Field(None, examples=[f"http://{56 * 'a'}.onion"])
    client_address_header: str | None = Field(None, examples=["X-Real-IP"], pattern=r"^[A-Za-z0-9-]+$")
    surfaces: Surfaces = Field(tuple(Surface), examples=["public,carrier"])
    keys_dir: Path = Field(Path("var/keys"), examples=["/etc/dygnet/keys"])
    kept_roster: Path | None = Field(None, examples=["/var/lib/dygnet/kept-roster"])
    rota_key: Literal["server", "staff"] = Field("server", examples=["staff"])
    second_factor: Literal["required", "offered"] = Field("required", examples=["required"])
    oidc_issuer: Issuer | None = Field(None, examples=["https://login.example.org/city"])
    oidc_client_id: str | None = Field(None, examples=["dygnet"])
    oidc_client_secret: SecretStr | None = Field(None, examples=["the-secret-of-that-client"])
    oidc_claim: Claim = Field("sub", examples=["sub"])
    oidc_acr: Words = Field((), examples=["http://id.sambi.se/loa/loa3"])
    oidc_amr: Words = Field((), examples=["mfa"])
    oidc_only: bool = Field(False, examples=["no"])
    twilio_account_sid: str | None = Field(None, examples=["AC" + 32 * "0"])
    twilio_auth_token: Tokens = Field((), examples=["new-token,old-token"])
    twilio_api_key: str | None = Field(None, examples=["SK" + 32 * "0"])
    twilio_api_secret: SecretStr | None = Field(None, examples=["the-secret-of-that-key"])
    twilio_region: str | None = Field(None, examples=["ie1"], pattern=r"^[a-z]{2}\d$")
    twilio_edge: Edges = Field((), examples=["dublin,frankfurt"])
    twilio_api_url: WebAddress = Field(TWILIO_ITSELF, examples=[TWILIO_ITSELF])
    elks_username: str | None = Field(None, examples=["u" + 32 * "0"])
    elks_password: Tokens = Field((), examples=["new-password,old-password"])
    elks_api_url: WebAddress = Field(ELKS_ITSELF, examples=[ELKS_ITSELF])
    elks_number: str | None = Field(None, examples=["+46846500401"], pattern=r"^\+[1-9]\d{7,14}$")
    smtp_url: MailAddress | None = Field(None, examples=["smtp://user:password@mail.example.org:587"])
    push_services: Hosts = Field(PUSH_SERVICES, examples=["push.example.org"])
    page_links: Origin | None = Field(None, examples=["https://k.example.org"])
    bundle_pages: bool = Field(True, examples=["yes"])
    pages_at_once: int = Field(8, examples=["8"], ge=1, le=50)
    heartbeat_url: SecretWebAddress | None = Field(None, examples=["https://watch.example.org/ping/dygnet"])
    witness_url: WebAddress | None = Field(None, examples=["https://witness.example.org"])
    witness_key: str | None = Field(
        None, examples=["witness.example.org/dygnet+00000000+BA…"], pattern=r"^[^+\s]+\+[0-9a-f]{8}\+B[A-P]\S+$"
    )
    tsa_url: WebAddress | None = Field(None, examples=["https://stamps.example.org/tsr"])
    tsa_certificate: Path | None = Field(None, examples=["/etc/dygnet/tsa.pem"])
    syslog_url: SyslogAddress | None = Field(None, examples=["syslog+tls://siem.example.org:6514"])
    syslog_ca: Path | None = Field(None, examples=["/etc/dygnet/siem-ca.pem"])
    metrics_token: SecretStr | None = Field(None, examples=["a-long-random-word"], min_length=16)
    log_level: Level = Field("INFO", examples=["INFO"])

    @property
    def staff_hold(self) -> bool:
        """Whether the key to cases is held by the staff, and by no server."""
        return self.rota_key == "staff"

    @property
    def kept_roster_file(self) -> Path:
        """Where the carrier's door keeps its roster for when the database is away: beside the folder of keys."""
        return self.kept_roster or self.keys_dir.parent / "kept-roster"

    @property
    def secure(self) -> bool:
        """Whether the public meets us over https, so that cookies may say so."""
        return self.public_url.startswith("https://")

    @model_validator(mode="after")
    def _pairs(self) -> Self:
        if bool(self.twilio_api_key) != bool(self.twilio_api_secret):
            raise ValueError("TWILIO_API_KEY and TWILIO_API_SECRET belong together: set both or neither")
        if bool(self.elks_username) != bool(self.elks_password):
            raise ValueError("ELKS_USERNAME and ELKS_PASSWORD belong together: set both or neither")
        if bool(self.witness_url) != bool(self.witness_key):
            raise ValueError("WITNESS_URL and WITNESS_KEY belong together: set both or neither")
        if bool(self.tsa_url) != bool(self.tsa_certificate):
            raise ValueError("TSA_URL and TSA_CERTIFICATE belong together: set both or neither")
        self._provider()
        if self.syslog_ca and not self.syslog_url:
            raise ValueError("SYSLOG_CA says whom to trust at SYSLOG_URL: set that as well")
        return self

    def _provider(self) -> None:
        given = {bool(self.oidc_issuer), bool(self.oidc_client_id), bool(self.oidc_client_secret)}
        if len(given) > 1:
            raise ValueError("OIDC_ISSUER, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET belong together: set all or none")
        if self.oidc_only and not self.oidc_issuer:
            raise ValueError("OIDC_ONLY shuts the other ways in: set OIDC_ISSUER as well")
        if self.oidc_issuer and self.second_factor == "required" and not (self.oidc_acr or self.oidc_amr):
            raise ValueError("SECOND_FACTOR=required: say by OIDC_ACR or OIDC_AMR what the provider has to ask for")

    def require(self, *names: str) -> None:
        """Raise Misconfigured unless each of these fields was given: for what only some processes need."""
        missing = [name for name in names if not getattr(self, name)]
        if missing:
            raise Misconfigured(_listed(f"{_shown(name)} is not set" for name in missing))


class _Told(Settings):
    """Settings that ask nobody around them."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - the names are pydantic's
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What was given, and neither environment nor file."""
        return (init_settings,)


def settings_of(**given: Any) -> Settings:
    """These settings and our defaults, whatever the surroundings say: for a house that must reach nothing outside."""
    return _Told(**given)


def settings_from(env_file: Path | None = Path(".env"), **given: Any) -> Settings:
    """The settings of this process: `given` by field name, else the environment, else the file.

    Raises Misconfigured with every variable that is wrong, why, and an example; never with its value.
    """
    try:
        return Settings(_env_file=env_file, **given)
    except ValidationError as problem:
        raise Misconfigured(_listed(_complaint(error) for error in problem.errors())) from None


def _complaint(error: ErrorDetails) -> str:
    reason = _REASONS.get(error["type"], error["msg"].removeprefix("Value error, ")).format(**error.get("ctx", {}))
    return f"{_shown(str(error['loc'][0]))}: {reason}" if error["loc"] else reason


def _shown(name: str) -> str:
    """The variable with an example, as it would stand in `.env`."""
    example = (Settings.model_fields[name].examples or [""])[0]
    return f"{name.upper()} (for example {name.upper()}={example})"


def _listed(complaints: Iterable[str]) -> str:
    return "\n".join(["the settings cannot be used:", *(f"  {complaint}" for complaint in complaints)])
