from fans.models.earnings import Currency, Earning, EarningImport
from fans.models.people import Fan, FanIdentity, FanNote, FanTag, Follow, Site

__all__ = [
    "Currency",
    "Earning",
    "EarningImport",
    "Fan",
    "FanIdentity",
    "FanNote",
    "FanTag",
    "Follow",
    "Site",
]
