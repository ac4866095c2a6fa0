"""The demo firm's lists (`words.yaml`), read once and given as frames and plain lists."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


@cache
def words() -> dict[str, Any]:
    """Every list of `words.yaml` by its name. Not to be changed by the caller."""
    return yaml.safe_load(resources.files(__package__).joinpath("words.yaml").read_text(encoding="utf-8"))


def owners() -> pd.DataFrame:
    """One row per salesperson, in the order of the file."""
    import pandas as pd

    names = ["owner", "team", "role", "seniority", "products", "regions", "languages", "hometown", "hours_per_week", "active"]
    return pd.DataFrame(words()["owners"], columns=names)


def countries() -> pd.DataFrame:
    """One row per country: `region`, `weight`, `currency`, `dial`, `tongue` (which names), `suffixes`, `cities`."""
    import pandas as pd

    names = ["region", "weight", "currency", "dial", "tongue", "suffixes", "cities"]
    return pd.DataFrame.from_dict(words()["countries"], orient="index", columns=names)


def products() -> pd.DataFrame:
    """One row per product, six in a category: `product` (code), `category`, `list_usd`, `margin_share` of the list."""
    import numpy as np
    import pandas as pd

    rows = []
    for category, (code, margin, _, low, high) in words()["categories"].items():
        for number, price in enumerate(np.geomspace(low, high, 6), start=1):
            rows.append((f"{code}-{100 + 7 * number}", category, round(float(price), 2), margin))
    return pd.DataFrame(rows, columns=["product", "category", "list_usd", "margin_share"])


def pick(rng: np.random.Generator, items: list[str], n: int, weights: Any = None) -> list[str]:
    """`n` of `items` with replacement; `weights` need not sum to one."""
    import numpy as np

    share = None if weights is None else np.asarray(weights, float) / np.sum(weights)
    return [items[i] for i in rng.choice(len(items), n, p=share)]
