"""The forms of a page, and what a browser would send of each."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

# What says which form it is and not what somebody typed.
_MARKS = {"csrf_token", "version", "next", "creation_key", "digest", "shown"}
# What is chosen, or set by the page, is not typed.
_CHOSEN = {"hidden", "radio", "checkbox", "file", "password", "submit", "button"}


@dataclass
class SentForm:
    """One form of a page: where a browser sends it, and what it would send."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    # The names of those of its fields into which somebody types.
    open_fields: list[str] = field(default_factory=list)

    @property
    def typed(self) -> list[str]:
        """The names of the fields that somebody fills in."""
        return [name for name in self.fields if name not in _MARKS]


class _Forms(HTMLParser):
    """The forms of a page that change something, as a browser reads them."""

    def __init__(self, where: str) -> None:
        super().__init__()
        self.found: list[SentForm] = []
        self._where = where
        self._form: SentForm | None = None
        self._select = ""
        self._textarea = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        marks = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = SentForm(marks.get("action") or self._where)
            if marks.get("method") == "post":
                self.found.append(self._form)
        if self._form is not None:
            self._take_up(self._form, tag, marks)

    def _take_up(self, form: SentForm, tag: str, marks: dict[str, str]) -> None:
        fields, name = form.fields, marks.get("name", "")
        if tag == "input" and name and self._is_sent(marks):
            fields[name] = marks.get("value", "")
        if tag == "textarea":
            self._textarea, fields[name] = name, ""
        if name and (tag == "textarea" or (tag == "input" and marks.get("type") not in _CHOSEN)):
            form.open_fields.append(name)
        if tag == "select":
            self._select = name
        if tag == "option" and ("selected" in marks or self._select not in fields):
            fields[self._select] = marks.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        if tag == "textarea":
            self._textarea = ""

    def handle_data(self, data: str) -> None:
        if self._form is not None and self._textarea:
            self._form.fields[self._textarea] += data.lstrip("\r\n")

    @staticmethod
    def _is_sent(marks: dict[str, str]) -> bool:
        return marks.get("type") not in {"radio", "checkbox"} or "checked" in marks


def forms_of(page: str, where: str) -> list[SentForm]:
    """The forms of the HTML `page` at `where` that change something, in its order."""
    reader = _Forms(where)
    reader.feed(page)
    return reader.found
