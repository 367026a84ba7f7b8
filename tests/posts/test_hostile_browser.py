"""Hostile texts in a real browser: no script runs, no policy is broken, and every page fits."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import pytest
from sqlalchemy import select

from calendar_app.people.models import Person, Team
from calendar_app.plans.models import Plan
from calendar_app.posts.models import Post
from tests.builders import a_comment, a_guest_review, a_media, a_point, a_post, sign_in_page
from tests.posts.room import NOW, a_room
from tests.support.hostile import LONG, SHORT

if TYPE_CHECKING:
    from flask import Flask
    from playwright.sync_api import Dialog, Page

    from calendar_app.db import Database
    from tests.support.browser import Visitors

WHOLE = "\n".join(text.by_form.text for text in SHORT)
WORD = LONG[0].text
# What a page holds that only a text could have brought there.
FOREIGN = """() => {
  const never = "iframe, object, embed, base, style, math";
  const scripts = "script:not([src^='/']):not([type$=json])";
  const elsewhere = "link:not([href^='/']), img:not([src^='/']), meta[http-equiv]";
  const leads = ["href", "src", "action", "formaction"];
  const runs = ({ name, value }) =>
    name.startsWith("on") || (leads.includes(name) && /^\\s*(java|vb|data)\\w*:/i.test(value));
  const foreign = `${never}, ${scripts}, ${elsewhere}`;
  return [...document.querySelectorAll("*")]
    .filter((one) => one.matches(foreign) || [...one.attributes].some(runs))
    .map((one) => one.outerHTML.slice(0, 200));
}"""
# What is wider than the window, for who reads the test's output.
WIDER = """() => [...document.querySelectorAll("body *")]
  .filter((one) => one.getBoundingClientRect().right > innerWidth && !one.closest("svg"))
  .map((one) => `${one.tagName}.${one.className}#${one.id} ${one.textContent.slice(0, 60)}`)"""
# Kept over the pages of a visit, since each page has a window of its own.
WATCH = """addEventListener("securitypolicyviolation", (event) => {
  const before = sessionStorage.getItem("broken") ?? "";
  sessionStorage.setItem("broken", `${before}${event.violatedDirective} ${event.blockedURI}; `);
});"""


class Laid(NamedTuple):
    """The post that says all of it, and who edits it."""

    post_id: int
    editor_id: int


@pytest.fixture
def laid(database: Database) -> Laid:
    """A post that carries all texts, and one more for each of them, with its title."""
    with database.writing() as session:
        room = a_room(session)
        team, plan = session.get_one(Team, room.team.id), session.get_one(Plan, room.plan.id)
        room.editor.language = "en"
        names = [text.by_form.line for text in SHORT if len(text.by_form.line) <= 60]
        plan.name, plan.tone, plan.words_to_avoid = names[0], WHOLE[:1_500], "alert"
        room.value.name, room.audience.name, room.channel.name = names[1:4]
        post = room.post(
            "in_review",
            title=SHORT[0].line,
            text=f"{WHOLE}\n{WORD}",
            own_texts=((room.channel, WHOLE),),
            values=((room.value, names[4]),),
        )
        changed = replace(post.content, title=names[5], text=f"{WORD}\n{WHOLE}\nalert")
        post.edit(changed, room.writer, NOW)
        a_comment(session, post, room.writer, text=WHOLE[:1_900])
        a_guest_review(session, post, room.writer, words=WHOLE[:1_900], verdict="changes",
                       answered_at=NOW, name=names[6])  # fmt: skip
        a_media(
            session, post, room.writer, alternative=WHOLE[:900], name="hal.pdf", kind_name="pdf"
        )
        for place, name in enumerate(names[:6]):
            a_point(session, team, text=name, position=place)
        for place, text in enumerate((*SHORT, LONG[0])):
            line = text.by_form.line[:200]
            day = NOW.replace(day=2 + place % 26)
            a_post(session, team, plan, title=line, text=text.by_form.text, starts_at=day)
        return Laid(post.id, room.editor.id)


@pytest.mark.parametrize("width", [360, 1440])
def test_no_text_runs_breaks_the_policy_or_widens_a_page(
    site: str, app: Flask, database: Database, open_page: Visitors, laid: Laid, width: int
) -> None:
    page, dialogs = open_page(site, width=width, expect={409}), list[str]()
    page.context.add_init_script(WATCH)

    def note(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", note)
    with database.reading() as session:
        sign_in_page(page, site, app, session.get_one(Person, laid.editor_id))
    month = "date=2026-11-12"

    for path in (
        f"/posts/{laid.post_id}",
        f"/posts/{laid.post_id}/publishing",
        f"/calendar?view=month&{month}",
        f"/calendar?view=week&{month}",
        f"/calendar?view=list&{month}",
        f"/calendar?view=board&{month}",
        "/search?q=alert",
        "/settings/checklist",
        "/",
    ):
        page.goto(path)
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        _is_clean(page)

    _open_conflict(page, database, laid)
    _is_clean(page)
    assert dialogs == []


def _open_conflict(page: Page, database: Database, laid: Laid) -> None:
    """Save all of it over what somebody else saved meanwhile."""
    page.goto(f"/posts/{laid.post_id}")
    with database.writing() as session:
        post = session.get_one(Post, laid.post_id)
        writer = session.scalars(select(Person).where(Person.id != laid.editor_id).limit(1)).one()
        theirs = replace(post.content, title="<b>Eerst</b>", text=f"Eerst\n{WHOLE}\n{WORD}")
        post.edit(theirs, writer, NOW)
    page.fill("#title", SHORT[4].line)
    page.fill("#text", f"Later\n{WHOLE}\n{WORD}")
    with page.expect_response(lambda answer: answer.status == 409):
        page.locator("#post-form button:not([formaction])").last.click()
    page.wait_for_load_state()
    assert page.locator(".conflict").count() >= 1


def _is_clean(page: Page) -> None:
    assert page.evaluate(FOREIGN) == [], page.url
    assert page.evaluate("sessionStorage.getItem('broken')") is None
    if page.evaluate("document.documentElement.scrollWidth - innerWidth") > 0:
        pytest.fail(f"{page.url} is too wide: {page.evaluate(WIDER)[-6:]}")
