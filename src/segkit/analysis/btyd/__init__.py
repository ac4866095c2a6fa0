"""Buy-till-you-die models: how often customers order, whether they still do, and what they spend.

Times in one unit throughout; segkit's tables use days. MBG/NBD and Pareto/NBD measure churn; BG/NBD calls every customer
with one order alive and does not.
"""

from segkit.analysis.btyd.bg_nbd import BgNbd
from segkit.analysis.btyd.data import CannotFit, Rows, histories, merged
from segkit.analysis.btyd.gamma_gamma import GammaGamma, correlation
from segkit.analysis.btyd.intervals import Interval, bootstrap, delta, percentiles
from segkit.analysis.btyd.mbg_nbd import MbgNbd
from segkit.analysis.btyd.model import OrderModel
from segkit.analysis.btyd.pareto_nbd import ParetoNbd

__all__ = [
    "BgNbd",
    "CannotFit",
    "GammaGamma",
    "Interval",
    "MbgNbd",
    "OrderModel",
    "ParetoNbd",
    "Rows",
    "bootstrap",
    "correlation",
    "delta",
    "histories",
    "merged",
    "percentiles",
]
