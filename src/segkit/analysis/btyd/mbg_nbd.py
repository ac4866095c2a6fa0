"""MBG/NBD: a customer may stop after the first order and after each repeat. Batislam, Denizel & Filiztekin, IJRM 24 (2007)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from segkit.analysis.btyd.beta_dropout import BetaDropout


@dataclass(frozen=True)
class MbgNbd(BetaDropout):
    """Orders at a rate λ ~ Gamma(r, alpha), stopping after every order, the first one too, with p ~ Beta(a, b)."""

    label: ClassVar = "MBG/NBD"
    _first: ClassVar = 1
