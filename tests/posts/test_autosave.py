"""What is typed of a post is kept for who typed it, changes nothing, and is never written over."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from calendar_app.people.models import Membership, Person, Team
from calendar_app.posts import autosaves
from calendar_app.posts.autosaves import MOST_CHARACTERS, MOST_LISTED, PostAutosave, Stamps
from calendar_app.posts.media import PostMedia
from calendar_app.posts.models import Post, PostChange
from tests import builders
from tests.posts.room import NOW
from tests.support.sent_forms import forms_of
from tests.support.site import Site, _tuesday_morning, ask, site

if TYPE_CHECKING:
    from datetime import datetime

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from calendar_app.db import Database

__all__ = ["_tuesday_morning", "site"]
SAID = "You typed this"
UNSAVED = "You have unsaved text in"


@pytest.fixture
def post(site: Site) -> int:
    return int(site.post(title="Rooster", text="Zelf je rooster maken.").partition(":")[0])


def fields(client: FlaskClient, path: str) -> dict[str, str]:
    """What a browser would send of the form of a post on the page at `path`, and its stamp."""
    page = client.get(path).text
    stamp = re.search(r'data-stamp="(\w*)"', page)
    form = next(form for form in forms_of(page, path) if "title" in form.fields)
    return {**form.fields, "stamp": stamp[1] if stamp else ""}


def keep(client: FlaskClient, post_id: int, **typed: Any) -> Any:
    path = f"/posts/{post_id}"
    return ask(client, f"{path}/autosave", **{**fields(client, path), **typed})


def told(answer: TestResponse) -> dict[str, str]:
    """What a script is told."""
    found: dict[str, str] = json.loads(answer.text)
    return found


def rows(database: Database, model: Any = PostAutosave) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_what_was_typed_is_back_and_changes_nothing(site: Site, post: int) -> None:
    writer = site.visitor()
    before = rows(site.database, PostChange)

    answer = keep(writer, post, text="Half een zin over het roo")

    assert answer.status_code == 200
    assert re.fullmatch(r"\d\d:\d\d", told(answer)["at"])
    page = writer.get(f"/posts/{post}").text
    assert SAID in page
    assert "Half een zin over het roo" in page
    assert site.row(f"{post}:1").text == "Zelf je rooster maken."
    assert rows(site.database, PostChange) == before


def test_nobody_else_sees_it(site: Site, post: int) -> None:
    keep(site.visitor("writer"), post, text="Nog niet af")

    page = site.visitor("editor").get(f"/posts/{post}").text

    assert "Nog niet af" not in page
    assert SAID not in page


def test_saving_takes_it_away(site: Site, post: int) -> None:
    writer = site.visitor()
    keep(writer, post, text="Bijna af")

    sent = {**fields(writer, f"/posts/{post}"), "text": "Helemaal af"}
    assert writer.post(f"/posts/{post}", data=sent).status_code == 303

    assert rows(site.database) == 0
    assert SAID not in writer.get(f"/posts/{post}").text


def test_a_refused_save_keeps_it(site: Site, post: int) -> None:
    writer = site.visitor()
    keep(writer, post, text="Bijna af")

    sent = {**fields(writer, f"/posts/{post}"), "title": ""}
    assert writer.post(f"/posts/{post}", data=sent).status_code == 422

    assert rows(site.database) == 1


def test_another_window_is_refused_and_told(site: Site, post: int) -> None:
    writer = site.visitor()
    first, second = fields(writer, f"/posts/{post}"), fields(writer, f"/posts/{post}")
    path = f"/posts/{post}/autosave"

    kept = ask(writer, path, **{**first, "text": "In het eerste venster"})
    refused = ask(writer, path, **{**second, "text": "In het tweede venster"})
    again = ask(writer, path, **{**first, "stamp": told(kept)["stamp"], "text": "Verder"})
    late = ask(writer, path, **{**first, "stamp": told(kept)["stamp"], "text": "Te laat"})

    assert (kept.status_code, refused.status_code) == (200, 409)
    assert (again.status_code, late.status_code) == (200, 409)
    assert "another window" in told(refused)["message"]
    assert "Verder" in writer.get(f"/posts/{post}").text


def test_what_arrives_after_the_save_is_no_news(site: Site, post: int) -> None:
    """A script sends what was typed, the person saves it at once, and the save is there first."""
    writer = site.visitor()
    sent = {**fields(writer, f"/posts/{post}"), "text": "Af"}
    assert writer.post(f"/posts/{post}", data=sent).status_code == 303

    assert ask(writer, f"/posts/{post}/autosave", **sent).status_code == 200

    assert SAID not in writer.get(f"/posts/{post}").text


def test_a_colleague_who_saved_meanwhile_is_named_beside_it(site: Site, post: int) -> None:
    writer, editor = site.visitor("writer"), site.visitor("editor")
    keep(writer, post, text="Van de schrijver")
    sent = {**fields(editor, f"/posts/{post}"), "text": "Van de redacteur"}
    assert editor.post(f"/posts/{post}", data=sent).status_code == 303

    page = writer.get(f"/posts/{post}").text

    assert "Somebody was before you" in page
    assert "Van de schrijver" in page
    assert "Van de redacteur" in page
    # Saving again is a choice now: the form stands at what is saved.
    assert fields(writer, f"/posts/{post}")["version"] == str(site.row(f"{post}:1").version)


def test_what_is_thrown_away_is_gone(site: Site, post: int) -> None:
    writer = site.visitor()
    keep(writer, post, text="Toch niet")
    with site.database.reading() as session:
        kept = session.scalars(select(PostAutosave)).one().id

    gone = site.visitor("editor").post(f"/posts/autosaves/{kept}/removal")
    assert gone.status_code == 404
    assert writer.post(f"/posts/autosaves/{kept}/removal").location == f"/posts/{post}"

    assert rows(site.database) == 0
    assert "Toch niet" not in writer.get(f"/posts/{post}").text


def test_a_post_that_was_begun_is_listed_and_goes_on(site: Site) -> None:
    writer = site.visitor()
    begun = {**fields(writer, "/posts/new"), "title": "Open dag", "text": "Kom jij ook?"}
    assert ask(writer, "/posts/autosave", **begun).status_code == 200

    listed = writer.get("/posts/new").text
    found = re.search(r'href="(/posts/new\?autosave=\d+)">Open dag', listed)
    assert found
    page = writer.get(found[1]).text
    assert "Kom jij ook?" in page
    assert begun["creation_key"] in page
    assert "Open dag" not in site.visitor("editor").get("/posts/new").text

    sent = {**fields(writer, found[1]), "title": "Open dag"}
    made = writer.post("/posts/new", data=sent)
    assert made.status_code == 303
    assert rows(site.database) == 0
    assert "Begun and not saved" not in writer.get("/posts/new").text
    # What a script still sends of it leads to the post.
    assert ask(writer, "/posts/autosave", **begun).json == {"made": made.location}
    assert rows(site.database) == 0


def test_what_was_typed_on_after_the_browsers_way_back_is_kept_for_the_post(site: Site) -> None:
    writer = site.visitor()
    form = {**fields(writer, "/posts/new"), "title": "Open dag", "text": "Kom jij ook?"}
    made = writer.post("/posts/new", data=form)
    # Twice the same is once.
    assert writer.post("/posts/new", data=form).location == made.location
    assert rows(site.database) == 0

    again = writer.post("/posts/new", data={**form, "text": "Kom jij ook kijken?"})

    assert again.location == made.location
    page = writer.get(made.location).text
    assert SAID in page
    assert "Kom jij ook kijken?" in page
    assert rows(site.database, Post) == 1


def test_what_names_nothing_new_is_not_understood(site: Site) -> None:
    assert ask(site.visitor(), "/posts/autosave", title="x").status_code == 400


def test_more_than_anybody_types_is_refused(site: Site, post: int) -> None:
    answer = keep(site.visitor(), post, text="x" * MOST_CHARACTERS)

    assert answer.status_code == 422
    assert "Save it" in told(answer)["message"]
    assert rows(site.database) == 0


@pytest.mark.parametrize(
    "hostile", ["\x00NUL", "\ud800".encode("utf-8", "surrogatepass"), "a\rb", "<script>x</script>"]
)
def test_hostile_text_is_cleaned_and_shown_as_text(site: Site, post: int, hostile: Any) -> None:
    writer = site.visitor()

    assert keep(writer, post, text=hostile, **{"reason-1": hostile}).status_code == 200

    page = writer.get(f"/posts/{post}").text
    assert "<script>x" not in page
    assert "\x00" not in page


def test_a_post_that_closed_meanwhile_still_shows_what_was_typed(site: Site, post: int) -> None:
    writer = site.visitor()
    keep(writer, post, text="Nog een idee")
    with site.database.writing() as session:
        kept = session.get_one(Post, post)
        kept.cancel(session.get_one(Person, site.people["editor"]), NOW)

    page = writer.get(f"/posts/{post}").text
    assert "What you typed and is not in the post" in page
    assert "Nog een idee" in page
    assert "What you typed" not in site.visitor("editor").get(f"/posts/{post}").text


def test_a_save_of_a_post_that_closed_meanwhile_shows_what_was_typed(site: Site, post: int) -> None:
    writer = site.visitor()
    sent = {**fields(writer, f"/posts/{post}"), "text": "Nog een idee"}
    with site.database.writing() as session:
        session.get_one(Post, post).cancel(session.get_one(Person, site.people["editor"]), NOW)

    refused = writer.post(f"/posts/{post}", data=sent)

    assert refused.status_code == 422
    assert "Nog een idee" in refused.text


def test_a_save_leaves_what_another_window_keeps(site: Site, post: int) -> None:
    writer = site.visitor()
    old_window = fields(writer, f"/posts/{post}")
    keep(writer, post, text="Thuis begonnen")

    saved = writer.post(f"/posts/{post}", data={**old_window, "title": "Nieuwe titel"})

    assert saved.status_code == 303
    page = writer.get(f"/posts/{post}").text
    assert SAID in page
    assert "Thuis begonnen" in page


def test_an_answer_that_was_lost_shuts_nobody_out(site: Site, post: int) -> None:
    writer = site.visitor()
    sent = {**fields(writer, f"/posts/{post}"), "following": "a" * 16}
    path = f"/posts/{post}/autosave"
    first = ask(writer, path, **{**sent, "text": "Een"})

    again = ask(writer, path, **{**sent, "text": "Een en twee"})

    assert told(first)["stamp"] == told(again)["stamp"] == "a" * 16
    assert "Een en twee" in writer.get(f"/posts/{post}").text
    stranger = {**fields(writer, f"/posts/{post}"), "stamp": "", "following": "b" * 16}
    assert ask(writer, path, **stranger).status_code == 409


def test_what_nobody_came_back_for_goes_after_ninety_days(
    database: Database, now: datetime
) -> None:
    with database.writing() as session:
        team = builders.a_team(session)
        person = builders.a_person(session, team)
        for place, days in (("new-a", 91), ("new-b", 89)):
            moment = now - timedelta(days=days)
            where = (session.get_one(Team, team.id), person, place)
            autosaves.keep(session, where, None, [("title", place)], Stamps(), moment)

    with database.writing() as session:
        autosaves.forget_old(session, now)

    with database.reading() as session:
        assert [one.title for one in session.scalars(select(PostAutosave))] == ["new-b"]


def test_the_check_is_of_what_stands_in_the_form(site: Site, post: int) -> None:
    writer = site.visitor()
    assert "mogelijk maken" not in writer.get(f"/posts/{post}").text

    keep(writer, post, text="Wij faciliteren dit rooster.")

    assert "mogelijk maken" in writer.get(f"/posts/{post}").text


def test_today_names_what_was_typed_and_not_saved(site: Site, post: int) -> None:
    writer = site.visitor()
    assert UNSAVED not in writer.get("/").text
    keep(writer, post, text="Bijna af")
    begun = {**fields(writer, "/posts/new"), "title": "Open dag"}
    ask(writer, "/posts/autosave", **begun)

    page = writer.get("/").text

    assert page.count(UNSAVED) == 2
    assert f'<a class="link" href="/posts/{post}">Rooster</a>' in page
    assert re.search(r'href="/posts/new\?autosave=\d+">Open dag', page)
    assert UNSAVED not in site.visitor("editor").get("/").text


def test_today_names_nothing_that_says_no_more_than_the_post(site: Site, post: int) -> None:
    writer = site.visitor()
    keep(writer, post)

    assert UNSAVED not in writer.get("/").text


def test_today_names_nothing_of_a_post_in_the_bin(site: Site, post: int) -> None:
    writer = site.visitor()
    keep(writer, post, text="Bijna af")
    with site.database.writing() as session:
        session.get_one(Post, post).delete(session.get_one(Person, site.people["editor"]), NOW)

    assert UNSAVED not in writer.get("/").text


def in_part(site: Site, path: str, role: str = "writer", **typed: str) -> Any:
    return ask(site.visitor(role), f"{path}/autosave", stamp="", **typed)


def test_a_comment_that_was_typed_is_back_until_it_is_sent(site: Site, post: int) -> None:
    writer, path = site.visitor(), f"/posts/{post}/comments"
    sent = {"comment": "Mag de foto groter?", "creation_key": "a" * 32}
    assert in_part(site, path, **sent).status_code == 200

    page = writer.get(f"/posts/{post}").text
    assert "did not send it" in page
    assert "Mag de foto groter?" in page
    assert "Mag de foto groter?" not in site.visitor("editor").get(f"/posts/{post}").text
    assert UNSAVED in writer.get("/").text

    assert writer.post(path, data={**sent, "stamp": ""}).status_code == 303
    # What a script still sends of it is told that it is there.
    assert "made" in told(in_part(site, path, **sent))
    assert rows(site.database) == 0
    assert "did not send it" not in writer.get(f"/posts/{post}").text


def test_a_note_that_was_typed_is_back_until_it_is_sent(site: Site) -> None:
    post = int(site.post(state="in_review").partition(":")[0])
    editor, path = site.visitor("editor"), f"/posts/{post}/changes"
    assert in_part(site, path, "editor", note="Noem de plaats.").status_code == 200
    assert in_part(site, path, "writer", note="Noem de plaats.").status_code == 403

    page = editor.get(f"/posts/{post}").text
    assert "did not send it" in page
    assert "Noem de plaats." in page

    answer = editor.post(path, data={"note": "Noem de plaats.", "version": 1})
    assert answer.status_code == 303
    assert "made" in told(in_part(site, path, "editor", note="Noem de plaats."))
    assert rows(site.database) == 0
    assert "Your note is not sent" not in editor.get(f"/posts/{post}").text


def test_the_words_of_an_ambassador_are_back_until_they_are_saved(site: Site) -> None:
    sender = site.people["viewer"]
    with site.database.writing() as session:
        member = session.scalars(select(Membership).filter_by(person_id=sender)).one()
        member.agree_as_ambassador(NOW)
    post = int(site.post(text="Van ons", sender_id=sender).partition(":")[0])
    viewer, path = site.visitor("viewer"), f"/posts/{post}/publishing"
    typed = {"text": "Van mij", "version": "1"}
    assert in_part(site, f"{path}/text", "viewer", **typed).status_code == 200
    assert in_part(site, f"{path}/text", "writer", **typed).status_code == 403

    page = viewer.get(path).text
    assert "did not send it" in page
    assert "Van mij" in page
    assert f'<a class="link" href="{path}">' in viewer.get("/").text

    with site.database.reading() as session:
        kept = session.scalars(select(PostAutosave)).one()
    assert viewer.post(f"{path}/text", data={**typed, "stamp": kept.stamp}).status_code == 303
    assert rows(site.database) == 0
    assert site.row(f"{post}:1").text == "Van mij"


def test_the_words_of_an_image_are_back_until_they_are_saved(site: Site, post: int) -> None:
    with site.database.writing() as session:
        person = session.get_one(Person, site.people["writer"])
        image = builders.a_media(session, session.get_one(Post, post), person).id
    writer, path = site.visitor(), f"/posts/{post}/media/{image}"
    typed = {"alternative": "Een arts en een kind", "version": "1"}
    assert in_part(site, path, **typed).status_code == 200
    assert in_part(site, f"/posts/{post}/media/999999", **typed).status_code == 404

    page = writer.get(f"/posts/{post}").text
    assert "did not send it" in page
    assert "Een arts en een kind" in page

    assert writer.post(path, data=typed).status_code == 303
    assert rows(site.database) == 0


def copied(client: FlaskClient, words: str) -> str:
    """Where today's page leads to; there `words` stand to copy, and are thrown away."""
    page = client.get("/").text
    found = re.search(UNSAVED + r' <a class="link" href="([^"]+)"', page)
    assert found is not None
    page = client.get(found[1]).text
    assert words in page
    assert 'data-copy="#typed-1"' in page
    address = re.search(r'action="(/posts/autosaves/\d+/removal)"', page)
    assert address is not None
    answer = client.post(address[1])
    assert client.get(answer.location).status_code == 200
    assert UNSAVED not in client.get("/").text
    return found[1]


