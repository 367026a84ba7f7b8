"""What is taken in, what is refused, and what is no longer in it when it is kept."""

from __future__ import annotations

import random
import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image, ImageChops

from calendar_app.errors import Refused
from calendar_app.media.contents import MOST_PIXELS, take_in
from calendar_app.media.found import MOST_BYTES
from calendar_app.media.kinds import KINDS, kind_of
from calendar_app.media.names import LONGEST_NAME, clean_name
from tests.media.files import (
    MAKER,
    ORIENTATION,
    PDF,
    PLACE,
    a_bomb,
    a_png,
    a_video,
    an_animation,
    box,
    picture,
    saved,
    with_place,
)

SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
HTML = b"<!doctype html><script>alert(1)</script>"
JPEG = with_place("JPEG")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", [1, 6])
def test_a_photo_keeps_its_picture_and_loses_its_place(kind: str, orientation: int) -> None:
    raw = with_place(kind, orientation)
    assert PLACE in raw

    found = take_in(raw, "hal.jpg")

    assert PLACE not in found.data
    before, after = Image.open(BytesIO(raw)), Image.open(BytesIO(found.data))
    assert ImageChops.difference(before.convert("RGB"), after.convert("RGB")).getbbox() is None
    assert after.info.get("icc_profile") == before.info.get("icc_profile")
    exif = after.getexif()
    assert MAKER not in exif
    assert exif.get(ORIENTATION, 1) == orientation
    assert set(exif) <= {ORIENTATION}
    assert (found.width, found.height) == ((640, 480) if orientation == 1 else (480, 640))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_small_pictures_stand_upright(orientation: int) -> None:
    found = take_in(with_place("JPEG", orientation), "hal.jpg")

    small = Image.open(BytesIO(dict(found.small_ones)["small"]))

    assert small.format == "WEBP"
    assert small.width <= 320
    assert (small.width > small.height) == (found.width > found.height)
    # Where the white corner of the picture goes when it is turned so.
    right, down = {1: (0, 0), 2: (1, 0), 3: (1, 1), 4: (0, 1)}.get(
        orientation, {5: (0, 0), 6: (1, 0), 7: (1, 1), 8: (0, 1)}.get(orientation, (0, 0))
    )
    corner = small.convert("L").getpixel(
        (right * (small.width - 1) or 1, down * (small.height - 1) or 1)
    )
    assert isinstance(corner, int)
    assert corner > 240


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_an_animation_keeps_moving(kind: str) -> None:
    found = take_in(an_animation(kind), "vlag")

    kept = Image.open(BytesIO(found.data))

    assert PLACE not in found.data
    assert getattr(kept, "n_frames", 1) == 3
    assert kept.info.get("loop") == 0


def test_a_video_loses_its_place_and_nothing_moves() -> None:
    raw = a_video()

    found = take_in(raw, "dag.mp4")

    assert PLACE in raw
    assert PLACE not in found.data
    assert len(found.data) == len(raw)
    assert found.data.endswith(b"mdatpictures")
    assert b"mvhd" in found.data
    assert (found.kind.name, found.width, found.small_ones) == ("mp4", 0, ())


def test_a_pdf_stays_as_it_is() -> None:
    found = take_in(PDF, "folder.pdf")

    assert (found.kind.mimetype, found.data) == ("application/pdf", PDF)


