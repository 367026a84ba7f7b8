"""What the operator of one installation set: read once at the start."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parseaddr
from functools import cache
from importlib.util import find_spec
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit
from zoneinfo import available_timezones

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from calendar_app import private

_HERE = Path(__file__).resolve().parent
PREFIX = "KAPSTOK_"
_NAMES_IN_FILE = frozenset(
    {
        *("DATA_DIR", "DATABASE_URL", "SECRET_KEY", "BASE_URL", "BIND", "LOG"),
        *("SMTP_URL", "MAIL_FROM", "MAIL_RATE", "SAMPLE_PASSWORD", "OUTBOUND_ALLOW"),
        *("MEDIA_URL", "MAIL_IN_DOUBT", "ENGINE", "CHAT_HOSTS", "APPRISE"),
    }
)
# The tests read the second one; it may stand in a developer's shell.
_NAMES = _NAMES_IN_FILE | {"CONFIG", "CHROMIUM"}
_HOST_NAME = re.compile(r"[A-Za-z0-9._-]*[A-Za-z][A-Za-z0-9._-]*")
_SERVICE = re.compile(r"[A-Za-z0-9._-]{1,60}")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_HOST = re.compile(r"[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]")


class BadSetting(Exception):
    """A setting cannot be used; the message is one sentence that names it and says what to do."""


@dataclass(frozen=True)
class Bucket:
    """A bucket on a server that speaks S3, and who we are there."""

    # The server, like https://s3.example:9000.
    endpoint: str
    name: str
    key: str
    secret: str = field(repr=False)
    region: str = "us-east-1"


@dataclass(frozen=True)
class Config:
    """The settings of one installation; README lists what each means."""

    data_dir: Path
    database_url: str
    secret_key: str = field(repr=False)
    base_url: str = "http://127.0.0.1:8000"
    bind: str = "127.0.0.1:8000"
    smtp_url: str | None = field(default=None, repr=False)
    mail_from: str = "Kapstok <kapstok@localhost>"
    mail_rate: int = 30
    # What becomes of a mail that may have arrived: "repeat" it byte for byte, or "hold" it.
    mail_in_doubt: str = "repeat"
    log: str = "text"
    sample_password: str | None = field(default=None, repr=False)
    # Hosts and networks that may be fetched from though they are private.
    outbound_allow: tuple[str, ...] = ()
    # Hosts that take messages as Teams or Slack does: ("slack", "m.example").
    chat_hosts: tuple[tuple[str, str], ...] = ()
    # Services that Apprise speaks to, each a name that people see and a secret address.
    apprise: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    # Where images and files of posts are kept; None: in the data folder.
    media_bucket: Bucket | None = None
    # What makes the worker's rounds: "embedded" in each worker, "procrastinate" between all.
    engine: str = "embedded"

    @property
    def secure(self) -> bool:
        """Whether people reach this installation by https."""
        return self.base_url.startswith("https://")

    @property
    def host(self) -> str:
        """The host name people reach this installation by, without port."""
        return urlsplit(self.base_url).hostname or "localhost"


def load(environment: Mapping[str, str] | None = None) -> Config:
    """The settings of this process. Raises BadSetting with one sentence for the operator."""
    found = _with_file(os.environ if environment is None else environment)
    data_dir = Path(found.get("DATA_DIR", "instance")).absolute()
    bind = _bind(found.get("BIND", "127.0.0.1:8000"))
    url = _database_url(found.get("DATABASE_URL"), data_dir)
    return Config(
        data_dir=data_dir,
        database_url=url,
        secret_key=_secret_key(found.get("SECRET_KEY"), data_dir),
        base_url=_base_url(found.get("BASE_URL", f"http://{bind}")),
        bind=bind,
        smtp_url=_smtp_url(found.get("SMTP_URL")),
        mail_from=_mail_from(found.get("MAIL_FROM", "Kapstok <kapstok@localhost>")),
        mail_rate=_mail_rate(found.get("MAIL_RATE", "30")),
        mail_in_doubt=_one_of(
            "MAIL_IN_DOUBT", found.get("MAIL_IN_DOUBT", "repeat"), ("repeat", "hold")
        ),
        log=_one_of("LOG", found.get("LOG", "text"), ("text", "json")),
        sample_password=_sample_password(found.get("SAMPLE_PASSWORD")),
        outbound_allow=_outbound_allow(found.get("OUTBOUND_ALLOW", "")),
        chat_hosts=_chat_hosts(found.get("CHAT_HOSTS", "")),
        apprise=_apprise(found.get("APPRISE", "")),
        media_bucket=_bucket(found.get("MEDIA_URL")),
        engine=_engine(found.get("ENGINE"), url),
    )


def folder(name: str) -> Path:
    """The top-level folder `name` ("templates", "migrations", "sample_data"), wherever it lies.

    In a checkout it stands beside the package, in an installed wheel inside it.
    """
    inside = _HERE / name
    return inside if inside.is_dir() else _HERE.parent / name


def environment_for_child(**settings: str) -> dict[str, str]:
    """This process's environment with the given settings added, for a child process."""
    return {**os.environ, **{PREFIX + name.upper(): value for name, value in settings.items()}}


