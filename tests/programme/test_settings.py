from __future__ import annotations

from pathlib import Path

import pytest

from app.errors import Misconfigured
from app.settings import Settings, Surface, settings_from

ENV_EXAMPLE = Path(__file__).parents[2] / ".env.example"


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch, tmp_path):
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)


def refused(**given: str) -> str:
    with pytest.raises(Misconfigured) as problem:
        settings_from(**given)
    return str(problem.value)


def test_a_machine_without_any_settings_runs_on_loopback_and_sqlite():
    settings = settings_from()
    assert settings.database_url.get_secret_value() == "sqlite:///var/dygnet.db"
    assert settings.public_url == "http://127.0.0.1:8000"
    assert settings.surfaces == (Surface.PUBLIC, Surface.CARRIER, Surface.CONSOLE)
    assert settings.keys_dir == Path("var/keys")
    assert not settings.secure


def test_the_example_file_names_every_setting_and_no_other():
    lines = [line.removeprefix("#") for line in ENV_EXAMPLE.read_text().splitlines()]
    named = [line.partition("=")[0] for line in lines if line.partition("=")[0].isupper()]
    assert sorted(named) == sorted(name.upper() for name in Settings.model_fields)


def test_the_example_file_states_the_defaults():
    assert settings_from(ENV_EXAMPLE) == settings_from(None)


def test_every_default_stands_uncommented_in_the_example_file():
    stated = {line.partition("=")[0] for line in ENV_EXAMPLE.read_text().splitlines() if not line.startswith("#")}
    with_default = {name.upper() for name, field in Settings.model_fields.items() if field.default not in (None, ())}
    assert with_default <= stated


def test_the_environment_wins_over_the_file(monkeypatch, tmp_path):
    (tmp_path / ".env").write_text("LOG_LEVEL=debug\nPUBLIC_URL=https://file.example.org\n")
    monkeypatch.setenv("PUBLIC_URL", "https://linjen.example.org")
    settings = settings_from()
    assert (settings.log_level, settings.public_url, settings.secure) == ("DEBUG", "https://linjen.example.org", True)


def test_an_empty_variable_counts_as_unset(monkeypatch):
    monkeypatch.setenv("SMTP_URL", "")
    assert settings_from().smtp_url is None


def test_tokens_are_separated_by_commas_while_rotating():
    settings = settings_from(twilio_auth_token="new, old,")
    assert [token.get_secret_value() for token in settings.twilio_auth_token] == ["new", "old"]


@pytest.mark.parametrize(
    "origin",
    [
        "https://linjen.example.org/",
        "https://linjen.example.org/hjalp",
        "https://linjen.example.org?x=1",
        "https://Linjen.example.org",
        "https://linjen.example.org:443",
        "http://linjen.example.org:80",
        "https://linjen.example.org:port",
        "https://me:secret@linjen.example.org",
        "https://liñjen.example.org",
        "linjen.example.org",
        "https://:8000",
        "ftp://linjen.example.org",
    ],
)
def test_the_public_url_is_an_exact_origin(origin):
    complaint = refused(public_url=origin)
    assert "PUBLIC_URL" in complaint
    assert origin not in complaint.replace("https://linjen.example.org)", "")


@pytest.mark.parametrize("origin", ["https://linjen.example.org", "http://[::1]:8000", "https://x.example.org:8443"])
def test_an_origin_may_have_an_unusual_port(origin):
    assert settings_from(public_url=origin).public_url == origin


def test_every_wrong_variable_is_named_at_once_with_an_example():
    complaint = refused(
        database_url="mysql://me@db", surfaces="public,kitchen", log_level="loud", twilio_region="Ireland"
    )
    for variable in ("DATABASE_URL=postgresql", "SURFACES=public,carrier", "LOG_LEVEL=INFO", "TWILIO_REGION=ie1"):
        assert f"for example {variable}" in complaint


def test_a_complaint_never_repeats_a_secret():
    complaint = refused(
        database_url="mysql://me:hush-hush@db",
        smtp_url="gopher://me:hush-hush@mail",
        heartbeat_url="hush-hush",
        metrics_token="hush-hush",
    )
    assert "hush" not in complaint
    assert complaint.count("\n") == 4


def test_secrets_do_not_show_in_repr():
    settings = settings_from(
        database_url="postgresql+psycopg://me:hush@db/x", twilio_auth_token="hush", metrics_token="hush" * 4
    )
    assert "hush" not in repr(settings)


def test_half_an_api_key_is_refused():
    assert "TWILIO_API_SECRET" in refused(twilio_api_key="SK1")


def test_what_only_some_processes_need_is_asked_for_by_name():
    with pytest.raises(Misconfigured, match=r"TWILIO_ACCOUNT_SID .* is not set"):
        settings_from().require("twilio_account_sid", "twilio_auth_token")
    settings_from(twilio_account_sid="AC1").require("twilio_account_sid")