@pytest.mark.parametrize(
    ("raw", "name", "words"),
    [
        (b"", "leeg.png", "“leeg.png” is empty."),
        (SVG, "logo.png", "“logo.png” cannot be added."),
        (HTML, "hal.jpg", "“hal.jpg” cannot be added."),
        (b"MZ\x90\x00", "hal.gif", "“hal.gif” cannot be added."),
        (b"GIF89a=1;alert(1)//", "hal.gif", "“hal.gif” is damaged."),
        (b"\xff\xd8\xff", "hal.jpg", "“hal.jpg” is damaged."),
        (JPEG[: len(JPEG) // 2], "hal.jpg", "“hal.jpg” is damaged."),
        (JPEG[:-2], "hal.jpg", "“hal.jpg” is damaged."),
        (a_png()[:-20], "hal.png", "“hal.png” is damaged."),
        (b"RIFF\x10\x00\x00\x00WEBPVP8 \xff", "hal.webp", "“hal.webp” is damaged."),
        (b"%PDF-1.7 zonder einde", "folder.pdf", "“folder.pdf” is damaged."),
        (box(b"ftyp", b"isom"), "dag.mp4", "“dag.mp4” is damaged."),
        (box(b"ftyp", b"heic"), "foto.jpg", "“foto.jpg” cannot be added."),
        (a_bomb(), "bom.png", "“bom.png” has more than 50 million pixels."),
        (a_bomb(9_000), "bom.png", "“bom.png” has more than 50 million pixels."),
        (b"x" * (MOST_BYTES + 1), "groot.png", "“groot.png” is larger than 20 MB."),
    ],
)
def test_what_is_no_good_is_refused_in_words(raw: bytes, name: str, words: str) -> None:
    with pytest.raises(Refused) as refused:
        take_in(raw, name)

    assert str(refused.value).startswith(words)


def test_the_largest_picture_is_taken_in() -> None:
    side = int(MOST_PIXELS**0.5)

    found = take_in(a_bomb(side), "raster.png")

    assert (found.width, found.height) == (side, side)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP"])
def test_nothing_stays_behind_the_end_of_a_picture(kind: str) -> None:
    found = take_in(saved(picture(), kind) + HTML + b"PK\x03\x04", "hal.html")

    assert HTML not in found.data
    assert found.name == f"hal.html.{KINDS[kind.lower()].endings[0]}"


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16", "CMYK", "YCbCr"])
def test_pictures_in_all_colours_have_small_ones(mode: str) -> None:
    kind = "JPEG" if mode in {"CMYK", "YCbCr"} else "PNG"
    image = picture().convert("I").convert(mode) if mode == "I;16" else picture().convert(mode)
    if "A" in mode:
        image.putalpha(128)

    found = take_in(saved(image, kind), "hal")

    small = Image.open(BytesIO(dict(found.small_ones)["small"]))
    assert small.mode == ("RGBA" if mode in {"LA", "RGBA"} else "RGB")
    assert small.size == (320, 240)


def test_what_is_small_is_not_blown_up() -> None:
    found = take_in(saved(picture(40, 30)), "icoon.png")

    sizes = [Image.open(BytesIO(data)).size for _name, data in found.small_ones]
    assert sizes == [(40, 30), (40, 30)]


def test_a_picture_that_goes_on_for_ever_is_not_endlessly_high() -> None:
    found = take_in(saved(picture(100, 20_000)), "strook.png")

    assert max(Image.open(BytesIO(data)).height for _name, data in found.small_ones) <= 5_120


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "MP4"])
def test_a_thousand_broken_files_are_refused_or_taken_in_and_never_worse(kind: str) -> None:
    whole = a_video() if kind == "MP4" else saved(picture(64, 48), kind)
    dice = random.Random(kind)  # noqa: S311 - broken the same way each time
    taken = 0

    for _ in range(200):
        broken = bytearray(whole)
        for _again in range(dice.randint(1, 6)):
            broken[dice.randrange(len(broken))] = dice.randrange(256)
        try:
            found = take_in(bytes(broken[: dice.randint(1, len(broken) * 2)]), "hal")
        except Refused:
            continue
        taken += 1
        assert kind_of(found.data) == found.kind

    assert taken < 200


def endless(kind: str) -> bytes:
    """A file of `kind` that is whole, and of many thousands of parts that say nothing."""
    if kind == "MP4":
        return a_video() + box(b"free", b"") * 20_000
    whole = saved(picture(64, 48), kind)
    if kind == "WEBP":
        body = whole[8:] + b"note\0\0\0\0" * 20_000
        return whole[:4] + struct.pack("<I", len(body)) + body
    part, place = {
        "JPEG": (b"\xff\xfe\x00\x02", 2),
        "PNG": (b"\0\0\0\0noTe" + struct.pack(">I", zlib.crc32(b"noTe")), 33),
        "GIF": (b"\x21\xfe\x01x\x00", len(whole) - 1),
    }[kind]
    return whole[:place] + part * 20_000 + whole[place:]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "MP4"])
def test_a_file_of_endlessly_many_parts_is_refused(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[object] = []
    monkeypatch.setattr(Image, "open", lambda *whatever, **_how: read.append(whatever))

    with pytest.raises(Refused, match="is damaged"):
        take_in(endless(kind), "hal")

    assert read == []


@pytest.mark.parametrize("depth", [10, 2_000])
def test_boxes_in_boxes_without_end_are_refused(depth: int) -> None:
    film = b""
    for _ in range(depth):
        film = box(b"moov", film)

    with pytest.raises(Refused, match="is damaged"):
        take_in(box(b"ftyp", b"isom") + film, "dag.mp4")


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [
        ("hal.png", "hal.png"),
        ("HAL.PNG", "HAL.PNG"),
        ("../../etc/passwd", "passwd.png"),
        ("C:\\fakepath\\hal.png", "hal.png"),
        ("hal\x00.png", "hal.png"),
        ("hal\u202egnp.exe", "halgnp.exe.png"),
        ("hal\u200b\u200f.png", "hal.png"),
        ("hal\r\nX-Evil: 1.png", "hal X-Evil- 1.png"),
        ('een "foto" <b>.png', "een -foto- -b-.png"),
        ("hal.php.jpg", "hal.php.jpg.png"),
        (".htaccess", "htaccess.png"),
        ("", "image.png"),
        ("..", "image.png"),
        (".png", "png.png"),
        ("verpleegkundige é ☕.png", "verpleegkundige é ☕.png"),
    ],
)
def test_a_name_is_made_fit_to_be_shown_and_kept(name: str, cleaned: str) -> None:
    assert clean_name(name, KINDS["png"]) == cleaned


@pytest.mark.parametrize("name", ["a" * 4_000 + ".png", "é" * 4_000, "x." * 2_000 + "png"])
def test_a_name_of_four_thousand_characters_is_cut_before_its_ending(name: str) -> None:
    cleaned = clean_name(name, KINDS["png"])

    assert len(cleaned) <= LONGEST_NAME
    assert cleaned.endswith(".png")