def is_zone(name: str) -> bool:
    """Whether `name` is an IANA time zone that this machine knows, with a place in it."""
    return name in zones()


@cache
def zones() -> tuple[str, ...]:
    """The IANA time zones that this machine knows and that name a place, ascending."""
    return tuple(sorted(name for name in available_timezones() if _names_a_place(name)))


def _names_a_place(zone: str) -> bool:
    return "/" in zone and not zone.startswith(("Etc/", "SystemV/", "posix/", "right/"))


def _with_file(environment: Mapping[str, str]) -> dict[str, str]:
    ours = {k.removeprefix(PREFIX): v for k, v in environment.items() if k.startswith(PREFIX)}
    for name in sorted(ours.keys() - _NAMES):
        raise BadSetting(f"{PREFIX}{name} is no setting of Kapstok: look for a slip of the pen.")
    said = {name: value for name, value in ours.items() if value}
    return {**_file_settings(said["CONFIG"]), **said} if "CONFIG" in said else said


def _file_settings(named: str) -> dict[str, str]:
    try:
        lines = Path(named).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadSetting(f"KAPSTOK_CONFIG names {named}, which cannot be read: {error}.") from error
    told = ((number, line.strip()) for number, line in enumerate(lines, 1))
    return dict(
        _file_setting(f"Line {number} of {named} (KAPSTOK_CONFIG)", line)
        for number, line in told
        if line and not line.startswith("#")
    )


def _file_setting(where: str, line: str) -> tuple[str, str]:
    full_name, equals, value = line.partition("=")
    if not equals:
        raise BadSetting(f"{where} has no “=”: write it like KAPSTOK_LOG=json.")
    full_name = full_name.strip()
    name = full_name.removeprefix(PREFIX)
    if name == full_name or name not in _NAMES_IN_FILE:
        raise BadSetting(f"{where} names {full_name}, which is no setting for that file.")
    return name, value.strip().strip("\"'")


def database_url(url: str) -> str:
    """`url`, if it can be the address of our database. Raises BadSetting."""
    return _database_url(url, Path())


def _database_url(url: str | None, data_dir: Path) -> str:
    if not url:
        return f"sqlite:///{data_dir / 'kapstok.sqlite'}"
    if url.startswith("postgres://"):
        raise BadSetting("KAPSTOK_DATABASE_URL must begin with postgresql+psycopg://.")
    if not url.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise BadSetting(
            "KAPSTOK_DATABASE_URL must begin with sqlite:/// or postgresql+psycopg://."
        )
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        # Without its text, which holds the address and so perhaps a password.
        raise BadSetting("KAPSTOK_DATABASE_URL is no address of a database.") from error
    if parsed.get_backend_name() == "sqlite" and parsed.database in {None, "", ":memory:"}:
        raise BadSetting(
            "KAPSTOK_DATABASE_URL must name a file, like sqlite:////srv/kapstok/kapstok.sqlite."
        )
    return url


