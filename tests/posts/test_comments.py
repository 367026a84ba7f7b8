"""Comments on a post: who is mentioned in them, what is open, and who may do what about them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from html import unescape
from threading import Barrier
from typing import TYPE_CHECKING, Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from calendar_app import schema
from calendar_app.people.models import Person, Team
from calendar_app.posts import comments
from calendar_app.posts.comments import MOST_LETTERS, PostComment, PostMention, mentioning
from calendar_app.posts.mentions import Mention, beginning, find, pieces, unknown
from calendar_app.posts.models import Post
from tests import builders
from tests.search.test_migration import migrate, settings_of_migrations
from tests.support.site import Site, _tuesday_morning, site
from tests.support.statements import statements

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

__all__ = ["_tuesday_morning", "site"]

MOMENT = datetime(2026, 11, 10, 7, tzinfo=UTC)
HOSTILE = "<script>alert('x')</script> & \"quoted\" {{ 7*7 }} %(name)s %s"

# Who is mentioned: the rule itself.

ANOUK, PIET, OTHER_PIET, LI, ANNE, ANNE_MARIE, JAN, JAN_JANSEN, RENE, BERG = range(1, 11)
TEAM = {
    ANOUK: "Anouk de Vries",
    PIET: "Piet de Boer",
    OTHER_PIET: "Piet Jansen",
    LI: "Li",
    ANNE: "Anne Smit",
    ANNE_MARIE: "Anne-Marie Smit",
    JAN: "Jan",
    JAN_JANSEN: "Jan Jansen",
    RENE: "René Óscar",
    BERG: "Berg (stage) van den Berg",
}
MENTIONED = [
    ("@Anouk kijk jij?", [(ANOUK, "@Anouk")]),
    ("Kijk jij, @Anouk de Vries?", [(ANOUK, "@Anouk de Vries")]),
    ("@anouk DE vries", [(ANOUK, "@anouk DE vries")]),
    ("@Anouk  de Vries", [(ANOUK, "@Anouk  de Vries")]),
    ("@Anouk\nde Vries belt", [(ANOUK, "@Anouk")]),
    ("(@Anouk)", [(ANOUK, "@Anouk")]),
    ("Dank @Anouk.", [(ANOUK, "@Anouk")]),
    ("Klaar.@Anouk mag kijken", [(ANOUK, "@Anouk")]),
    ("@Anouk's tekst", [(ANOUK, "@Anouk")]),
    ("@Anouk, @Li en @anouk", [(ANOUK, "@Anouk"), (LI, "@Li"), (ANOUK, "@anouk")]),
    ("@Piet de Boer en @Piet Jansen", [(PIET, "@Piet de Boer"), (OTHER_PIET, "@Piet Jansen")]),
    ("@René en @RENÉ ÓSCAR", [(RENE, "@René"), (RENE, "@RENÉ ÓSCAR")]),
    ("@Anne-Marie", [(ANNE_MARIE, "@Anne-Marie")]),
    ("@Anne - Marie komt ook", [(ANNE, "@Anne")]),
    # A whole name goes before the same word as a first name; the longest goes before both.
    ("@Jan", [(JAN, "@Jan")]),
    ("@Jan Jansen", [(JAN_JANSEN, "@Jan Jansen")]),
    ("@Berg (stage) van den Berg!", [(BERG, "@Berg (stage) van den Berg")]),
    # Traps: nobody is mentioned.
    ("Anouk en Li", []),
    ("a@b.nl", []),
    ("mail anouk@Anouk.nl", []),
    ("werk+hr@Li", []),
    ("j.li_@Li", []),
    ("@li.nl is een handvat", []),
    ("@Anouk@mastodon.example", []),
    ("https://medium.example/@anouk", []),
    ("https://x.example/?u=@anouk", []),
    ("@@Anouk", []),
    ("@ Anouk", []),
    ("@Anouks tekst", []),
    ("@Lisa", []),
    ("@Anne-Fleur", []),
    ("@Jantje", []),
    ("@_Anouk", []),
    ("@de Vries", []),
    ("@iedereen", []),
    ("@", []),
    ("", []),
]


@pytest.mark.parametrize(("text", "mentioned"), MENTIONED)
def test_a_text_mentions_who_it_names_and_nobody_else(text: str, mentioned: list[Any]) -> None:
    found = find(text, TEAM)

    assert [(one.person_id, text[one.begins : one.ends]) for one in found.mentions] == mentioned
    assert found.unclear == ()


@pytest.mark.parametrize(
    ("text", "unclear", "mentioned"),
    [
        ("@Piet kijk jij?", ("Piet",), []),
        ("@piet, @Piet en @Li", ("piet",), [LI]),
        ("@Piet de Boer, niet @Piet", ("Piet",), [PIET]),
        ("@Piet de Groot", ("Piet",), []),
    ],
)
def test_a_name_of_two_mentions_nobody(
    text: str, unclear: tuple[str], mentioned: list[int]
) -> None:
    found = find(text, TEAM)

    assert found.unclear == unclear
    assert [one.person_id for one in found.mentions] == mentioned


def test_two_of_one_whole_name_are_unclear_too() -> None:
    assert find("@Piet Jansen", {1: "Piet Jansen", 2: "piet jansen"}).unclear == ("Piet Jansen",)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("@Editr kijk jij? En @editr?", ("Editr",)),
        ("@Anouk, @Lisa en @Anne-Fleur", ("Lisa", "Anne-Fleur")),
        # Known, unclear, or no name at all.
        ("@Anouk de Vries en @Piet", ()),
        ("mail a@b.nl, @li.nl, @@Anouk, @ en @7", ()),
    ],
)
def test_a_name_of_nobody_is_told(text: str, names: tuple[str, ...]) -> None:
    assert unknown(text, TEAM) == names


def test_a_team_of_nobody_mentions_nobody() -> None:
    assert find("@Anouk", {}).mentions == ()
    assert find("@Anouk", {1: "  "}).mentions == ()


@given(st.text(alphabet="@Pit AnouLide .-\n(é", max_size=60))
def test_the_pieces_together_are_the_text(text: str) -> None:
    found = find(text, TEAM)
    cut = list(pieces(text, reversed(found.mentions)))

    assert "".join(piece.text for piece in cut) == text
    assert [one.person_id for one in cut if one.person_id] == [
        one.person_id for one in found.mentions
    ]
    assert all(piece.text for piece in cut)


def test_the_pieces_of_a_text_without_mentions_are_the_text() -> None:
    assert list(pieces("", [])) == []
    cut = list(pieces("Zie @Li.", [Mention(LI, 4, 7)]))
    assert [(piece.text, piece.person_id) for piece in cut] == [
        ("Zie ", None),
        ("@Li", LI),
        (".", None),
    ]


def test_a_beginning_is_one_line_of_so_many_letters() -> None:
    assert beginning("Een\n twee", 20) == "Een twee"
    assert beginning("x" * 120, 120) == "x" * 120
    assert beginning("x" * 121, 120) == "x" * 119 + "…"
    assert beginning("een twee drie", 9) == "een twee…"


# The pages.


@pytest.fixture
def post_id(site: Site) -> int:
    return int(site.post().partition(":")[0])


def say(client: FlaskClient, post_id: int, text: str, key: str = "") -> TestResponse:
    fields = {"comment": text, "creation_key": key}
    return client.post(f"/posts/{post_id}/comments", data=fields)


def card(client: FlaskClient, post_id: int) -> str:
    """The comments on the page of a post, as the page's source has them."""
    page = client.get(f"/posts/{post_id}").get_data(as_text=True)
    return page.partition('id="comments"')[2].partition("</section>")[0]


