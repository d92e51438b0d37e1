"""Videos, by FFmpeg: looked into, written anew without metadata, and a picture taken of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import imageio_ffmpeg

from content.media import kinds, programs

LONGEST_SECONDS: Final = 2 * 3_600
MOST_SIDE: Final = 8_192
# What every browser plays; anything else gets a version that it does.
PLAYED: Final = {"h264", "vp8", "vp9", "av1"}

_DURATION: Final = re.compile(r"Duration: (\d+):(\d\d):(\d\d)\.(\d\d)")
_VIDEO: Final = re.compile(r"Stream #0:\d+.*?: Video: (?P<codec>\w+).*?, (?P<width>\d{2,5})x(?P<height>\d{2,5})")
_TURN: Final = re.compile(r"rotation of (-?\d+(?:\.\d+)?) degrees")
_COVER: Final = re.compile(r"\(attached pic\)")
_AUDIO: Final = re.compile(r"Stream #0:\d+.*?: Audio: (?P<codec>\w+)")


class Refused(Exception):
    """The video is not taken; the argument is a code of `content.media.faults`."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a video is. Width and height are those that people see."""

    codec: str
    audio: str
    width: int
    height: int
    duration_ms: int


def look(source: Path, reader: str, *, beat: Callable[[], None]) -> Look:
    """Look into a video. Raises Refused."""
    _, said = _ffmpeg("-f", reader, "-i", str(source), cpu_seconds=60, seconds=60, beat=beat)
    streams = [line for line in said.splitlines() if _VIDEO.search(line) and not _COVER.search(line)]
    found, duration, audio = _VIDEO.search(streams[0]) if streams else None, _DURATION.search(said), _AUDIO.search(said)
    if found is None or duration is None:
        raise Refused("damaged")
    hours, minutes, seconds, hundredths = (int(part) for part in duration.groups())
    milliseconds = ((hours * 60 + minutes) * 60 + seconds) * 1_000 + hundredths * 10
    width, height = int(found["width"]), int(found["height"])
    if milliseconds > LONGEST_SECONDS * 1_000:
        raise Refused("too_long")
    if milliseconds <= 0:
        raise Refused("damaged")
    if max(width, height) > MOST_SIDE:
        raise Refused("too_many_pixels")
    turn = _TURN.search(said)
    if turn and round(abs(float(turn[1]))) % 180 == 90:
        width, height = height, width
    return Look(found["codec"].lower(), audio["codec"].lower() if audio else "", width, height, milliseconds)


def without_metadata(source: Path, reader: str, seen: Look, folder: Path, *, beat: Callable[[], None]) -> Path:
    """Write the video anew: the same pictures and sound, and nothing that tells where or with what. Raises Refused."""
    target = folder / ("original.webm" if reader == kinds.MATROSKA and is_webm(seen) else "original.mp4")
    container = ("-f", "webm") if target.suffix == ".webm" else ("-f", "mp4", "-movflags", "+faststart")
    code, _ = _ffmpeg(
        *("-f", reader, "-i", str(source), "-map", "0:V:0", "-map", "0:a:0?", "-c", "copy"),
        *("-map_metadata", "-1", "-map_metadata:s", "-1", "-map_chapters", "-1", "-fflags", "+bitexact"),
        *(("-tag:v", "hvc1") if seen.codec == "hevc" else ()),
        *(*container, str(target)),
        cpu_seconds=900,
        seconds=900,
        beat=beat,
    )
    if code != 0 or not target.exists() or target.stat().st_size == 0:
        raise Refused("damaged")
    return target


def is_webm(seen: Look) -> bool:
    return seen.codec in {"vp8", "vp9", "av1"} and seen.audio in {"", "opus", "vorbis"}


def poster(source: Path, seen: Look, folder: Path, *, beat: Callable[[], None]) -> Path:
    """Take a picture of the video, a little after its beginning: many begin in black. Raises Refused."""
    target = folder / "poster.png"
    at = min(seen.duration_ms / 1_000 * 0.1, 3.0)
    for moment in (at, 0.0):
        code, _ = _ffmpeg(
            *("-ss", f"{moment:.2f}", "-i", str(source), "-map", "0:V:0", "-frames:v", "1"),
            *("-vf", "scale='min(2560,iw)':-2", "-map_metadata", "-1", "-f", "image2", "-c:v", "png", str(target)),
            cpu_seconds=120,
            seconds=120,
            beat=beat,
        )
        if code == 0 and target.exists():
            return target
    raise Refused("damaged")


def playable(source: Path, folder: Path, *, beat: Callable[[], None]) -> Path:
    """Write a version that every browser plays, at most 1280 pixels wide or high. Raises Refused."""
    target = folder / "play.mp4"
    scale = "scale='if(gte(iw,ih),min(1280,iw),-2)':'if(gte(iw,ih),-2,min(1280,ih))'"
    code, _ = _ffmpeg(
        *("-i", str(source), "-map", "0:V:0", "-map", "0:a:0?", "-vf", f"{scale},format=yuv420p"),
        *("-c:v", "libx264", "-preset", "veryfast", "-crf", "25", "-c:a", "aac", "-b:a", "128k", "-ac", "2"),
        *("-map_metadata", "-1", "-map_chapters", "-1", "-movflags", "+faststart", "-f", "mp4", str(target)),
        cpu_seconds=1_800,
        seconds=1_500,
        beat=beat,
    )
    if code != 0 or not target.exists():
        raise Refused("damaged")
    return target


def _ffmpeg(*words: str, cpu_seconds: int, seconds: float, beat: Callable[[], None]) -> tuple[int, str]:
    program = imageio_ffmpeg.get_ffmpeg_exe()
    # Files alone: a playlist in disguise must reach no address, and no other file.
    command = [program, "-hide_banner", "-nostdin", "-y", "-threads", "2", "-protocol_whitelist", "file", *words]
    try:
        return programs.run(programs.limited(command, cpu_seconds=cpu_seconds, mib=4_096), seconds=seconds, beat=beat)
    except programs.TookTooLong as error:
        raise Refused("took_too_long") from error