def _engine(named: str | None, database_url: str) -> str:
    """The engine of the reminders: Procrastinate where database and parts are there for it."""
    possible = not database_url.startswith("sqlite") and has_procrastinate()
    if named is None:
        return "procrastinate" if possible else "embedded"
    engine = _one_of("ENGINE", named, ("embedded", "procrastinate"))
    if engine == "procrastinate" and database_url.startswith("sqlite"):
        raise BadSetting(
            "KAPSTOK_ENGINE=procrastinate needs PostgreSQL: set KAPSTOK_DATABASE_URL too."
        )
    if engine == "procrastinate" and not possible:
        raise BadSetting(
            "KAPSTOK_ENGINE asks for a part that is not there: pip install 'kapstok[postgres]'."
        )
    return engine


def has_procrastinate() -> bool:
    """Whether the parts are installed that several workers share their rounds by."""
    return find_spec("procrastinate") is not None and find_spec("psycopg_pool") is not None


def _secret_key(key: str | None, data_dir: Path) -> str:
    if key is None:
        return _kept_secret(data_dir / "secret_key")
    if _is_guessable(key):
        raise BadSetting(
            "KAPSTOK_SECRET_KEY is too weak: use at least 32 random characters, "
            "or leave it out and Kapstok makes one."
        )
    return key


def _is_guessable(key: str) -> bool:
    """Whether `key` is short, of few different characters, or one word again and again."""
    return len(key) < 32 or len(set(key)) < 12 or key in (key + key)[1:-1]


def _kept_secret(path: Path) -> str:
    try:
        private.make_folder(path.parent)
        if not path.exists():
            _make_secret(path)
        key = path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise BadSetting(f"The data folder {path.parent} cannot be written: {error}.") from error
    if _is_guessable(key):
        raise BadSetting(
            f"The secret key in {path} is damaged. Remove that file: a new one is made."
        )
    return key


def _make_secret(path: Path) -> None:
    """Whole or not at all; of two processes started together one makes it, both read it."""
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(48))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(part, path)
    except FileExistsError:
        pass
    finally:
        part.unlink()


def _base_url(url: str) -> str:
    parts = _split(url)
    if parts is None or parts.scheme not in {"http", "https"}:
        raise BadSetting(
            "KAPSTOK_BASE_URL must be the address people type, like https://a.example."
        )
    if parts.path not in {"", "/"} or "?" in url or "#" in url:
        raise BadSetting(
            "KAPSTOK_BASE_URL must have nothing after its host: Kapstok needs a host of its own."
        )
    return url.rstrip("/")


def _split(url: str) -> SplitResult | None:
    """The parts of an address with a host and perhaps a port; None when it is none."""
    try:
        parts = urlsplit(url)
        port = "" if parts.port is None else f":{parts.port}"
    except ValueError:
        return None
    is_plain = url.isascii() and url.isprintable() and " " not in url
    host = parts.netloc.removesuffix(port)
    return parts if is_plain and _HOST.fullmatch(host) else None


def _bind(bind: str) -> str:
    host, _, port = bind.rpartition(":")
    if not host or not port.isdigit() or int(port) > 65535:
        raise BadSetting("KAPSTOK_BIND must be an address and a port, like 127.0.0.1:8000.")
    return bind


def _smtp_url(url: str | None) -> str | None:
    if url is None:
        return None
    parts = urlsplit(url)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise BadSetting(
            "KAPSTOK_SMTP_URL must look like smtp://user:password@host:587?starttls=required."
        )
    return url


def _mail_from(sender: str) -> str:
    if "@" not in parseaddr(sender)[1] or "\n" in sender or "\r" in sender:
        raise BadSetting("KAPSTOK_MAIL_FROM must be an address, like Kapstok <kapstok@a.example>.")
    return sender


