"""The `kapstok` command: for who runs an installation, and for scripts.

Exit status 0 done, 1 refused or failed (one clear line on standard error), 2 wrong usage.
"""

from __future__ import annotations

import gc
import json
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import click
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import InstrumentedAttribute, Session

from calendar_app import backup as copies
from calendar_app import clock, logs, presence, schema
from calendar_app.config import BadSetting, Config, database_url, is_zone, load
from calendar_app.db import Database, sqlite_file
from calendar_app.errors import Refused
from calendar_app.language import N_
from calendar_app.text import clean_line

_Command = TypeVar("_Command", bound=Callable[..., Any])


class _WrongUsage(click.ClickException):
    """What was given cannot be meant; click itself would print three lines more."""

    exit_code = 2


class _Plain(click.Group):
    """Turns a refusal into one line on standard error and exit status 1."""

    def invoke(self, context: click.Context) -> Any:
        """Run the command that was asked for."""
        try:
            return super().invoke(context)
        except (Refused, BadSetting) as error:
            raise click.ClickException(clean_line(str(error))) from error
        except DBAPIError as error:
            words = clean_line(f"The database refuses this: {error.orig}")
            raise click.ClickException(words) from error


@click.group(cls=_Plain, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="kapstok")
@click.pass_context
def cli(context: click.Context) -> None:
    """Kapstok, the content calendar that hangs every post on a plan."""
    context.obj = config = load()
    logs.set_up(config.log)


def main() -> None:
    """Run the command line."""
    cli(prog_name="kapstok")


# Running


@cli.command()
@click.option("--sample", is_flag=True, help="Load the sample team when the database is new.")
@click.pass_obj
def run(config: Config, *, sample: bool) -> None:
    """Bring the database up to date, then run web and worker together."""
    from calendar_app import supervisor  # noqa: PLC0415 - each command loads only what it needs

    with presence.only_one(config.data_dir), presence.running(config.data_dir):
        _refuse_taken_address(config.bind)
        _upgrade(config)
        if sample:
            _load_sample_once(config)
        click.echo(f"Kapstok: {config.base_url}  (stop with Ctrl+C)")
        if sample:
            _tell_how_to_sign_in(config)
        sys.stdout.flush()
        sys.exit(supervisor.run())


@cli.command()
@click.pass_obj
def web(config: Config) -> None:
    """Answer the pages and the feeds, alone."""
    with _without_collecting():
        from calendar_app import server  # noqa: PLC0415 - as above

    _require_current_schema(config)
    with presence.running(config.data_dir):
        _refuse_taken_address(config.bind)
        server.serve(config)


@cli.command()
@click.pass_obj
def worker(config: Config) -> None:
    """Send the reminders, alone."""
    with _without_collecting():
        from calendar_app.worker import run as work  # noqa: PLC0415 - as above

    _require_current_schema(config)
    _require_engine(config)
    with presence.running(config.data_dir):
        sys.exit(work(config))


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Load modules inside: what they make stays, and the garbage collector need not look at it."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


# The schema


@cli.group()
def db() -> None:
    """The shape of the database."""


@db.command()
@click.pass_obj
def upgrade(config: Config) -> None:
    """Bring the database up to date; a copy is made first."""
    _upgrade(config)


@db.command()
@click.pass_obj
def current(config: Config) -> None:
    """Print the step that the database is at."""
    with _database(config) as database:
        click.echo(schema.revision(database) or "empty")


@db.command()
@click.pass_obj
def check(config: Config) -> None:
    """Say whether the database is as this program needs it."""
    with _database(config) as database:
        state = schema.state(database)
        if state is not schema.SchemaState.CURRENT:
            raise click.ClickException(_SCHEMA_WORDS[state])
        if schema.differences(database):
            raise click.ClickException("The database differs from what this program expects.")
    click.echo("The database is up to date.")


