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
        told = [said(row[name], row["unit"], words, currency) for name in ("value", "before", "year_before")]
        note = words(row["note"])
        if not is_missing(row["before_note"]):
            note = words("why.joint").join([note, words(row["before_note"])])
        rows.append((words(f"key_figure.{row['figure']}"), *told, change_in_words(row, words), row["since"], note))
    return pd.DataFrame(rows, columns=["key_figure", "value", "before", "year_before", "change", "since", "note"])


def said(value: Any, unit: str, words: Words, currency: str) -> str:
    """A figure in the firm's way of writing. `unit`: money, count, share or days."""
    if is_missing(value):
        return MISSING
    if unit == "money":
        return words.money(value, currency)
    if unit == "days":
        return words("page.days", days=value)
    return words.percent(value, 1) if unit == "share" else words.number(value)


def moved(row: dict[str, Any] | pd.Series, words: Words) -> tuple[int, str] | None:
    """Which way a key figure went (1, 0, -1) and by how much in words: per cent, of a share in points. None where the earlier
    value is not known or nought. `row`: value, before, unit."""
    if is_missing(row["value"]) or is_missing(row["before"]):
        return None
    diff = float(row["value"]) - float(row["before"])
    if row["unit"] == "share":
        size, text = round(abs(diff) * 100, 1), words("change.points", points=abs(diff) * 100)
    elif row["unit"] == "days":
        size, text = float(round(abs(diff))), words("page.days", days=round(abs(diff)))
    elif row["before"]:
        size, text = round(abs(diff / row["before"]) * 100, 1), words.percent(abs(diff / row["before"]), 1)
    else:
        return None
    return (1 if diff > 0 else -1) if size else 0, text


def change_in_words(row: dict[str, Any] | pd.Series, words: Words) -> str:
    """The change of a key figure with its sign, see `moved`; a dash where it is not known."""
    change = moved(row, words)
    if change is None:
        return MISSING
    way, text = change
    return ("+" if way > 0 else "−") + text if way else words("change.none")
