"""What somebody brings along, judged by its content: a file of a kind we take, whole and not huge.

An image is read to its end once, which shows that it is whole, and its small pictures are made of
that. What is kept is the file itself without what its maker did not mean to tell (`metadata`).
"""

from __future__ import annotations

import struct
import threading
import warnings
import zlib
from io import BytesIO

from PIL import Image, ImageOps

from calendar_app.errors import Refused
from calendar_app.language import N_
from calendar_app.media.found import MOST_BYTES, WIDTHS, Found
from calendar_app.media.kinds import Kind, kind_of
from calendar_app.media.metadata import without_metadata
from calendar_app.media.names import clean_name

MOST_PIXELS = 50_000_000
_TALLEST = 4
_ORIENTATION = 0x0112
_QUALITY = 80
# All that a reader of broken files runs into.
_UNREADABLE = (
    *(OSError, SyntaxError, ValueError, LookupError, TypeError, EOFError, OverflowError),
    *(struct.error, zlib.error),
)

# An image that unpacks to more is a bomb: an error, no warning.
Image.MAX_IMAGE_PIXELS = MOST_PIXELS
warnings.simplefilter("error", Image.DecompressionBombWarning)
# A picture of so many pixels takes 200 MB while it is read.
_one_at_a_time = threading.Lock()


def take_in(raw: bytes, name: str) -> Found:
    """The file `raw` that somebody calls `name`. Raises Refused, in which `name` stands cleaned."""
    kind = kind_of(raw)
    shown = clean_name(name)
    if not raw:
        raise Refused(N_("“%(name)s” is empty."), name=shown)
    if len(raw) > MOST_BYTES:
        words = N_("“%(name)s” is larger than %(most)d MB. Make it smaller first.")
        raise Refused(words, name=shown, most=MOST_BYTES >> 20)
    if kind is None:
        words = N_(
            "“%(name)s” cannot be added. Choose an image (JPEG, PNG, WebP or GIF), a PDF or an MP4 "
            "video."
        )
        raise Refused(words, name=shown)
    try:
        return _image(raw, name, kind) if kind.is_image else _document(raw, name, kind)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as bomb:
        words = N_("“%(name)s” has more than %(most)d million pixels. Make it smaller first.")
        raise Refused(words, name=shown, most=MOST_PIXELS // 1_000_000) from bomb
    except _UNREADABLE as damage:
        words = N_("“%(name)s” is damaged. Save it again where you made it, then choose it anew.")
        raise Refused(words, name=shown) from damage


def _document(raw: bytes, name: str, kind: Kind) -> Found:
    if kind.name == "pdf" and b"%%EOF" not in raw[-1024:]:
        raise ValueError("a PDF that breaks off")
    if kind.name == "mp4" and b"moov" not in raw:
        raise ValueError("an MP4 without a film")
    return Found(kind, clean_name(name, kind), without_metadata(kind.name, raw, 1))


def _image(raw: bytes, name: str, kind: Kind) -> Found:
    # Before Pillow, which walks on however many parts there are.
    without_metadata(kind.name, raw, 1)
    with _open(raw, kind) as image:
        # Its size is known before it is unpacked, and Pillow refused one that is too large.
        image.verify()
    with _one_at_a_time:
        return _picture(raw, name, kind)


def _picture(raw: bytes, name: str, kind: Kind) -> Found:
    with _open(raw, kind) as image:
        # To a PNG this may stand behind its pixels.
        turned = int(image.getexif().get(_ORIENTATION, 1))
    data = without_metadata(kind.name, raw, turned)
    with _open(data, kind) as image:
        width, height = image.size if turned < 5 else image.size[::-1]
        large = _made_smaller(image, width, height, WIDTHS["large"])
        small = _made_smaller(large, *large.size, WIDTHS["small"])
        small_ones = (("small", _as_webp(small)), ("large", _as_webp(large)))
    return Found(kind, clean_name(name, kind), data, width, height, small_ones)


def _open(raw: bytes, kind: Kind) -> Image.Image:
    return Image.open(BytesIO(raw), formats=[kind.format])


def _made_smaller(image: Image.Image, width: int, height: int, most: int) -> Image.Image:
    """`image`, seen as `width` by `height`, upright and no wider than `most`, nor endlessly high.

    What is smaller keeps its size.
    """
    box = (most, most * _TALLEST)
    image.thumbnail(box if image.size == (width, height) else box[::-1])
    # Small enough to have been left alone; read all the same, for that shows whether it is whole.
    image.load()
    return ImageOps.exif_transpose(image)


def _as_webp(image: Image.Image) -> bytes:
    out = BytesIO()
    profile = image.info.get("icc_profile", b"") if image.mode in {"RGB", "RGBA"} else b""
    _in_colours(image).save(
        out, "WEBP", quality=_QUALITY, method=4, icc_profile=profile, exif=b"", xmp=b""
    )
    return out.getvalue()


def _in_colours(image: Image.Image) -> Image.Image:
    """`image` in eight bits a colour, with what can be seen through still so."""
    if image.mode.startswith(("I", "F")):
        # Sixteen bits of grey.
        image = image.point(lambda value: value / 256).convert("L")
    is_clear = "A" in image.getbands() or "transparency" in image.info
    return image.convert("RGBA" if is_clear else "RGB")