@db.command()
@click.argument("address")
@click.pass_obj
def move(config: Config, *, address: str) -> None:
    """Move all from SQLite to the empty PostgreSQL at ADDRESS; "-" reads it from standard input."""
    from calendar_app import moving  # noqa: PLC0415 - as above

    if not _exists(config):
        raise click.ClickException(_NO_DATABASE)
    target = sys.stdin.readline().strip() if address == "-" else address
    moved = moving.move(config.database_url, database_url(target), config.data_dir, clock.now())
    click.echo(f"Moved {moved.rows} rows of {moved.tables} tables to {moved.place}, and compared.")
    click.echo("Now set KAPSTOK_DATABASE_URL to that address, and start web and worker.")
    click.echo(
        f"Keep the data folder {config.data_dir}: the secret key, images and files stay there."
    )
    click.echo("The old database is kept, and takes no more changes.")


# Sample, teams, people


@cli.group()
def sample() -> None:
    """The sample team."""


# What an option of a larger team is when another one was given.
_LARGER = {"posts": 1000, "people": 20, "weeks": 26, "seed": 1}


def _larger(name: str, kind: Any, words: str) -> Callable[[_Command], _Command]:
    return click.option(f"--{name}", type=kind, help=f"{words} [default: {_LARGER[name]}]")


@sample.command("load")
@_larger("posts", click.IntRange(1, 2_000_000), "How many posts.")
@_larger("people", click.IntRange(1, 10_000), "How many people.")
@_larger("weeks", click.IntRange(1, 520), "Over how many weeks, half of them gone by.")
@_larger("seed", click.INT, "The same seed, the same team.")
@click.pass_obj
def sample_load(config: Config, /, **asked: int | None) -> None:
    """Load the sample team; with any of the options a larger made-up one for load tests."""
    from calendar_app import sample as samples  # noqa: PLC0415 - as above

    told = {name: number for name, number in asked.items() if number is not None}
    size = _LARGER | told
    _upgrade(config)
    with _database(config) as database:
        if told:
            samples.load_large(config, database, clock.now(), **size)
            click.echo("Loaded {posts} posts of {people} people over {weeks} weeks.".format(**size))
        else:
            samples.load(config, database, clock.now())
            _tell_how_to_sign_in(config)


@cli.group()
def team() -> None:
    """Teams."""


@team.command("add")
@click.argument("name")
@click.option("--zone", default="Europe/Amsterdam", show_default=True)
@click.option("--language", type=click.Choice(["nl", "en"]), default="nl", show_default=True)
@click.pass_obj
def team_add(config: Config, *, name: str, zone: str, language: str) -> None:
    """Make a team."""
    from calendar_app.people import queries  # noqa: PLC0415 - as above
    from calendar_app.people.models import Team  # noqa: PLC0415 - as above

    if not is_zone(zone):
        raise _WrongUsage(f"{zone} is no time zone, like Europe/Amsterdam.")
    name = _line(name, Team.name, "The team needs a name.")
    with _writing(config) as session:
        for taken in queries.teams_called(session, name):
            raise click.ClickException(f"There is a team {taken.name} already.")
        session.add(Team(name=name, zone=zone, language=language))
        _note(session, "team.made")
    click.echo(f"Made the team {name}.")


@cli.group()
def person() -> None:
    """People."""


@person.command("add")
@click.argument("email")
@click.option("--name", required=True)
@click.option("--team", "team_name", required=True)
@click.option("--role", type=click.Choice(["viewer", "writer", "editor", "admin"]), required=True)
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@click.pass_obj
def person_add(
    config: Config, *, email: str, name: str, team_name: str, role: str, password_stdin: bool
) -> None:
    """Add a colleague to a team; without a password, print a one-time link."""
    from calendar_app.people import joining  # noqa: PLC0415 - as above
    from calendar_app.people.models import Person  # noqa: PLC0415 - as above

    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else None
    name = _line(name, Person.name, "A name is needed.")
    asked = joining.Asked(team_name, email, name, role, password)
    with (
        _application(config) as app,
        app.test_request_context(base_url=config.base_url),
        _writing(config) as session,
    ):
        added, joined = joining.add(session, asked)
        _note(session, "person.added", added, team=joined, role=role)
        done = f"Added {added.email} to {joined.name}."
        said = done if added.password else joining.link(added)
    click.echo(said)


