"""Settings: each wrong one stops the start with one sentence that names it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from calendar_app.config import BadSetting, load

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://x"),
        ("DATABASE_URL", "postgres://x"),
        ("DATABASE_URL", "sqlite:///"),
        ("DATABASE_URL", "sqlite:///:memory:"),
        ("DATABASE_URL", "postgresql+psycopg://host:poort/kapstok"),
        ("SECRET_KEY", "kort"),
        ("SECRET_KEY", "a" * 64),
        ("SECRET_KEY", "geheim" * 8),
        ("BASE_URL", "kapstok.example"),
        ("BASE_URL", "https://kapstok.example/app"),
        ("BASE_URL", "https://a b/"),
        ("BASE_URL", "https://a\tb/"),
        ("BASE_URL", "https://"),
        ("BASE_URL", "https://[::1"),
        ("BASE_URL", "https://a.example:poort"),
        ("BASE_URL", "https://a.example/?"),
        ("BASE_URL", "https://a.example/#x"),
        ("BASE_URL", "https://naam:geheim@a.example"),
        ("BASE_URL", "ftp://a.example"),
        ("BIND", "8000"),
        ("BIND", "127.0.0.1:poort"),
        ("BIND", "127.0.0.1:70000"),
        ("SMTP_URL", "mail.example:25"),
        ("MAIL_FROM", "Kapstok"),
        ("MAIL_FROM", "Kapstok <a@b.example>\nBcc: x@y.example"),
        ("MAIL_RATE", "0"),
        ("MAIL_IN_DOUBT", "perhaps"),
        ("MAIL_RATE", "veel"),
        ("LOG", "xml"),
        ("SAMPLE_PASSWORD", "kort"),
        ("ENGINE", "celery"),
        ("ENGINE", "procrastinate"),
        ("OUTBOUND_ALLOW", "10.1.0.0/99"),
        ("OUTBOUND_ALLOW", "https://exchange.intra.example"),
        ("OUTBOUND_ALLOW", "10.1.2.3.4"),
        ("MEDIA_URL", "https://key:secret@s3.example/kapstok"),
        ("MEDIA_URL", "s3://s3.example/kapstok"),
        ("MEDIA_URL", "s3://key:secret@s3.example/"),
        ("MEDIA_URL", "s3://key:secret@s3.example/a/b"),
        ("MEDIA_URL", "s3://key:secret@s3.example:poort/kapstok"),
        ("MEDIA_URL", "s3://key:secret@s3.example/kapstok?regio=eu"),
        ("DATABASE_ULR", "sqlite:////srv/kapstok.sqlite"),
    ],
)
def test_a_wrong_setting_stops_the_start_with_one_sentence(
    tmp_path: Path, name: str, value: str
) -> None:
    settings = {"KAPSTOK_DATA_DIR": str(tmp_path), f"KAPSTOK_{name}": value}

    with pytest.raises(BadSetting) as refused:
        load(settings)

    assert f"KAPSTOK_{name}" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_secret_is_made_once_and_kept_for_its_owner_alone(tmp_path: Path) -> None:
    settings = {"KAPSTOK_DATA_DIR": str(tmp_path / "data")}

    first, second = load(settings), load(settings)

    assert first.secret_key == second.secret_key
    assert len(first.secret_key) >= 48
    assert (tmp_path / "data/secret_key").stat().st_mode & 0o777 == 0o600
    assert first.secret_key not in repr(first)


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "kapstok.env"
    file.write_text("# ours\nKAPSTOK_LOG=json\nKAPSTOK_MAIL_RATE='60'\n", encoding="utf-8")
    settings = {
        "KAPSTOK_CONFIG": str(file),
        "KAPSTOK_DATA_DIR": str(tmp_path),
        "KAPSTOK_LOG": "text",
    }

    config = load(settings)

    assert config.log == "text"
    assert config.mail_rate == 60


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="KAPSTOK_CONFIG"):
        load({"KAPSTOK_CONFIG": str(tmp_path / "nergens"), "KAPSTOK_DATA_DIR": str(tmp_path)})


@pytest.mark.parametrize(
    "address",
    ["http://[::1]:8000", "https://kapstok.example:8443", "http://intranet", "https://a.b/"],
)
def test_an_address_that_people_type_is_taken(tmp_path: Path, address: str) -> None:
    config = load({"KAPSTOK_DATA_DIR": str(tmp_path), "KAPSTOK_BASE_URL": address})

    assert config.base_url == address.rstrip("/")


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("KAPSTOK_MAIL_FORM=a@b.example", "KAPSTOK_MAIL_FORM"),
        ("LOG=json", "LOG"),
        ("KAPSTOK_CONFIG=/elsewhere", "KAPSTOK_CONFIG"),
        ("KAPSTOK_LOG json", "Line 3"),
    ],
)
def test_a_line_of_the_file_that_sets_nothing_stops_the_start(
    tmp_path: Path, line: str, named: str
) -> None:
    file = tmp_path / "kapstok.env"
    file.write_text(f"# ours\n  # and more\n{line}\n", encoding="utf-8")

    with pytest.raises(BadSetting, match=named) as refused:
        load({"KAPSTOK_CONFIG": str(file), "KAPSTOK_DATA_DIR": str(tmp_path)})

    assert str(file) in str(refused.value)


def test_the_browser_of_the_tests_is_no_unknown_setting(tmp_path: Path) -> None:
    settings = {"KAPSTOK_DATA_DIR": str(tmp_path), "KAPSTOK_CHROMIUM": "/usr/bin/chromium"}

    assert load(settings).data_dir == tmp_path


def test_the_data_folder_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    load({"KAPSTOK_DATA_DIR": str(tmp_path / "data")})

    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700


def test_by_default_all_lies_in_the_data_folder(tmp_path: Path) -> None:
    config = load({"KAPSTOK_DATA_DIR": str(tmp_path)})

    assert config.database_url == f"sqlite:///{tmp_path}/kapstok.sqlite"
    assert config.base_url == "http://127.0.0.1:8000"
    assert not config.secure
    assert config.smtp_url is None


@pytest.mark.parametrize("left", ["", "kort"])
def test_a_key_that_was_cut_off_stops_the_start(tmp_path: Path, left: str) -> None:
    (tmp_path / "secret_key").write_text(left, encoding="ascii")

    with pytest.raises(BadSetting, match="secret key"):
        load({"KAPSTOK_DATA_DIR": str(tmp_path)})


def test_hosts_and_networks_that_may_be_reached_are_listed_with_commas_or_spaces(
    tmp_path: Path,
) -> None:
    listed = "Exchange.intra.example., 10.1.2.3/16 192.168.1.7,fd00::/8"

    config = load({"KAPSTOK_DATA_DIR": str(tmp_path), "KAPSTOK_OUTBOUND_ALLOW": listed})

    assert config.outbound_allow == (
        "exchange.intra.example",
        "10.1.0.0/16",
        "192.168.1.7/32",
        "fd00::/8",
    )
    assert load({"KAPSTOK_DATA_DIR": str(tmp_path)}).outbound_allow == ()


@pytest.mark.parametrize(
    ("url", "named", "engine"),
    [
        (None, None, "embedded"),
        (None, "embedded", "embedded"),
        ("postgresql+psycopg://host/kapstok", None, "procrastinate"),
        ("postgresql+psycopg://host/kapstok", "procrastinate", "procrastinate"),
        ("postgresql+psycopg://host/kapstok", "embedded", "embedded"),
    ],
)
def test_the_engine_is_the_one_that_fits_the_database_unless_one_is_named(
    tmp_path: Path, url: str | None, named: str | None, engine: str
) -> None:
    told = {"KAPSTOK_DATABASE_URL": url, "KAPSTOK_ENGINE": named}
    given = {name: value for name, value in told.items() if value is not None}

    assert load({"KAPSTOK_DATA_DIR": str(tmp_path), **given}).engine == engine


def test_without_procrastinate_postgresql_has_the_embedded_engine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("calendar_app.config.has_procrastinate", lambda: False)
    settings = {
        "KAPSTOK_DATA_DIR": str(tmp_path),
        "KAPSTOK_DATABASE_URL": "postgresql+psycopg://host/kapstok",
    }

    assert load(settings).engine == "embedded"
    with pytest.raises(BadSetting, match="KAPSTOK_ENGINE asks for a part"):
        load({**settings, "KAPSTOK_ENGINE": "procrastinate"})
