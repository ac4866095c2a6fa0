"""Which segmentation deserves trust: every scheme and the clusters at past days, held against what came after."""

from segkit.analysis.backtest.comparing import compare, spread
from segkit.analysis.backtest.segments import Segmentation, of_clusters, of_scheme, run, with_history

__all__ = ["Segmentation", "compare", "of_clusters", "of_scheme", "run", "spread", "with_history"]