# Posts


@cli.command("quick-add")
@click.argument("text")
@click.option(
    "--team", "team_name", help="Whose names and plans; needed when there are more teams."
)
@click.option(
    "--now", "at", metavar="MOMENT", help="Read it as at this moment, like 2026-11-10T09:18."
)
@click.option("--language", type=click.Choice(["nl", "en"]), help="[default: the team's]")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--save", is_flag=True, help="Save it, when nothing is unsure.")
@click.option("--by", "email", help="Who makes it [default: who is named, else an administrator]")
@click.pass_obj
def quick_add(
    config: Config, /, *, text: str, as_json: bool, save: bool, **asked: str | None
) -> None:
    """Say what one line for a new post is understood as."""
    from calendar_app.calendar import quick_telling  # noqa: PLC0415 - as above

    _require_current_schema(config)
    with _database(config) as database, database.writer() as session:
        line = quick_telling.read(session, text, asked, clock.now())
        saved = quick_telling.saved(session, line, clock.now()) if save else None
        told = quick_telling.as_json(line, saved) if as_json else quick_telling.in_lines(line)
        session.commit()
        click.echo(told)
        if saved is not None and not as_json:
            click.echo(f"Saved as post {saved.id} ({saved.state}).")


@cli.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--team", "team_name", help="Whose posts; needed when there are more teams.")
@click.option("--by", "email", help="Who brings them [default: an administrator]")
@click.option("--language", type=click.Choice(["nl", "en"]), help="[default: the team's]")
@click.option("--as-ideas", is_flag=True, help="A row whose day is refused becomes an idea.")
@click.option("--leave-out", is_flag=True, help="With --save: leave out the wrong rows.")
@click.option("--save", is_flag=True, help="Bring them in, all or none.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def import_posts(config: Config, /, *, file: Path, as_json: bool, **asked: Any) -> None:
    """Say what the rows of an Excel or CSV FILE become as posts; with --save bring them in."""
    from calendar_app.transfer import telling  # noqa: PLC0415 - as above

    _require_current_schema(config)
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise click.ClickException(f"{file} cannot be read: {error.strerror}.") from error
    with _database(config) as database, database.writer() as session:
        told = telling.told(session, raw, telling.Asked(**asked), clock.now())
        session.commit()
        click.echo(telling.as_json(told) if as_json else telling.in_lines(told))


# Feeds, deliveries


@cli.group()
def feed() -> None:
    """Calendar feeds."""


@feed.command("add")
@click.argument("email")
@click.option("--name", required=True)
@click.option("--scope", type=click.Choice(["team", "mine", "meetups"]), default="team")
@click.option("--detail", type=click.Choice(["busy", "title", "full"]), default="title")
@click.pass_obj
def feed_add(config: Config, *, email: str, name: str, scope: str, detail: str) -> None:
    """Make a feed for a person and print its address, this once."""
    from calendar_app.feed.models import Feed  # noqa: PLC0415 - as above
    from calendar_app.feed.queries import live_feed  # noqa: PLC0415 - as above

    name = _line(name, Feed.name, "A feed needs a name.")
    with _writing(config) as session:
        owner, owners_team = _person_and_team(session, email)
        if live_feed(session, owner, name) is not None:
            raise click.ClickException(f"{email} has a feed {name} already.")
        made, token = Feed.new(
            team=owners_team, person=owner, name=name, scope=scope, detail=detail, now=clock.now()
        )
        session.add(made)
        _note(session, "feed.made", made)
    click.echo(f"{config.base_url}/feeds/{token}.ics")


@feed.command("revoke")
@click.argument("email")
@click.option("--name", required=True)
@click.pass_obj
def feed_revoke(config: Config, *, email: str, name: str) -> None:
    """Close a feed: its address answers nothing any more."""
    from calendar_app.feed.queries import live_feed  # noqa: PLC0415 - as above

    with _writing(config) as session:
        owner, _team = _person_and_team(session, email)
        found = live_feed(session, owner, clean_line(name))
        if found is None:
            raise click.ClickException(f"{email} has no feed {name}.")
        found.revoke(clock.now())
        _note(session, "feed.revoked", found)
    click.echo(f"Closed the feed {name} of {email}.")


@cli.command()
@click.option(
    "--since",
    metavar="MOMENT",
    help="Only what is due from then on, like 2026-11-01 or 2026-11-01T10:00, in UTC "
    "unless it says another zone, like 2026-11-01T10:00+01:00.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON list.")
@click.pass_obj
def deliveries(config: Config, *, since: str | None, as_json: bool) -> None:
    """The delivery log: one row a delivery."""
    from calendar_app.reminders.queries import delivery_rows  # noqa: PLC0415 - as above

    first = None if since is None else _moment(since)
    _require_current_schema(config)
    with _database(config) as database, database.reading() as session:
        rows = delivery_rows(session, first)
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, default=str))
        return
    for row in rows:
        click.echo("\t".join(str(value if value is not None else "-") for value in row.values()))