@pytest.mark.parametrize("how", ["removed", "closed"])
def test_words_of_an_image_without_a_form_are_shown_to_copy(
    site: Site, post: int, how: str
) -> None:
    with site.database.writing() as session:
        person = session.get_one(Person, site.people["writer"])
        image = builders.a_media(session, session.get_one(Post, post), person).id
    writer, path = site.visitor(), f"/posts/{post}/media/{image}"
    in_part(site, path, alternative="Een arts en een kind", version="1")
    assert f'<a class="link" href="/posts/{post}">Rooster</a>' in writer.get("/").text

    with site.database.writing() as session:
        if how == "removed":
            session.get_one(PostMedia, image).removed_at = NOW
        else:
            session.get_one(Post, post).state = "cancelled"

    assert copied(writer, "Een arts en een kind").startswith("/posts/autosaves/")


@pytest.mark.parametrize("of", ["post", "new post"])
def test_who_may_only_look_now_copies_what_they_typed_before(
    site: Site, post: int, of: str
) -> None:
    writer = site.visitor()
    if of == "new post":
        ask(writer, "/posts/autosave", **{**fields(writer, "/posts/new"), "text": "Bijna af"})
    else:
        keep(writer, post, title="Bijna af")

    with site.database.writing() as session:
        member = select(Membership).filter_by(person_id=site.people["writer"])
        session.scalars(member).one().role = "viewer"

    assert copied(writer, "Bijna af").startswith("/posts/autosaves/")