def kept(site: Site) -> list[PostComment]:
    with site.database.reading() as session:
        return list(session.scalars(select(PostComment).order_by(PostComment.id)))


def mentioned(site: Site) -> set[int]:
    with site.database.reading() as session:
        return set(session.scalars(select(PostMention.person_id)))


def a_comment(
    site: Site, post_id: int, role: str = "writer", mentioned: str = "", **facts: Any
) -> int:
    with site.database.writing() as session:
        who = session.get_one(Person, site.people[role])
        whom = session.get_one(Person, site.people[mentioned]) if mentioned else None
        return builders.a_comment(session, session.get_one(Post, post_id), who, whom, **facts).id


def act(client: FlaskClient, post_id: int, comment_id: int, verb: str) -> int:
    return client.post(f"/posts/{post_id}/comments/{comment_id}/{verb}").status_code


def test_a_comment_stands_on_the_page_with_who_and_when(site: Site, post_id: int) -> None:
    answer = say(site.visitor(), post_id, "Mooi, @editor. Zie @viewer Bos\n\nGroet")

    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/posts/{post_id}#comments"
    shown = card(site.visitor("viewer"), post_id)
    assert "writer Bos" in shown
    assert 'datetime="2026-11-10T08:18:00+00:00"' in shown
    said = "Mooi, <strong>@editor</strong>. Zie <strong>@viewer Bos</strong>\n\nGroet</p>"
    assert said in shown
    assert mentioned(site) == {site.people["editor"], site.people["viewer"]}


