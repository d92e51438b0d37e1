"""Why a file was not accepted, in words that say what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and the way on."""

    title: Promise
    advice: Promise


FAULTS: Final[dict[str, Fault]] = {
    "empty": Fault(_("The file is empty"), _("Choose it again: it may not have been written to the end.")),
    "wrong_size": Fault(
        _("The file did not arrive as it was announced"), _("It may have changed meanwhile. Upload it once more.")
    ),
    "unknown_type": Fault(
        _("This is no image or video that we know"),
        _("Its name does not matter, what is inside does. Use JPEG, PNG, WebP, GIF, MP4, MOV or WebM."),
    ),
    "heic": Fault(
        _("HEIC photos are not supported yet"),
        _("Export it as JPEG, or set the camera of an iPhone to “Most Compatible”."),
    ),
    "damaged": Fault(
        _("The file is damaged"), _("It cannot be read to the end. Export it again from where it comes from.")
    ),
    "too_large": Fault(_("The file is too large"), _("Images may have 50 MB, videos 2 GB.")),
    "too_many_pixels": Fault(
        _("The picture has too many pixels"), _("Up to 80 megapixels are possible: scale it down.")
    ),
    "too_long": Fault(_("It is too long"), _("Videos may last two hours, animations 600 frames.")),
    "took_too_long": Fault(
        _("It could not be prepared in time"), _("Try a shorter or smaller version of it, such as 1080p.")
    ),
    "not_prepared": Fault(
        _("It could not be prepared"), _("We tried three times. Upload it once more, or write to us.")
    ),
}
