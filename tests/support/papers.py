"""A PDF read back: its words, its pages, and the tags that a screen reader follows."""

from __future__ import annotations

import io
import re
from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

if TYPE_CHECKING:
    from collections.abc import Iterator


class Paper:
    """What a reader and a screen reader get from the bytes of a PDF."""

    def __init__(self, content: bytes) -> None:
        self.file = PdfReader(io.BytesIO(content))

    @property
    def pages(self) -> int:
        return len(self.file.pages)

    @cached_property
    def text(self) -> str:
        """All words with single spaces; a word that was parted at the end of a line is whole."""
        raw = "\n".join(page.extract_text() for page in self.file.pages)
        whole = re.sub(r"(?<=\w)[-\u2010\u00ad]\n(?=[^\W\d_])", "", raw).replace("\u200b", "")
        return " ".join(whole.split())

    @property
    def root(self) -> dict[str, Any]:
        found = self.file.trailer["/Root"]
        assert isinstance(found, DictionaryObject)
        return found

    @property
    def declares_accessible(self) -> bool:
        """Whether its metadata say that it keeps ISO 14289-1."""
        metadata = self.root.get("/Metadata")
        return metadata is not None and b"pdfuaid:part" in metadata.get_object().get_data()

    @cached_property
    def tags(self) -> Counter[str]:
        """How many elements there are of each kind: "H1", "P", "TH" and so on."""
        return Counter(_kinds(self.root["/StructTreeRoot"]))

    @property
    def fonts(self) -> set[str]:
        """The names of the fonts whose letters are in the file."""
        pages: list[Any] = list(self.file.pages)
        fonts = [one for page in pages for one in page["/Resources"]["/Font"].values()]
        return {font.get_object()["/BaseFont"].split("+")[-1] for font in fonts}


def _kinds(element: Any) -> Iterator[str]:
    if isinstance(element, IndirectObject):
        element = element.get_object()
    if isinstance(element, ArrayObject):
        for child in element:
            yield from _kinds(child)
    elif isinstance(element, DictionaryObject):
        if "/S" in element:
            yield str(element["/S"]).removeprefix("/")
        yield from _kinds(element.get("/K"))
