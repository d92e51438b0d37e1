"""Tables of the app: what happened, and what it comes to."""

from analytics.models.event import Event
from analytics.models.fans import FanFigures, FanMonth
from analytics.models.figures import DailyFigure, HourlyFigure, PlatformFigure, RollupCursor, Visitor

__all__ = [
    "DailyFigure",
    "Event",
    "FanFigures",
    "FanMonth",
    "HourlyFigure",
    "PlatformFigure",
    "RollupCursor",
    "Visitor",
]
