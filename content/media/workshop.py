"""A process of its own for files of strangers: bounded in memory and time, killed without harm, and without Django.

Run by path (`python -I …/workshop.py`). It prints one JSON object: what it made, or the code of a fault.

    picture SOURCE FOLDER     judge an image; write it again without metadata, and its smaller shapes
    shapes SOURCE FOLDER      write the smaller shapes alone, of the picture of a video
    limited SECONDS MIB -- …  become another program, under the same bounds
"""

from __future__ import annotations

import io
import json
import os
import resource
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from PIL import Image, ImageCms, ImageOps, ImageSequence

MOST_PIXELS: Final = 80_000_000
MOST_FRAMES: Final = 600
# All frames of an animation together.
MOST_ANIMATED_PIXELS: Final = 600_000_000
MEMORY_MIB: Final = 2_048
CPU_SECONDS: Final = 120

# What is read, and what it is written as.
FORMATS: Final = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "GIF": "image/gif"}
SUFFIXES: Final = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/gif": "gif"}

FITTED: Final = {"thumb": 480, "preview": 1_280}
CUT: Final = {"1x1": (1_080, 1_080), "4x5": (1_080, 1_350), "9x16": (1_080, 1_920), "16x9": (1_920, 1_080)}
# Of a picture that is higher than its cut: heads are rather in the upper half.
_CENTRE: Final = (0.5, 0.4)


class Refused(Exception):
    """The file is not taken; the argument is a code of `content.media.faults`."""


def main(words: list[str]) -> int:
    job, *rest = words
    if job == "limited":
        seconds, mib, _, *command = rest
        bound(int(seconds), int(mib))
        os.execv(command[0], command)  # noqa: S606 - the program that our own caller names
    bound(CPU_SECONDS, MEMORY_MIB)
    # What Pillow only warns of, such as a bomb, must not pass.
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    source, folder = Path(rest[0]), Path(rest[1])
    try:
        told = picture(source, folder) if job == "picture" else {"shapes": shapes(upright(source), folder)}
    except Refused as fault:
        told = {"fault": str(fault)}
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        told = {"fault": "too_many_pixels"}
    except (OSError, SyntaxError, ValueError, EOFError, IndexError, TypeError, OverflowError):
        # Each is what some decoder of Pillow raises for damaged bytes.
        told = {"fault": "damaged"}
    except MemoryError:
        told = {"fault": "too_many_pixels"}
    sys.stdout.write(json.dumps(told))
    return 0


def bound(seconds: int, mib: int) -> None:
    """Let the kernel end this process when it takes more than it was given."""
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (mib << 20, mib << 20))


def picture(source: Path, folder: Path) -> dict[str, Any]:
    """Write an image anew, and its shapes. Raises Refused, and what Pillow raises."""
    with Image.open(source, formats=list(FORMATS)) as image:
        media_type = FORMATS[image.format or ""]
        if image.width * image.height > MOST_PIXELS:
            raise Refused("too_many_pixels")
        frames = getattr(image, "n_frames", 1)
        target = folder / f"original.{SUFFIXES[media_type]}"
        if frames > 1:
            size = animation(image, frames, target)
            still = first_frame(image)
        else:
            image.load()
            still = plain(ImageOps.exif_transpose(image))
            write(still, target)
            size = still.size
    return {
        "media_type": media_type,
        "path": target.name,
        "width": size[0],
        "height": size[1],
        "animated": frames > 1,
        "shapes": shapes(still, folder),
    }


def animation(image: Image.Image, frames: int, target: Path) -> tuple[int, int]:
    """Write each frame anew, with its time."""
    if frames > MOST_FRAMES or frames * image.width * image.height > MOST_ANIMATED_PIXELS:
        raise Refused("too_long")
    durations: list[int] = []
    pictures = []
    for frame in ImageSequence.Iterator(image):
        durations.append(int(frame.info.get("duration", 100)) or 100)
        pictures.append(frame.convert("RGBA"))
    options: dict[str, Any] = {"lossless": False, "quality": 85} if target.suffix == ".webp" else {"disposal": 2}
    pictures[0].save(
        target, save_all=True, append_images=pictures[1:], duration=durations, loop=image.info.get("loop", 0), **options
    )
    return image.size


def first_frame(image: Image.Image) -> Image.Image:
    image.seek(0)
    return image.convert("RGBA")


def upright(source: Path) -> Image.Image:
    with Image.open(source, formats=list(FORMATS)) as image:
        if image.width * image.height > MOST_PIXELS:
            raise Refused("too_many_pixels")
        image.load()
        return plain(ImageOps.exif_transpose(image))


def plain(image: Image.Image) -> Image.Image:
    """Return the image in the colours of every screen, as RGB, RGBA or grey; nothing but its pixels is left."""
    profile = image.info.get("icc_profile")
    transparent = image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info
    if profile:
        image = in_srgb(image, profile)
    if image.mode.startswith("I"):
        # 16 bits of grey.
        image = image.point(lambda level: level / 256).convert("L")
    if transparent:
        image = image.convert("RGBA")
    elif image.mode not in {"RGB", "L"}:
        image = image.convert("RGB")
    image.info = {}
    return image


def in_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    if image.mode not in {"RGB", "RGBA", "CMYK", "L"}:
        return image
    target = "RGBA" if image.mode == "RGBA" else "RGB"
    try:
        made = ImageCms.profileToProfile(
            image, ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB"), outputMode=target
        )
    except (ImageCms.PyCMSError, OSError, ValueError):
        # A profile that is damaged, or is for another kind of picture, says nothing.
        return image
    return made or image


def write(image: Image.Image, target: Path) -> None:
    """Write an image as its suffix says, with nothing but pixels in it."""
    if target.suffix == ".jpg":
        on_white(image).save(target, quality=92, optimize=True, progressive=True, subsampling=0)
    elif target.suffix == ".png":
        image.save(target, optimize=False, compress_level=6)
    elif target.suffix == ".gif":
        image.save(target)
    else:
        image.save(target, quality=90, method=4)


def on_white(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image
    ground = Image.new("RGB", image.size, "white")
    ground.paste(image, mask=image.getchannel("A"))
    return ground


def shapes(image: Image.Image, folder: Path) -> list[dict[str, Any]]:
    """Write the smaller shapes, none larger than the image is; return what each is."""
    # What follows is made of this one: no shape needs more.
    base = image.copy()
    base.thumbnail((2_560, 2_560), Image.Resampling.LANCZOS, reducing_gap=2.0)
    made = []
    for name, side in FITTED.items():
        fitted = base.copy()
        fitted.thumbnail((side, side), Image.Resampling.LANCZOS)
        made.append(kept(fitted, folder / f"{name}.webp", "image/webp", lambda one, at: one.save(at, quality=80)))
    for name, (width, height) in CUT.items():
        scale = min(1.0, base.width / width, base.height / height)
        wanted = (max(1, round(width * scale)), max(1, round(height * scale)))
        cut = on_white(ImageOps.fit(base, wanted, Image.Resampling.LANCZOS, centering=_CENTRE))
        made.append(kept(cut, folder / f"{name}.jpg", "image/jpeg", lambda one, at: one.save(at, quality=90)))
    return made


def kept(
    image: Image.Image, target: Path, media_type: str, save: Callable[[Image.Image, Path], None]
) -> dict[str, Any]:
    save(image, target)
    return {
        "name": target.stem,
        "path": target.name,
        "media_type": media_type,
        "width": image.width,
        "height": image.height,
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
