"""Key figures in words: what each is, how it stands, and its change since the quarter before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from segkit.i18n import MISSING, Words, is_missing

if TYPE_CHECKING:
    import pandas as pd


def figures_in_words(figures: pd.DataFrame, words: Words, currency: str) -> pd.DataFrame:
    """One row per key figure: key_figure (its name), value, before, year_before, change (all as text), since, note
    (what it is, and why there is no change where there is none). `figures`: key_figures of a run."""
    import pandas as pd

    rows = []
    for row in figures.to_dict("records"):
        told = [_said(row[name], row["unit"], words, currency) for name in ("value", "before", "year_before")]
        note = words(row["note"])
        if not is_missing(row["before_note"]):
            note = words("why.joint").join([note, words(row["before_note"])])
        rows.append((words(f"key_figure.{row['figure']}"), *told, change_in_words(row, words), row["since"], note))
    return pd.DataFrame(rows, columns=["key_figure", "value", "before", "year_before", "change", "since", "note"])


def _said(value: Any, unit: str, words: Words, currency: str) -> str:
    if is_missing(value):
        return MISSING
    if unit == "money":
        return words.money(value, currency)
    return words.percent(value, 1) if unit == "share" else words.number(value)


def change_in_words(row: dict[str, Any] | pd.Series, words: Words) -> str:
    """The change of a key figure with its sign: per cent, of a share in points; a dash where the earlier value is not known or
    nought. `row`: value, before, unit."""
    if is_missing(row["before"]):
        return MISSING
    moved = float(row["value"]) - float(row["before"])
    if row["unit"] == "share":
        size, text = round(abs(moved) * 100, 1), words("change.points", points=abs(moved) * 100)
    elif row["before"]:
        size, text = round(abs(moved / row["before"]) * 100, 1), words.percent(abs(moved / row["before"]), 1)
    else:
        return MISSING
    return ("+" if moved > 0 else "−") + text if size else words("change.none")
