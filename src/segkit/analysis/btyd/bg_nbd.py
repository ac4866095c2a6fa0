"""BG/NBD: a customer may stop after each repeat order. Fader, Hardie & Lee, Marketing Science 24 (2005).

It calls every customer with one order alive, so its P(alive) and P(no order) are no measure of churn.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from segkit.analysis.btyd.beta_dropout import BetaDropout


@dataclass(frozen=True)
class BgNbd(BetaDropout):
    """Orders at a rate λ ~ Gamma(r, alpha), stopping after each repeat order with probability p ~ Beta(a, b)."""

    label: ClassVar = "BG/NBD"
    _first: ClassVar = 0
