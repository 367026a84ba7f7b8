"""The plan as a PDF to print, to send along or to keep."""

from __future__ import annotations

import re
from io import BytesIO

from flask import send_file
from flask.typing import ResponseReturnValue

from calendar_app import sheets
from calendar_app.errors import Refused
from calendar_app.people import throttle
from calendar_app.people.door import me, own, refuse_too_many, requires
from calendar_app.plans import paper, queries
from calendar_app.plans.forms import today
from calendar_app.plans.models import Plan
from calendar_app.plans.views.shared import bp, refusal
from calendar_app.web.language import language
from calendar_app.web.request import session

# What Windows forbids in the name of a file, and what no eye sees.
_NOT_IN_A_NAME = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2060-\u2069]+')


@bp.get("/plans/<int:plan_id>/plan.pdf")
@requires("team.see")
def download_plan(plan_id: int) -> ResponseReturnValue:
    """The whole plan as a PDF, in the language of who asks."""
    plan = queries.fill_for_paper(session(), own(Plan, plan_id))
    refuse_too_many(throttle.PAPER_FOR_ONE_PERSON, me().id)
    try:
        pdf = sheets.as_pdf(paper.sheet(plan, language(), today()))
    except Refused as refused:
        return refusal(plan, refused)
    name = file_name(plan.name)
    answer = send_file(BytesIO(pdf), "application/pdf", as_attachment=True, download_name=name)
    # As of every page of a team; a file of Flask's is otherwise kept and asked for again.
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def file_name(name: str) -> str:
    """What the file of the plan `name` is called on any computer."""
    plain = " ".join(_NOT_IN_A_NAME.sub(" ", name).strip(" .").split())
    return f"Plan {plain}".strip()[:100] + ".pdf"
