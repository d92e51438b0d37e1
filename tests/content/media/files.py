"""Files as creators and others send them."""

from __future__ import annotations

import io
import struct
import subprocess
import zlib
from pathlib import Path
from typing import Any

import imageio_ffmpeg
from PIL import Image

GPS_MARK = b"GPSLatitude"
PLACE = "+48.8577+002.295/"
SECRET = b"Shot by Alice at home"


def pixels(size: tuple[int, int] = (640, 480), mode: str = "RGB") -> Image.Image:
    """Return a picture whose corners differ: red, green, blue and white."""
    image = Image.new("RGB", size, "white")
    half = (size[0] // 2, size[1] // 2)
    image.paste("red", (0, 0, *half))
    image.paste("lime", (half[0], 0, size[0], half[1]))
    image.paste("blue", (0, half[1], half[0], size[1]))
    return image.convert(mode)


def encoded(image: Image.Image, form: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def photo(size: tuple[int, int] = (640, 480), *, orientation: int = 1) -> bytes:
    """Return a JPEG as a telephone writes it: with a place, a camera, a comment, XMP and a way to hold it."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "Telephone of Alice"
    exif[0x010E] = SECRET.decode()
    exif.get_ifd(0x8825).update({1: "N", 2: (48.0, 51.0, 29.6), 3: "E", 4: (2.0, 17.0, 40.2)})
    xmp = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>" + SECRET + b"</x:xmpmeta>"
    return encoded(pixels(size), "JPEG", exif=exif, comment=SECRET, xmp=xmp, quality=92)


def png(size: tuple[int, int] = (320, 240), mode: str = "RGB") -> bytes:
    return encoded(pixels(size, mode), "PNG")


def animation(form: str = "GIF", frames: int = 3) -> bytes:
    pictures = [Image.new("RGB", (64, 48), colour) for colour in ("red", "lime", "blue")[:frames]]
    return encoded(pictures[0], form, save_all=True, append_images=pictures[1:], duration=[100, 200, 300][:frames])


def bomb(side: int = 30_000) -> bytes:
    """Return a small PNG of 900 million black pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    lines = zlib.compress(bytes(side // 8 + 1) * 200)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", lines) + chunk(b"IEND", b"")


def video(folder: Path, name: str = "clip.mp4", *options: str, seconds: float = 1.0, size: str = "320x240") -> bytes:
    """Return a video as a telephone writes it: a moving picture, a tone, a place and a title."""
    target = folder / name
    codec = options or ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac")
    subprocess.run(
        [
            *(imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", "-f", "lavfi"),
            *("-i", f"testsrc=size={size}:rate=10:duration={seconds}"),
            *("-f", "lavfi", "-i", f"sine=frequency=440:duration={seconds}", *codec),
            *("-metadata", f"location={PLACE}", "-metadata", f"title={SECRET.decode()}"),
            *(("-movflags", "use_metadata_tags") if target.suffix in {".mp4", ".mov"} else ()),
            *("-metadata", f"comment={SECRET.decode()}", str(target)),
        ],
        check=True,
        timeout=50,
    )
    return target.read_bytes()