def _mail_rate(rate: str) -> int:
    if not rate.isdigit() or int(rate) == 0:
        raise BadSetting("KAPSTOK_MAIL_RATE must be a whole number of mails a minute, 1 or more.")
    return int(rate)


def _one_of(name: str, value: str, choices: tuple[str, ...]) -> str:
    if value not in choices:
        raise BadSetting(f"{PREFIX}{name} must be one of: {', '.join(choices)}.")
    return value


def _outbound_allow(listed: str) -> tuple[str, ...]:
    """Hosts, addresses and networks as they are compared: small letters, networks without host."""
    return tuple(_allowed(each) for each in listed.replace(",", " ").split())


def _allowed(each: str) -> str:
    try:
        return str(ip_network(each, strict=False))
    except ValueError:
        pass
    if "/" in each or not _HOST_NAME.fullmatch(each):
        raise BadSetting(
            "KAPSTOK_OUTBOUND_ALLOW must list hosts and networks, "
            "like exchange.intra.example, 10.1.0.0/16."
        )
    return each.rstrip(".").lower()


def _chat_hosts(listed: str) -> tuple[tuple[str, str], ...]:
    """The hosts that speak as Teams or Slack does, in small letters."""
    found = []
    for each in listed.replace(",", " ").split():
        kind, _equals, host = each.partition("=")
        if kind not in {"teams", "slack"} or not _HOST.fullmatch(host):
            raise BadSetting(
                "KAPSTOK_CHAT_HOSTS must list hosts and what they speak, "
                "like slack=mattermost.intra.example, teams=flows.intra.example."
            )
        found.append((kind, host.strip("[]").rstrip(".").lower()))
    return tuple(found)


def _apprise(listed: str) -> tuple[tuple[str, str], ...]:
    """The services by name; whether an address can be used is seen when it is."""
    pairs = [each.partition("=") for each in listed.split()]
    named = {name: address for name, _equals, address in pairs if _SERVICE.fullmatch(name)}
    if len(named) != len(pairs) or not all("://" in address for address in named.values()):
        # Without the addresses, which hold secrets.
        raise BadSetting(
            "KAPSTOK_APPRISE must list services by name, like phone=ntfys://topic "
            "signal=signal://host/number, each name once."
        )
    if named and find_spec("apprise") is None:
        raise BadSetting(
            "KAPSTOK_APPRISE asks for a part that is not there: pip install 'kapstok[apprise]'."
        )
    return tuple(named.items())


def _bucket(url: str | None) -> Bucket | None:
    if url is None:
        return None
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        parts, port = urlsplit(""), ""
    asked = dict(parse_qsl(parts.query, keep_blank_values=True))
    name, key, secret = parts.path.strip("/"), parts.username, parts.password
    tls = asked.get("tls", "required")
    is_known = asked.keys() <= {"region", "tls"} and tls in {"required", "never"}
    is_whole = parts.scheme == "s3" and parts.hostname and _BUCKET.fullmatch(name)
    if not (is_whole and key and secret and is_known):
        # Without the address, which holds a secret.
        raise BadSetting(
            "KAPSTOK_MEDIA_URL must look like s3://key:secret@host/bucket?region=eu-west-1 "
            "(a “/” in the secret is written %2F)."
        )
    if find_spec("obstore") is None:
        raise BadSetting(
            "KAPSTOK_MEDIA_URL asks for a part that is not there: pip install 'kapstok[s3]'."
        )
    return Bucket(
        endpoint=f"{'http' if tls == 'never' else 'https'}://{parts.hostname}{port}",
        name=name,
        key=unquote(key or ""),
        secret=unquote(secret or ""),
        region=asked.get("region") or "us-east-1",
    )


def _sample_password(password: str | None) -> str | None:
    if password is not None and len(password) < 8:
        raise BadSetting("KAPSTOK_SAMPLE_PASSWORD must have at least 8 characters.")
    return password
