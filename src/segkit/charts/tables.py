"""Small tables in words: a frame → headers and cells as a reader sees them, as HTML or as plain text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from segkit.i18n import MISSING, Words, is_missing

if TYPE_CHECKING:
    import pandas as pd

KINDS = {
    # how a column of the run's tables is written; a number is the default for numbers, text for all else
    **dict.fromkeys(("monetary", "revenue", "average", "average_order_value", "amount", "margin", "cost"), "money"),
    **dict.fromkeys(("share", "customer_share", "revenue_share", "contribution_share"), "percent"),
    **dict.fromkeys(("first_order_on", "last_order_on", "ordered_on"), "date"),
    **dict.fromkeys(("placed_share", "conversion", "conversion_low", "conversion_high", "win_rate", "common_rate"), "percent"),
    **dict.fromkeys(("expected_rate", "low", "high", "chance_above", "overdue", "kept_share", "climbed_share"), "percent"),
    **dict.fromkeys(("expected_revenue", "forecast_revenue", "revenue_rate", "clv", "clv_low", "clv_high"), "money"),
    **dict.fromkeys(("expected_low", "expected_high", "expected_spend", "revenue_at_risk", "money"), "money"),
    **dict.fromkeys(("ratio", "ratio_low", "ratio_high", "forecast_ratio", "top_fifth"), "percent"),
    **dict.fromkeys(("eta2_revenue", "eta2_churn", "capture_top20", "smallest", "separation"), "percent"),
    **dict.fromkeys(("separation_low", "separation_high"), "percent"),
    **dict.fromkeys(("auc_churn", "stability_ari", "roc_auc", "average_precision", "brier", "log_loss"), "decimal2"),
    **dict.fromkeys(("ece_levelled", "level_error", "churned_share"), "percent"),
    **dict.fromkeys(("revenue_if_ordering", "revenue_forecast"), "money"),
    "amount_won": "short_money",
    **dict.fromkeys(("profit", "profit_after_cost", "cost_per_new_customer", "target", "revenue_before"), "money"),
    **dict.fromkeys(("hour_share", "mailing_share", "contribution_share_before", "hour_share_before"), "percent"),
    **dict.fromkeys(("conversion_before", "repurchase_rate", "conversion_rate", "revenue_change", "target_share"), "percent"),
    **dict.fromkeys(("largest_share", "firm_share", "touch_share", "top", "second_rate", "herfindahl"), "percent"),
    **dict.fromkeys(("largest_revenue", "without", "gain", "revenue_12m", "revenue_prev_12m", "overdue_amount"), "money"),
    **dict.fromkeys(("revenue_per_touch", "revenue_per_customer"), "money"),
    **{name: name for name in ("dimension", "value_part", "movement", "rhythm_state", "regularity", "known_from")},
    **{name: name for name in ("source", "turnover", "look")},
    **dict.fromkeys(("since", "until"), "date"),
    "retained_share": "percent",
    "revenue_retained": "money",
    "cohort": "month",
    "country_code": "tier.region",
    "month": "month",
    **{name: name for name in ("extract", "reason", "column", "kind", "measure", "tier", "severity")},
    **{name: name for name in ("scheme", "stage", "audience", "tag", "family")},
}


WHOLE = "(all)"  # stands where a tier does, for all of them


@dataclass(frozen=True)
class Written:
    """A frame in words: headers, cells, and which columns stand to the right."""

    headers: list[str]
    cells: list[list[str]]
    right: list[bool]
    rows: int  # of the whole frame


def written(
    frame: pd.DataFrame, words: Words, currency: str, *, rows: int = 12, kinds: Mapping[str, str] | None = None
) -> Written:
    """The first `rows` rows in words.

    `kinds`: column → money, short_money, percent, date, month, number, text, or a group of words. The scheme beside a tier is
    shown only where it is among them.
    """
    known = KINDS | dict(kinds or {})
    hidden = {"scheme"} - set(kinds or ()) if "tier" in frame.columns else set()
    names = [name for name in frame.columns if name not in hidden]
    columns, right = [], []
    for name in names:
        kind = known.get(str(name)) or ("number" if frame[name].dtype.kind in "iuf" else "text")
        columns.append(_column(frame.head(rows), str(name), kind, words, currency))
        right.append(kind in ("money", "short_money", "percent", "number", "decimal2", "decimal3", "in_ten"))
    headers = [_header(str(name), words) for name in names]
    return Written(headers, [list(row) for row in zip(*columns, strict=True)], right, len(frame))


def _header(name: str, words: Words) -> str:
    """The word for a column; of a numbered one (`cut 2`) the word and its number."""
    word, _, number = name.partition(" ")
    return f"{words.label('column', word)} {number}" if number.isdigit() else words.label("column", name)


def _column(frame: pd.DataFrame, name: str, kind: str, words: Words, currency: str) -> list[str]:
    values = frame[name]
    if kind == "tier":
        schemes = frame["scheme"] if "scheme" in frame else [""] * len(frame)
        return [_text(t, f"tier.{s}", words) for s, t in zip(schemes, values, strict=True)]
    if kind.endswith("money"):
        return [words.money(v, currency, compact=kind == "short_money") for v in values]
    if kind == "in_ten":
        return [_in_ten(v, words) for v in values]
    if kind == "percent":
        return [words.percent(v, 1) for v in values]
    if kind in ("date", "month"):
        return [getattr(words, kind)(v) for v in values]
    if kind in ("decimal2", "decimal3"):
        return [words.number(v, int(kind[-1])) for v in values]
    if kind == "number":
        digits = 0 if (values.dropna() % 1 == 0).all() else 1
        return [words.number(v, digits) for v in values]
    return [_text(v, kind, words) for v in values]


def _in_ten(value: Any, words: Words) -> str:
    """A probability as people say it: `3 in 10`."""
    if is_missing(value):
        return MISSING
    tenths = round(10 * float(value))
    return words("table.under_one_in_ten") if tenths < 1 else words("table.in_ten", n=min(tenths, 9 if value < 0.95 else 10))


def _text(value: Any, group: str, words: Words) -> str:
    if is_missing(value):
        return MISSING
    if group.startswith("tier.") and value == WHOLE:
        return words(f"segment.{WHOLE}")
    return str(value) if group == "text" else words.label(group, value)


def html(table: Written, words: Words) -> str:
    """The table as HTML, everything escaped, numbers to the right, with a line on rows not shown."""
    if not table.cells:
        return f'<p class="empty">{escape(words("table.none"))}</p>'
    head = "".join(_cell("th", h, r) for h, r in zip(table.headers, table.right, strict=True))
    body = "".join(
        "<tr>" + "".join(_cell("td", c, r) for c, r in zip(row, table.right, strict=True)) + "</tr>" for row in table.cells
    )
    text = f'<div class="wide"><table class="words"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
    return text + (f'<p class="rest">{escape(rest(table, words))}</p>' if rest(table, words) else "")


def rest(table: Written, words: Words) -> str:
    """`12 of 812 rows`, or nothing where all are shown."""
    shown = len(table.cells)
    return words("table.shown", shown=shown, rows=table.rows) if shown < table.rows else ""


def _cell(tag: str, text: str, right: bool) -> str:
    return f'<{tag} style="text-align:{"right" if right else "left"}">{escape(text)}</{tag}>'


def plain(table: Written, words: Words) -> str:
    """The table as text, columns parted by two blanks."""
    lines = [table.headers, *table.cells]
    widths = [max(len(line[i]) for line in lines) for i in range(len(table.headers))]
    padded = [
        "  ".join(c.rjust(w) if r else c.ljust(w) for c, w, r in zip(line, widths, table.right, strict=True)).rstrip()
        for line in lines
    ]
    return "\n".join([*padded, *([rest(table, words)] if rest(table, words) else [])])
