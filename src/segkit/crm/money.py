"""Money and numbers written as text → numbers, as Ibis expressions.

Understood: `$22,700.00`, `9,326.84`, `1.234,50 €`, `¥1.2万`, `$342.09K`, `(120.00)`, `120-`, `−3`, `USD 1 200`.
A column has one decimal sign. It is taken from the values; where they contradict each other the run stops.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from segkit.crm.text import text
from segkit.errors import InputError

_SIGN = r"(?:[A-Z]{2,3}|US\$|HK\$|R\$|CN¥|[A-Za-z]?[$€£¥₹₽₩฿₫₺₴]|元|美元|人民币)"
_SUFFIX = {"万": 1e4, "亿": 1e8, "千": 1e3, "百万": 1e6, "k": 1e3, "m": 1e6, "b": 1e9, "mio": 1e6, "mn": 1e6, "bn": 1e9}
_NUMBER = r"([0-9](?:[0-9.,' ]*[0-9])?\.?|\.[0-9]+)"
MONEY = rf"^[(\-+ ]*{_SIGN}?[(\-+ ]*{_NUMBER} ?(百万|万|亿|千|[kKmMbB]|[mM]io|[mM]n|[bB]n)? ?{_SIGN}? ?[)\-]*$"
_PLAIN = r"^-?[0-9]+\.?[0-9]*([eE][+-]?[0-9]+)?$"
WIDE, NARROW = "０１２３４５６７８９，．（）－＋￥＄−", "0123456789,.()-+¥$-"

_COMMA_DECIMAL = r"(?:^|[^0-9.,])[0-9]+,[0-9]{1,2}(?:$|[^0-9.,])|\.[0-9]{3},[0-9]"
_POINT_DECIMAL = r"(?:^|[^0-9.,])[0-9]*\.[0-9]{1,2}(?:$|[^0-9.,])|,[0-9]{3}\.[0-9]"


def _half_width(value: ir.StringValue) -> ir.StringValue:
    return value.translate(WIDE, NARROW)


def written(column: ir.Column) -> ir.Value:
    """The text of a number without placeholder words and full-width signs; columns of other types as they are."""
    return _half_width(text(column)) if column.type().is_string() else column


def number(column: ir.Column, *, decimal: str = ".", percent: bool = False) -> ir.FloatingColumn:
    """The number in a column that is `written`, or null where the text is none. Brackets and a minus on either side make
    it negative. `percent`: a sign of per cent after it divides it by a hundred; else it makes it no number."""
    if not column.type().is_string():
        value = column.cast("float64")
        return ibis.ifelse(value.isnan() | value.isinf(), ibis.null("float64"), value)
    value = column.re_replace(r" ?%$", "") if percent else column
    point = decimal == "."
    grouping, simple = (r"[, ']", _PLAIN) if point else (r"[. ']", r"^-?[0-9]+$")
    after_decimal = r"\.[0-9]*[,.]" if point else r",[0-9]*[,.]"
    digits = value.re_extract(MONEY, 1).re_replace(grouping, "").replace(",", ".")
    factor = value.re_extract(MONEY, 2).lower().cases(("", 1.0), *_SUFFIX.items(), else_=1.0)  # most have none: told first
    sign = ibis.ifelse(value.re_search(r"[(\-]"), -1.0, 1.0)
    readable = value.re_search(MONEY) & ~value.re_search(after_decimal)
    composed = ibis.ifelse(readable, sign * digits.try_cast("float64") * factor, ibis.null("float64"))
    found = ibis.ifelse(value.re_search(simple), value.try_cast("float64"), composed)
    return ibis.ifelse(column.endswith("%"), found / 100, found) if percent else found


def decimal_sign(table: ir.Table, columns: dict[str, ir.Column], *, place: str, table_name: str) -> dict[str, str]:
    """The decimal sign of each text column, from its values: one query for all. `columns`: header → column.

    Raises InputError where one column shows both signs.
    """
    texts = {header: _half_width(text(column)) for header, column in columns.items() if column.type().is_string()}
    if not texts:
        return {}
    values = table.select(**{f"v{i}": value for i, value in enumerate(texts.values())})  # a step of its own: read once
    asked: dict[str, ir.Value] = {}
    for i in range(len(texts)):
        value = values[f"v{i}"]
        comma, point = value.re_search(_COMMA_DECIMAL), value.re_search(_POINT_DECIMAL)
        asked |= {f"comma_{i}": comma.sum(), f"point_{i}": point.sum()}
        asked |= {f"comma_value_{i}": value.min(where=comma), f"point_value_{i}": value.min(where=point)}
    seen = values.aggregate(**asked).to_pyarrow().to_pylist()[0]
    signs = {}
    for i, header in enumerate(texts):
        if seen[f"comma_{i}"] and seen[f"point_{i}"]:
            raise InputError(
                f'{place}: column "{header}" writes decimals both ways, "{seen[f"comma_value_{i}"]}" and '
                f'"{seen[f"point_value_{i}"]}". Say which is right under extracts.{table_name}.decimal ("." or ",").'
            )
        signs[header] = "," if seen[f"comma_{i}"] else "."
    return signs


def currency_signs(table: ir.Table, column: ir.Column) -> list[str]:
    """The currency signs written into the amounts of a text column, most frequent first."""
    if not column.type().is_string():
        return []
    sign = _half_width(column).re_extract(r"(US\$|HK\$|R\$|CN¥|[$€£¥₹₽₩฿₫₺₴])", 1)
    found = table.select(sign=sign).filter(lambda t: t.sign != "").sign.value_counts().to_pyarrow().to_pylist()
    return [row["sign"] for row in sorted(found, key=lambda row: -row["sign_count"])]