def test_the_words_of_who_is_no_ambassador_any_more_are_shown_to_copy(site: Site) -> None:
    sender = site.people["viewer"]
    with site.database.writing() as session:
        member = session.scalars(select(Membership).filter_by(person_id=sender)).one()
        member.agree_as_ambassador(NOW)
    post = int(site.post(text="Van ons", sender_id=sender).partition(":")[0])
    in_part(site, f"/posts/{post}/publishing/text", "viewer", text="Van mij", version="1")

    with site.database.writing() as session:
        session.get_one(Post, post).sender_id = None

    assert copied(site.visitor("viewer"), "Van mij").startswith("/posts/autosaves/")


def test_what_somebody_else_typed_is_not_there(site: Site, post: int) -> None:
    keep(site.visitor(), post, text="Bijna af")
    with site.database.reading() as session:
        address = f"/posts/autosaves/{session.scalars(select(PostAutosave.id)).one()}"

    assert site.visitor().get(address).status_code == 200
    assert site.visitor("editor").get(address).status_code == 404


def test_today_names_what_was_typed_before_much_that_is_no_news(site: Site, post: int) -> None:
    writer = site.visitor()
    keep(writer, post, text="Bijna af")
    with site.database.writing() as session:
        person = session.get_one(Person, site.people["writer"])
        for number in range(2 * MOST_LISTED):
            session.add(
                PostAutosave(
                    team_id=session.get_one(Post, post).team_id,
                    person_id=person.id,
                    place=f"new-{number}",
                    typed={"pairs": [["title", ""], ["text", ""]]},
                    stamp=f"{number:032}",
                    saved_at=NOW + timedelta(minutes=1),
                )
            )

    assert writer.get("/").text.count(UNSAVED) == 1


