"""Files as people bring them along, and as somebody might who means harm."""

from __future__ import annotations

import struct
import zlib
from functools import cache
from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw

# 52° 5' north, in the way that cameras write it; and who held the camera.
PLACE = b"Amersfoort"
ORIENTATION, MAKER, GPS = 0x0112, 0x010F, 0x8825


def picture(width: int = 640, height: int = 480, colour: str = "#0b6e69") -> Image.Image:
    """A field of colour with a white corner at the upper left."""
    image = Image.new("RGB", (width, height), colour)
    ImageDraw.Draw(image).rectangle((0, 0, width // 4, height // 4), fill="white")
    return image


def saved(image: Image.Image, kind: str = "PNG", **how: Any) -> bytes:
    out = BytesIO()
    image.save(out, kind, **how)
    return out.getvalue()


@cache
def a_png(colour: str = "#0b6e69", **size: int) -> bytes:
    return saved(picture(colour=colour, **size))


def with_place(kind: str, orientation: int = 1) -> bytes:
    """An image of `kind` that tells where it was made, by whom, and which side is up."""
    exif = Image.Exif()
    exif[MAKER] = PLACE.decode()
    exif[ORIENTATION] = orientation
    exif.get_ifd(GPS)[1] = "N"
    how: dict[str, Any] = {"exif": exif}
    if kind == "JPEG":
        how |= {"comment": PLACE, "icc_profile": b"profile" * 9, "progressive": True}
    if kind == "WEBP":
        how |= {"xmp": b"<x>" + PLACE + b"</x>"}
    return saved(picture(), kind, **how)


def an_animation(kind: str = "GIF") -> bytes:
    frames = [picture(colour=colour) for colour in ("red", "green", "blue")]
    how = {"comment": PLACE} if kind == "GIF" else {}
    return saved(
        frames[0], kind, save_all=True, append_images=frames[1:], duration=100, loop=0, **how
    )


def a_bomb(side: int = 20_000) -> bytes:
    """A small PNG of `side` by `side` pixels of one bit."""
    rows = zlib.compress(bytes(((side + 7) // 8 + 1) * side), 9)
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in ((b"IHDR", head), (b"IDAT", rows), (b"IEND", b""))
    )


def box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body) + 8) + kind + body


def a_video() -> bytes:
    """The frame of an MP4, with the place noted where telephones note it."""
    notes = box(b"udta", box(b"\xa9xyz", PLACE)) + box(b"meta", PLACE)
    film = box(b"moov", box(b"mvhd", bytes(100)) + box(b"trak", box(b"udta", PLACE)) + notes)
    return box(b"ftyp", b"isom\x00\x00\x02\x00mp42") + film + box(b"mdat", b"pictures")


PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
