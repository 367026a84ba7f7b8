"""What people type of the team's checklist, and what they tick of it for a post."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Self

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from calendar_app.posts.checklist import LONGEST_POINT, ChecklistPoint
from calendar_app.web.forms import Form, LineField, needed


class PointForm(Form):
    """One point of the list; the page of the list has one of these for each, and one for a new."""

    text = LineField(_l("Point"), limit=LONGEST_POINT, validators=[needed()])

    def __init__(self, point: ChecklistPoint | None, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        if point is None:
            self.text.label.text = _("A new point")
        for field in self:
            field.id = f"{field.id}-{point.id if point else 'new'}"
            field.label.field_id = field.id

    @classmethod
    def of(cls, point: ChecklistPoint | None) -> Self:
        """The form as `point` is kept (None: empty, for a new one), whatever was sent."""
        return cls(point, None, data={} if point is None else shown_of(point))


def shown_of(point: ChecklistPoint) -> dict[str, object]:
    """What the form shows of `point`."""
    return {"version": point.version, "text": point.text}


def ids(sent: Iterable[str]) -> set[int]:
    """The ids among what a page sent; what is no id of ours is let be."""
    return {int(one) for one in sent if one.isascii() and one.isdigit() and int(one) < 2**31}