def test_what_was_typed_in_a_part_is_thrown_away_alone(site: Site, post: int) -> None:
    writer = site.visitor()
    keep(writer, post, text="Bijna af")
    in_part(site, f"/posts/{post}/comments", comment="Toch niet", creation_key="b" * 32)
    with site.database.reading() as session:
        wanted = select(PostAutosave.id).where(PostAutosave.place.endswith("comment"))
        kept = session.scalars(wanted).one()

    assert writer.post(f"/posts/autosaves/{kept}/removal").status_code == 303

    page = writer.get(f"/posts/{post}").text
    assert "Toch niet" not in page
    assert "Bijna af" in page


def test_a_note_that_came_second_stays_on_the_page(site: Site) -> None:
    post = int(site.post(state="in_review").partition(":")[0])
    editor = site.visitor("editor")
    with site.database.writing() as session:
        other = builders.a_person(session, session.get_one(Team, site.team_id), "editor")
        session.get_one(Post, post).ask_changes("Te lang.", other, NOW)

    answer = editor.post(f"/posts/{post}/changes", data={"note": "Noem de plaats.", "version": 1})

    assert answer.status_code == 409
    assert "Your note is not sent" in answer.text
    assert "Noem de plaats." in answer.text


def put_in_the_bin(site: Site, post: int) -> None:
    with site.database.writing() as session:
        session.get_one(Post, post).delete(session.get_one(Person, site.people["editor"]), NOW)


