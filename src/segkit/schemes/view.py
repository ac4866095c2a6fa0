"""The columns of a table as arrays, each turned into numbers or codes once, however many schemes read it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from segkit.schemes.conditions import Condition, holds, text_of

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


class View:
    """A table and the columns derived from it. Rows are those of the frame, in its order."""

    def __init__(self, frame: pd.DataFrame, base: View | None = None) -> None:
        self.frame = frame
        self.base = base
        self._own: dict[str, Any] = {}
        self._numbers: dict[str, np.ndarray] = {}
        self._codes: dict[str, tuple[np.ndarray, list[str]]] = {}
        self._masks: dict[tuple[str, Condition], np.ndarray] = {}

    def __len__(self) -> int:
        return len(self.frame)

    def __contains__(self, column: str) -> bool:
        return column in self._own or column in self.frame.columns

    def layer(self) -> View:
        """A view of the same table for the derived columns of one scheme; what the table holds is converted once for all."""
        return View(self.frame, base=self)

    def add(self, column: str, values: np.ndarray) -> None:
        """A derived column of numbers."""
        self._own[column] = self._numbers[column] = values

    def add_codes(self, column: str, codes: np.ndarray, names: list[str]) -> None:
        """A derived column of words: a code per row into `names`, -1 where it is unknown."""
        self._own[column] = self._codes[column] = (codes, names)

    def derived(self) -> dict[str, Any]:
        """The derived columns: arrays of numbers, or Categoricals of words."""
        import pandas as pd

        return {
            name: pd.Categorical.from_codes(values[0], categories=values[1]) if isinstance(values, tuple) else values
            for name, values in self._own.items()
        }

    def numbers(self, column: str) -> np.ndarray:
        """A column as floats, NaN where unknown, also throughout where the table does not have it; flags are 1 and 0."""
        if column not in self._numbers:
            if self.base is not None:
                return self.base.numbers(column)
            absent = column not in self.frame.columns
            self._numbers[column] = self._unknown() if absent else _numbers(self.frame[column])
        return self._numbers[column]

    def _unknown(self, value: float = math.nan) -> np.ndarray:
        """What a column that the table does not have holds: unknown, for everybody."""
        import numpy as np

        return np.full(len(self), value)

    def codes(self, column: str) -> tuple[np.ndarray, list[str]]:
        """A code per row and the values they stand for, as text; -1 where unknown."""
        if column not in self._codes:
            if self.base is not None:
                return self.base.codes(column)
            absent = column not in self.frame.columns
            self._codes[column] = (self._unknown(-1), []) if absent else _codes(self.frame[column])
        return self._codes[column]

    def days(self, column: str) -> np.ndarray:
        """A column of dates as days since 1970, NaN where unknown."""
        import numpy as np
        import pandas as pd

        if column not in self.frame.columns:
            return self._unknown()
        days = pd.to_datetime(self.frame[column]).to_numpy(dtype="datetime64[D]")
        return np.where(np.isnat(days), np.nan, days.astype("int64"))

    def known(self, column: str) -> np.ndarray:
        """True where there is a value."""
        import numpy as np

        if column in self._own:
            own = self._own[column]
            return own[0] >= 0 if isinstance(own, tuple) else ~np.isnan(own)
        if column not in self.frame.columns:
            return np.zeros(len(self), dtype=bool)
        return self.frame[column].notna().to_numpy()

    def mask(self, column: str, condition: Condition) -> np.ndarray:
        """Who meets a condition; each is looked at once in a layer."""
        key = (column, condition)
        if key not in self._masks:
            self._masks[key] = holds(condition, self, column)
        return self._masks[key]


def _numbers(values: pd.Series) -> np.ndarray:
    import numpy as np
    import pandas as pd

    if values.dtype == object:
        values = values.astype("boolean") if values.dropna().map(type).isin([bool, np.bool_]).all() else pd.to_numeric(values)
    return values.to_numpy(dtype="float64", na_value=np.nan)


def _codes(values: pd.Series) -> tuple[np.ndarray, list[str]]:
    import pandas as pd

    if isinstance(values.dtype, pd.CategoricalDtype):
        return values.cat.codes.to_numpy(), [text_of(v) for v in values.cat.categories]
    codes, found = pd.factorize(values)
    return codes, [text_of(v) for v in found]
