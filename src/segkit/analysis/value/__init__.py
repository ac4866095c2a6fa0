"""What customers will bring: orders and revenue within a horizon, lifetime value, and how such estimates did before."""

from segkit.analysis.value.choosing import Valuation, estimate
from segkit.analysis.value.forecasting import forecasts
from segkit.analysis.value.track import by_segment, error_range

__all__ = ["Valuation", "by_segment", "error_range", "estimate", "forecasts"]
