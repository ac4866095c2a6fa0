"""What customers will bring: orders and revenue within a horizon, lifetime value, and how such estimates did before."""

from segkit.analysis.value.choosing import Valuation, estimate
from segkit.analysis.value.forecasting import forecasts
from segkit.analysis.value.looking_back import TOLD, known_then, told_then
from segkit.analysis.value.track import WHOLE, by_segment, error_range, outlook, segments

__all__ = [
    "TOLD",
    "WHOLE",
    "Valuation",
    "by_segment",
    "error_range",
    "estimate",
    "forecasts",
    "known_then",
    "outlook",
    "segments",
    "told_then",
]