def test_a_slip_in_a_name_is_told_and_the_comment_is_kept(site: Site, post_id: int) -> None:
    client = site.visitor()

    said = client.post(f"/posts/{post_id}/comments", data={"comment": "@Editr <b>, kijk jij?"})
    page = client.get(said.location).text

    assert said.status_code == 303
    assert "Nobody is called Editr here" in page
    assert "Nobody is called" not in client.get(said.location).text


def test_the_same_form_sent_twice_makes_one_comment(site: Site, post_id: int) -> None:
    client = site.visitor()

    assert [say(client, post_id, "Mooi.", "k1").status_code for _ in range(2)] == [303, 303]
    assert say(client, post_id, "Mooi.", "k2").status_code == 303

    assert [one.creation_key for one in kept(site)] == ["k1", "k2"]


def test_the_same_form_sent_twice_at_one_moment_makes_one_comment(site: Site, post_id: int) -> None:
    clients, together = [site.visitor(), site.visitor()], Barrier(2)

    def send(client: FlaskClient) -> int:
        together.wait()
        return say(client, post_id, "Mooi.", "k1").status_code

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(send, clients)) == [303, 303]

    assert len(kept(site)) == 1


def test_the_database_too_takes_the_same_form_once(
    site: Site, post_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite lets one write at a time: here the second looks before the first has written."""
    client, look = site.visitor(), comments.comment_made_by
    say(client, post_id, "Mooi.", "k1")
    answers = iter([None])
    monkeypatch.setattr(comments, "comment_made_by", lambda *facts: next(answers, look(*facts)))

    assert say(client, post_id, "Mooi.", "k1").status_code == 303

    assert len(kept(site)) == 1


def test_a_comment_is_resolved_and_opened_again(site: Site, post_id: int) -> None:
    comment_id, client = a_comment(site, post_id), site.visitor("editor")

    assert act(client, post_id, comment_id, "resolution") == 303
    assert act(site.visitor(), post_id, comment_id, "resolution") == 303

    assert kept(site)[0].resolved_by_id == site.people["editor"]
    shown = card(client, post_id)
    assert "1 resolved comment" in shown
    assert shown.index("<details") < shown.index("Mooi zo.") < shown.index("Open again")
    assert "Resolved by editor Bos" in shown

    assert act(client, post_id, comment_id, "resolution/undo") == 303
    assert (kept(site)[0].resolved_at, kept(site)[0].resolved_by_id) == (None, None)
    assert "resolved comment" not in card(client, post_id)


def test_open_comments_come_first_and_by_time(site: Site, post_id: int) -> None:
    noon = datetime(2026, 11, 9, 12, tzinfo=UTC)
    a_comment(site, post_id, text="Later", at=noon.replace(hour=13))
    a_comment(site, post_id, text="Eerst", at=noon)
    a_comment(site, post_id, text="Gedaan", at=noon.replace(hour=8), resolved_at=MOMENT)

    shown = card(site.visitor(), post_id)

    assert shown.index("Eerst") < shown.index("Later") < shown.index("Gedaan")


def test_who_wrote_it_takes_it_back_and_nobody_else(site: Site, post_id: int) -> None:
    client = site.visitor()
    say(client, post_id, "Oei, @editor", "k1")
    comment_id = kept(site)[0].id

    assert act(site.visitor("editor"), post_id, comment_id, "removal") == 403
    assert "Remove the comment" not in card(site.visitor("editor"), post_id)
    assert "Remove the comment" in card(client, post_id)
    assert act(client, post_id, comment_id, "removal") == 303

    assert "Oei" not in card(client, post_id)
    assert (kept(site)[0].text, mentioned(site)) == ("", set())
    # Sent once more from a page that was left open it does not come back.
    assert say(client, post_id, "Oei, @editor", "k1").status_code == 303
    assert "Oei" not in card(client, post_id)
    for verb in ("resolution", "resolution/undo", "removal"):
        assert act(client, post_id, comment_id, verb) == 404


def test_a_viewer_reads_and_settles_only_what_concerns_them(site: Site, post_id: int) -> None:
    client = site.visitor("viewer")
    others, mine = a_comment(site, post_id), a_comment(site, post_id, "viewer")
    for_me = a_comment(site, post_id, mentioned="viewer")

    assert say(client, post_id, "Mag ik?").status_code == 403
    assert 'name="comment"' not in card(client, post_id)
    assert card(client, post_id).count(">Resolved<span") == 2
    assert act(client, post_id, others, "resolution") == 403
    assert act(client, post_id, others, "resolution/undo") == 403
    assert [act(client, post_id, one, "resolution") for one in (mine, for_me)] == [303, 303]
    assert act(client, post_id, mine, "removal") == 303


def test_another_teams_post_and_another_posts_comment_are_not_there(
    site: Site, post_id: int
) -> None:
    with site.database.writing() as session:
        team = builders.a_team(session)
        stranger = builders.a_person(session, team)
        foreign = builders.a_post(session, team, builders.a_plan(session, team))
        foreign_id, theirs = foreign.id, builders.a_comment(session, foreign, stranger).id
    client, comment_id = site.visitor("editor"), a_comment(site, post_id)
    other_id = int(site.post().partition(":")[0])

    assert say(client, foreign_id, "Hallo").status_code == 404
    for verb in ("resolution", "resolution/undo", "removal"):
        assert act(client, foreign_id, theirs, verb) == 404
        assert act(client, post_id, theirs, verb) == 404
        assert act(client, other_id, comment_id, verb) == 404


def test_what_is_hostile_is_text(site: Site, post_id: int) -> None:
    say(site.visitor(), post_id, f"{HOSTILE} @editor\x00\r\nEinde")

    shown = card(site.visitor(), post_id)

    assert "<script" not in shown
    assert HOSTILE in unescape(shown)
    assert kept(site)[0].text == f"{HOSTILE} @editor\nEinde"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x" * (MOST_LETTERS + 1), "Use at most 2000 characters."),
        (" \n ", "Write your comment first."),
        ("@Piet <b>kijk</b>", "Which Piet? Write the whole name, or leave out the @."),
    ],
)
def test_what_is_refused_stays_in_the_field(
    site: Site, post_id: int, text: str, message: str
) -> None:
    with site.database.writing() as session:
        team = session.get_one(Team, site.team_id)
        for name in ("Piet Bos", "Piet Mos"):
            builders.a_person(session, team, name=name)

    answer = say(site.visitor(), post_id, text, "k1")

    shown = answer.get_data(as_text=True).partition('id="comments"')[2].partition("</section>")[0]
    assert answer.status_code == 422
    assert message in unescape(shown)
    assert 'aria-invalid="true"' in shown
    assert 'value="k1"' in shown
    typed = unescape(shown.partition("<textarea")[2].partition(">")[2].partition("</textarea")[0])
    assert typed.strip() == text.strip()
    assert kept(site) == []


def test_the_longest_comment_is_kept(site: Site, post_id: int) -> None:
    assert say(site.visitor(), post_id, "é" * MOST_LETTERS).status_code == 303


def test_who_does_not_want_to_be_seen_is_not_mentioned_nor_named(site: Site, post_id: int) -> None:
    say(site.visitor("editor"), post_id, "Ik, zei @editor Bos tegen @writer")
    with site.database.writing() as session:
        session.get_one(Person, site.people["editor"]).memberships[0].takes_part = False

    assert say(site.visitor(), post_id, "@editor, kijk jij?").status_code == 303

    with site.database.reading() as session:
        latest = select(func.max(PostComment.id)).scalar_subquery()
        again = select(PostMention).where(PostMention.comment_id == latest)
        assert session.scalars(again).all() == []
    shown = card(site.visitor("viewer"), post_id)
    assert "editor Bos" not in shown
    assert "<strong>@a colleague</strong>" in shown
    today = site.visitor().get("/").get_data(as_text=True)
    assert "editor Bos" not in today
    assert "zei @a colleague tegen @writer" in today


def test_who_left_the_team_is_not_mentioned(site: Site, post_id: int) -> None:
    with site.database.writing() as session:
        session.get_one(Person, site.people["editor"]).memberships[0].ended_at = MOMENT

    assert say(site.visitor(), post_id, "@editor").status_code == 303

    assert mentioned(site) == set()


def test_today_lists_the_open_comments_that_mention_me(site: Site, post_id: int) -> None:
    mine = a_comment(site, post_id, mentioned="editor", text="Kijk <b>jij</b>? " + "x" * 200)
    a_comment(site, post_id, text="Voor niemand")
    a_comment(site, post_id, mentioned="viewer", text="Voor een ander")
    client = site.visitor("editor")

    page = client.get("/").get_data(as_text=True)

    for_me = page.partition("<h2>For you</h2>")[2].partition("</section>")[0]
    assert f'href="/posts/{post_id}#comments"' in for_me
    assert site.row(f"{post_id}:1").title in for_me
    assert "writer Bos" in for_me
    assert "@editor Bos Kijk &lt;b&gt;jij&lt;/b&gt;? xxx" in for_me
    assert "x…" in for_me
    assert "x" * 120 not in for_me
    assert "Voor niemand" not in for_me
    assert "Voor een ander" not in for_me

    act(client, post_id, mine, "resolution")
    assert "<h2>For you</h2>" not in client.get("/").get_data(as_text=True)


def test_nothing_of_the_bin_or_of_another_team_is_for_me(site: Site, post_id: int) -> None:
    a_comment(site, post_id, mentioned="editor")
    with site.database.writing() as session:
        team = builders.a_team(session)
        editor = session.get_one(Person, site.people["editor"])
        foreign = builders.a_post(session, team, builders.a_plan(session, team))
        builders.a_comment(session, foreign, editor, mentioned=editor)
        session.get_one(Post, post_id).deleted_at = MOMENT

    assert "<h2>For you</h2>" not in site.visitor("editor").get("/").get_data(as_text=True)


def test_at_most_twenty_are_for_me_the_newest_first_in_one_query(site: Site, post_id: int) -> None:
    for minute in range(23):
        at = datetime(2026, 11, 9, 8, minute, tzinfo=UTC)
        a_comment(site, post_id, mentioned="editor", text=f"@editor en nummer {minute:02}", at=at)

    with site.database.reading() as session:
        team = session.get_one(Team, site.team_id)
        editor = session.get_one(Person, site.people["editor"])
        with statements(site.database) as asked:
            found = mentioning(session, team, editor)
            told = [(one.text[-2:], one.by and one.by.name, one.places) for one, _title in found]

    assert len(asked) == 1
    assert [number for number, _by, _places in told] == [f"{n:02}" for n in range(22, 2, -1)]
    assert {(by, places[0].person_id) for _number, by, places in told} == {
        ("writer Bos", editor.id)
    }


def test_a_post_with_thirty_comments_asks_as_much_as_with_one(site: Site, post_id: int) -> None:
    a_comment(site, post_id, mentioned="editor", resolved_by_id=site.people["editor"])
    client = site.visitor()
    few = _asked(site, lambda: client.get(f"/posts/{post_id}"))
    today = _asked(site, lambda: site.visitor("editor").get("/"))
    with site.database.writing() as session:
        team, post = session.get_one(Team, site.team_id), session.get_one(Post, post_id)
        for number in range(29):
            who, whom = builders.a_person(session, team), builders.a_person(session, team)
            done = {} if number % 2 else {"resolved_at": post.created_at, "resolved_by_id": whom.id}
            builders.a_comment(session, post, who, mentioned=whom, **done)
            editor = session.get_one(Person, site.people["editor"])
            builders.a_comment(session, post, who, mentioned=editor)

    assert _asked(site, lambda: client.get(f"/posts/{post_id}")) == few
    assert _asked(site, lambda: site.visitor("editor").get("/")) == today
    assert card(client, post_id).count('<li id="comment-') == 59


def _asked(site: Site, ask: Callable[[], TestResponse]) -> int:
    with statements(site.database) as asked:
        assert ask().status_code == 200
    return len(asked)


def test_comments_go_with_their_post(site: Site, post_id: int) -> None:
    a_comment(site, post_id, mentioned="editor")

    with site.database.writing() as session:
        session.delete(session.get_one(Post, post_id))

    assert (kept(site), mentioned(site)) == ([], set())


def test_a_comment_without_a_name_stays(site: Site, post_id: int) -> None:
    a_comment(site, post_id, mentioned="editor", by_id=None, resolved_at=MOMENT)

    shown = card(site.visitor(), post_id)

    assert "<strong>Somebody</strong>" in shown
    assert "Resolved by Somebody" in shown


def test_the_tables_go_and_come_back_and_the_posts_stay(site: Site, post_id: int) -> None:
    a_comment(site, post_id, mentioned="editor")
    steps = ScriptDirectory.from_config(settings_of_migrations()).walk_revisions()
    (below,) = [step.down_revision for step in steps if step.path.endswith("_comments.py")]
    assert isinstance(below, str)

    migrate(site.database, command.downgrade, below)
    migrate(site.database, command.upgrade, "head")

    assert schema.differences(site.database) == []
    assert (kept(site), mentioned(site)) == ([], set())
    assert site.row(f"{post_id}:1").title