def test_a_save_of_a_post_in_the_bin_keeps_what_was_typed(site: Site, post: int) -> None:
    writer = site.visitor()
    sent = {**fields(writer, f"/posts/{post}"), "text": "Nog een zin"}
    put_in_the_bin(site, post)

    refused = writer.post(f"/posts/{post}", data=sent)

    assert refused.status_code == 409
    assert "This post is in the bin" in refused.text
    assert "Nog een zin" in refused.text
    assert writer.post(f"/posts/{post}/restoration").location == f"/posts/{post}"
    page = writer.get(f"/posts/{post}").text
    assert SAID in page
    assert "Nog een zin" in page


@pytest.mark.parametrize(
    ("path", "field"), [("comments", "comment"), ("changes", "note"), ("media/1", "alternative")]
)
def test_what_was_typed_beside_a_post_in_the_bin_is_shown(
    site: Site, path: str, field: str
) -> None:
    post = int(site.post(state="in_review").partition(":")[0])
    put_in_the_bin(site, post)
    editor = site.visitor("editor")

    refused = editor.post(f"/posts/{post}/{path}", data={field: "Mag de foto groter?"})

    assert refused.status_code == 409
    assert "Mag de foto groter?" in refused.text
    assert f'action="/posts/{post}/restoration"' in refused.text
    assert editor.get(f"/posts/{post}").status_code == 404
    assert "This post is in the bin" in editor.get(f"/posts/{post}").text


def test_who_may_not_write_and_a_script_hear_only_that_it_is_not_there(
    site: Site, post: int
) -> None:
    put_in_the_bin(site, post)

    page = site.visitor("viewer").get(f"/posts/{post}")
    answer = ask(site.visitor(), f"/posts/{post}/autosave", text="Nog een zin")

    assert (page.status_code, answer.status_code) == (404, 404)
    assert "/restoration" not in page.text
    assert rows(site.database) == 0
