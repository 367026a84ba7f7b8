"""What people say of an image: what it shows, or that it only decorates."""

from __future__ import annotations

from typing import Any, Self

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField

from calendar_app.posts.media import LONGEST_ALTERNATIVE, PostMedia, SourceMedia
from calendar_app.web.forms import Form, TextField


class MediaForm(Form):
    """The words of one image or file; its page has one of these for each."""

    alternative = TextField(_l("Alternative text"), limit=LONGEST_ALTERNATIVE)
    is_decorative = BooleanField(_l("This image only decorates, so it needs no text"))

    def __init__(self, media: PostMedia | SourceMedia, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        for field in self:
            field.id = f"{field.id}-{media.id}"
            field.label.field_id = field.id

    @classmethod
    def of(cls, media: PostMedia | SourceMedia) -> Self:
        """The form as `media` is kept, whatever was sent."""
        return cls(media, None, data=shown_of(media))


def shown_of(media: PostMedia | SourceMedia) -> dict[str, object]:
    """What the form shows of `media`."""
    return {
        "version": media.version,
        "alternative": media.alternative,
        "is_decorative": media.is_decorative,
    }
