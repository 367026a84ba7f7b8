"""Taking out of a file what its maker did not mean to tell: place, device, names, comments.

Nothing of the picture is coded anew: the parts of the file are walked, and only those that draw it
are kept. How it must be turned is kept, as the one fact of an Exif block of our own. What stands
behind the end of the file is left out, so that it is one kind of file and no other.
A PDF is left as it is; in a video the places are wiped, and all else stays where it is.

JPEG: ITU-T T.81 annex B; PNG: W3C PNG §5 and §11; WebP: RFC 9649; GIF: GIF89a; MP4: ISO/IEC
14496-12 §4.2. Each raises ValueError, struct.error or IndexError for a file that breaks off,
and ValueError for one of more parts than anything real has: to walk them would take minutes.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable, Iterator

# Of a JPEG: JFIF, the colour profile, Adobe's note on colours; all other application data goes.
_JPEG_APPS = {0xE0: b"", 0xE2: b"ICC_PROFILE\x00", 0xEE: b"Adobe"}
_JPEG_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})
_SOS, _EOI, _COMMENT = 0xDA, 0xD9, 0xFE
# Inside coded data FF is followed by 00, or by a mark that belongs to it.
_NEXT_MARK = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_PNG_CHUNKS = frozenset(
    {
        *(b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP"),
        *(b"sBIT", b"bKGD", b"pHYs", b"acTL", b"fcTL", b"fdAT"),
    }
)
_WEBP_CHUNKS = frozenset({b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"})
_WEBP_EXIF, _WEBP_XMP = 0x08, 0x04
_GIF_LOOPS = frozenset({b"NETSCAPE2.0", b"ANIMEXTS1.0"})
# Boxes that hold boxes on the way to what a camera notes, and what it notes there.
_MP4_FOLDERS = frozenset({b"moov", b"trak", b"mdia", b"moof", b"traf"})
# A photo has dozens of parts and an animation thousands; a film holds boxes five deep.
_MOST_PARTS = 10_000
_DEEPEST = 8
_MP4_NOTES = frozenset({b"udta", b"meta", b"uuid"})


def without_metadata(kind: str, raw: bytes, orientation: int) -> bytes:
    """`raw`, a file of `kind`, with nothing in it but what draws it.

    `orientation` is that of Exif: 1 is upright.
    """
    exif = _exif(orientation) if orientation in range(2, 9) else b""
    if kind in _IMAGES:
        return _IMAGES[kind](raw, exif)
    return _mp4(raw) if kind == "mp4" else raw


def _not_endless(parts: int) -> int:
    """One part more than `parts`. Raises ValueError when that is more than a file has."""
    if parts >= _MOST_PARTS:
        raise ValueError("a file of endlessly many parts")
    return parts + 1


def _exif(orientation: int) -> bytes:
    """An Exif block with that one fact: big-endian, one tag (0x0112, a short)."""
    entry = struct.pack(">HHIHH", 0x0112, 3, 1, orientation, 0)
    return b"MM\x00\x2a\x00\x00\x00\x08" + struct.pack(">H", 1) + entry + bytes(4)


def _jpeg(raw: bytes, exif: bytes) -> bytes:
    kept = [b"\xff\xd8"]
    if exif:
        body = b"Exif\x00\x00" + exif
        kept.append(b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body)
    place, parts = 2, 0
    while True:
        parts = _not_endless(parts)
        mark, place = _jpeg_mark(raw, place)
        if mark == _EOI:
            return b"".join([*kept, b"\xff\xd9"])
        if mark in _JPEG_ALONE:
            continue
        end = place + int(struct.unpack_from(">H", raw, place)[0])
        if _draws_jpeg(mark, raw[place + 2 : end]):
            kept += (bytes((0xFF, mark)), raw[place:end])
        place = end
        if mark == _SOS:
            found = _NEXT_MARK.search(raw, place)
            if found is None:
                raise ValueError("a JPEG that breaks off")
            kept.append(raw[place : found.start()])
            place = found.start()


def _jpeg_mark(raw: bytes, place: int) -> tuple[int, int]:
    """The mark at `place`, which any number of FF may stand before, and the place behind it."""
    if raw[place] != 0xFF:
        raise ValueError("a JPEG without a mark where one must be")
    while raw[place] == 0xFF:
        place += 1
    return raw[place], place + 1


def _draws_jpeg(mark: int, body: bytes) -> bool:
    if mark in _JPEG_APPS:
        return body.startswith(_JPEG_APPS[mark])
    return mark != _COMMENT and mark not in range(0xE0, 0xF0)


def _png(raw: bytes, exif: bytes) -> bytes:
    kept, place, parts = [raw[:8]], 8, 0
    while True:
        parts = _not_endless(parts)
        (size,) = struct.unpack_from(">I", raw, place)
        kind, end = raw[place + 4 : place + 8], place + 12 + size
        if end > len(raw):
            raise ValueError("a PNG that breaks off")
        if kind in _PNG_CHUNKS:
            kept.append(raw[place:end])
        if kind == b"IHDR" and exif:
            kept.append(_png_chunk(b"eXIf", exif))
        if kind == b"IEND":
            return b"".join(kept)
        place = end


def _png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _webp(raw: bytes, exif: bytes) -> bytes:
    kept = []
    for kind, body in _webp_chunks(raw):
        if kind == b"VP8X":
            flags = body[0] & ~(_WEBP_EXIF | _WEBP_XMP) | (_WEBP_EXIF if exif else 0)
            kept.append((kind, bytes((flags,)) + body[1:]))
        elif kind in _WEBP_CHUNKS:
            kept.append((kind, body))
    if exif and kept[0][0] == b"VP8X":
        kept.append((b"EXIF", exif))
    chunks = b"".join(
        kind + struct.pack("<I", len(body)) + body + bytes(len(body) % 2) for kind, body in kept
    )
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WEBP" + chunks


def _webp_chunks(raw: bytes) -> Iterator[tuple[bytes, bytes]]:
    end = 8 + int(struct.unpack_from("<I", raw, 4)[0])
    if end > len(raw):
        raise ValueError("a WebP that breaks off")
    place, parts = 12, 0
    while place + 8 <= end:
        parts = _not_endless(parts)
        kind, size = struct.unpack_from("<4sI", raw, place)
        if place + 8 + size > end:
            raise ValueError("a WebP with a part that breaks off")
        yield kind, raw[place + 8 : place + 8 + size]
        place += 8 + size + size % 2


def _gif(raw: bytes, _exif: bytes) -> bytes:
    place = 13 + _gif_colours(raw[10])
    kept, parts = [raw[:place]], 0
    while raw[place] != 0x3B:
        parts = _not_endless(parts)
        end = _gif_block(raw, place)
        if _draws_gif(raw[place:end]):
            kept.append(raw[place:end])
        place = end
    return b"".join([*kept, b"\x3b"])


def _gif_colours(flags: int) -> int:
    """How many bytes the table of colours takes."""
    return int(3 * 2 ** ((flags & 7) + 1)) if flags & 0x80 else 0


def _gif_block(raw: bytes, place: int) -> int:
    """The end of the block at `place`: an extension (21) or an image (2C)."""
    if raw[place] == 0x21:
        place += 2
    elif raw[place] == 0x2C:
        place += 11 + _gif_colours(raw[place + 9])
    else:
        raise ValueError("a GIF with a block of no kind")
    while raw[place]:
        place += 1 + raw[place]
    return place + 1


def _draws_gif(block: bytes) -> bool:
    """Whether it is an image, how to show it (F9), text to draw (01), or how often it repeats."""
    if block[0] == 0x2C or block[1] in {0xF9, 0x01}:
        return True
    return block[1] == 0xFF and block[3:14] in _GIF_LOOPS


def _mp4(raw: bytes) -> bytes:
    """The notes of the camera become free room: everything else stays where others look for it."""
    wiped = bytearray(raw)
    parts = 0
    for kind, place, start, end in _mp4_boxes(raw, 0, len(raw), _DEEPEST):
        parts = _not_endless(parts)
        if kind in _MP4_NOTES:
            wiped[place + 4 : place + 8] = b"free"
            wiped[start:end] = bytes(end - start)
    return bytes(wiped)


def _mp4_boxes(
    raw: bytes, place: int, end: int, deep: int
) -> Iterator[tuple[bytes, int, int, int]]:
    """Each box: its kind, its place, where its content starts and ends; outer ones first.

    Raises ValueError for boxes that lie more than `deep` deep.
    """
    if deep < 0:
        raise ValueError("an MP4 of endlessly many boxes in boxes")
    while place < end:
        size, kind = struct.unpack_from(">I4s", raw, place)
        start = place + 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", raw, start)
            start += 8
        close = place + size if size else end
        if close > end or close < start:
            raise ValueError("an MP4 with a box that breaks off")
        yield kind, place, start, close
        if kind in _MP4_FOLDERS:
            yield from _mp4_boxes(raw, start, close, deep - 1)
        place = close


_IMAGES: dict[str, Callable[[bytes, bytes], bytes]] = {
    "jpeg": _jpeg,
    "png": _png,
    "webp": _webp,
    "gif": _gif,
}
