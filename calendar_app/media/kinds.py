"""The kinds of files that a post may have, known by how their content begins, never by a name."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """One kind: how the web calls it, how its names end (the usual ending first)."""

    name: str
    mimetype: str
    endings: tuple[str, ...]
    # How Pillow calls it; "" for what is no image.
    format: str = ""

    @property
    def is_image(self) -> bool:
        """Whether a page can show it."""
        return bool(self.format)


KINDS = {
    kind.name: kind
    for kind in (
        Kind("jpeg", "image/jpeg", ("jpg", "jpeg", "jpe", "jfif"), "JPEG"),
        Kind("png", "image/png", ("png",), "PNG"),
        Kind("webp", "image/webp", ("webp",), "WEBP"),
        Kind("gif", "image/gif", ("gif",), "GIF"),
        Kind("pdf", "application/pdf", ("pdf",)),
        Kind("mp4", "video/mp4", ("mp4", "m4v")),
    )
}
# What a file dialogue offers first.
ACCEPTED = ",".join(kind.mimetype for kind in KINDS.values())
_BEGINNINGS = {
    b"\xff\xd8\xff": "jpeg",
    b"\x89PNG\r\n\x1a\n": "png",
    b"GIF87a": "gif",
    b"GIF89a": "gif",
    b"%PDF-": "pdf",
}
# The brands of a video that browsers play (ISO/IEC 14496-12 §4.3); HEIC and AVIF begin alike.
_VIDEO_BRANDS = frozenset(
    {b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"dash"}
)


def kind_of(raw: bytes) -> Kind | None:
    """What `raw` says it is at its beginning; None for what no post may have."""
    for beginning, name in _BEGINNINGS.items():
        if raw.startswith(beginning):
            return KINDS[name]
    if raw[:4] == b"RIFF" and raw[8:12] == b"WEBP":
        return KINDS["webp"]
    if raw[4:8] == b"ftyp" and raw[8:12] in _VIDEO_BRANDS:
        return KINDS["mp4"]
    return None