def _moment(text: str) -> datetime:
    """The moment that `text` (ISO 8601) names, in UTC; without a zone it is meant in UTC."""
    try:
        named = datetime.fromisoformat(text.strip())
        return named.replace(tzinfo=named.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise _WrongUsage(
            f"--since takes a day or a moment, like 2026-11-01 or 2026-11-01T10:00, not {text!r}."
        ) from error


# Copies and care


@cli.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.pass_obj
def backup(config: Config, *, file: Path) -> None:
    """Write a verified copy of the database to FILE, also while Kapstok runs."""
    copies.back_up(config.database_url, file)
    click.echo(f"Copied the database to {file}, and checked it.")
    if config.media_bucket is not None:
        click.echo("Images and files lie in the bucket: copy that with the tools of its server.")
        return
    files, missing = copies.back_up_files(config.data_dir, file)
    click.echo(f"Beside it, in {file}.media, lie {files} images and files.")
    if missing:
        raise Refused(N_("%(number)d files of posts are missing or damaged."), number=missing)


@cli.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.pass_obj
def restore(config: Config, *, file: Path) -> None:
    """Put the copy FILE back; the database of now is kept beside it."""
    if config.media_bucket is None:
        copies.restore_files(file, config.data_dir)
    kept = copies.restore(config.database_url, file, config.data_dir, clock.now())
    click.echo(f"Put {file} back." + (f" What was there is kept as {kept}." if kept else ""))
    _upgrade(config)


@cli.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON list.")
@click.pass_obj
def doctor(config: Config, *, as_json: bool) -> None:
    """Check settings, database, schema, mail, worker, clock and address; say what to do."""
    from calendar_app.doctor import examine  # noqa: PLC0415 - as above

    findings = examine(config, clock.now())
    if as_json:
        click.echo(json.dumps([vars(finding) for finding in findings], ensure_ascii=False))
    else:
        for finding in findings:
            click.echo(f"{'ok' if finding.well else 'NOT OK':7}{finding.about}: {finding.words}")
    sys.exit(0 if all(finding.well for finding in findings) else 1)


_NO_DATABASE = "There is no database yet. Run: kapstok db upgrade (or: kapstok run)"
_SCHEMA_WORDS = {
    schema.SchemaState.EMPTY: "The database is empty. Run: kapstok db upgrade",
    schema.SchemaState.BEHIND: "The database is of an older Kapstok. Run: kapstok db upgrade",
    schema.SchemaState.NEWER: "The database is of a newer Kapstok. Update the program.",
}


@contextmanager
def _database(config: Config) -> Iterator[Database]:
    """The database, which must be there: SQLite would make an empty one."""
    if not _exists(config):
        raise click.ClickException(_NO_DATABASE)
    database = Database(config.database_url)
    try:
        yield database
    finally:
        database.dispose()


@contextmanager
def _writing(config: Config) -> Iterator[Session]:
    _require_current_schema(config)
    with _database(config) as database, database.writing() as session:
        yield session


@contextmanager
def _application(config: Config) -> Iterator[Any]:
    from calendar_app.app import create_app  # noqa: PLC0415 - as above

    with _database(config) as database:
        yield create_app(config, database)


def _upgrade(config: Config) -> None:
    found = _state(config) if _exists(config) else schema.SchemaState.EMPTY
    if found is schema.SchemaState.CURRENT and _engine_is_ready(config):
        schema.keep_private(config.database_url)
        return
    if found is schema.SchemaState.BEHIND:
        kept = copies.back_up_before_upgrade(config.database_url, clock.now())
        if kept is not None:
            click.echo(f"Before the change, the database was copied to {kept}.")
    schema.upgrade(config.database_url)
    click.echo("The database is up to date.")


def _exists(config: Config) -> bool:
    file = sqlite_file(config.database_url)
    return file is None or file.exists()


def _state(config: Config) -> schema.SchemaState:
    with _database(config) as database:
        return schema.state(database)


def _require_current_schema(config: Config) -> None:
    found = _state(config)
    if found is not schema.SchemaState.CURRENT:
        raise click.ClickException(_SCHEMA_WORDS[found])


def _engine_is_ready(config: Config) -> bool:
    """Whether the worker's engine finds its tables; the embedded one needs none."""
    if config.engine == "embedded":
        return True
    with _database(config) as database:
        return schema.engine_is_ready(database)


def _require_engine(config: Config) -> None:
    if not _engine_is_ready(config):
        words = "Procrastinate has no tables yet, or those of another version."
        raise click.ClickException(f"{words} Run: kapstok db upgrade")


def _refuse_taken_address(bind: str) -> None:
    host, _, port = bind.rpartition(":")
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        socket.create_server((host.strip("[]"), int(port)), family=family).close()
    except OSError as error:
        # Python adds to the words of the system where it was in its own code.
        cause = str(error.strerror).partition(" (while ")[0]
        raise click.ClickException(
            f"Kapstok cannot listen on {bind}: {cause}. "
            "Stop what runs there, or set KAPSTOK_BIND to another address."
        ) from error


def _load_sample_once(config: Config) -> None:
    from calendar_app import sample as samples  # noqa: PLC0415 - as above

    with _database(config) as database:
        if samples.is_wanted(database):
            samples.load(config, database, clock.now())


def _tell_how_to_sign_in(config: Config) -> None:
    from calendar_app import sample as samples  # noqa: PLC0415 - as above

    password = samples.password(config)
    click.echo(f"Sign in as sanne@delinde.example (administrator), password: {password}")
    click.echo(
        "Also: mo (editor), anouk and joris (writers), fatima (writer, away), henk (viewer)."
    )


def _person_and_team(session: Session, email: str) -> tuple[Any, Any]:
    from calendar_app.people import queries  # noqa: PLC0415 - as above
    from calendar_app.people.addresses import written  # noqa: PLC0415 - as above

    found = queries.person_by_email(session, written(email))
    places = [] if found is None else [m for m in found.memberships if m.ended_at is None]
    if not places:
        raise click.ClickException(f"Nobody in any team has the address {email}.")
    return found, places[0].team


def _note(
    session: Session, action: str, subject: Any = None, team: Any = None, **details: object
) -> None:
    from calendar_app.people.audit import record  # noqa: PLC0415 - as above
    from calendar_app.people.models import Team  # noqa: PLC0415 - as above

    team_id = getattr(subject, "team_id", None)
    owner = team if team_id is None else session.get(Team, team_id)
    told: dict[str, Any] = {"team": owner, "subject": subject, **details}
    record(session, action, at=clock.now(), origin="command line", **told)


def _line(text: str, column: InstrumentedAttribute[str], refusal: str) -> str:
    """`text` as one line that fits in `column`, as the forms of the web ask for it."""
    cleaned = clean_line(text)
    most: int = column.type.length
    if not cleaned:
        raise _WrongUsage(refusal)
    if len(cleaned) > most:
        raise click.ClickException(f"Use at most {most} characters for the name.")
    return cleaned


if __name__ == "__main__":
    main()
