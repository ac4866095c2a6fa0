"""Dates written as text → timestamps. One format per column, found from its values or given as `date_format`.

Values of a column are reduced to shapes (`15/04/2021` → `99/99/9999`), the formats that fit a shape are tried in the
engine, and the one that reads most values is taken. Where another order of day and month reads them too, segkit stops.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import product

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from segkit.crm.text import text
from segkit.errors import InputError

DAYS = [
    *(f"%Y{s}%m{s}%d" for s in "-/."),
    "%Y%m%d",
    "%Y年%m月%d日",
    *(f"{a}{s}{b}{s}{y}" for (a, b), s, y in product((("%d", "%m"), ("%m", "%d")), "/-.", ("%Y", "%y"))),
    *(f"%y{s}%m{s}%d" for s in "/-."),
    *(f"%d{s}{m}{s}{y}" for s, m, y in product((" ", "-", "/"), ("%b", "%B"), ("%Y", "%y"))),
    *(f"%d {m}, %Y" for m in ("%b", "%B")),
    *(f"{m} %d{s} %Y" for m, s in product(("%b", "%B"), (",", ""))),
]
_TIMES = [
    "",
    *(f"{j}{t}" for j, t in product((" ", "T", ", "), ("%H:%M", "%H:%M:%S", "%H:%M:%S.%f", "%I:%M %p", "%I:%M:%S %p"))),
]
_COMPACT_TIMES = ["%H%M%S", "%H%M"]
_ALL_TIMES = [*_TIMES, *_COMPACT_TIMES]
_PATTERNS = {
    "%Y": r"9{4}", "%y": r"9{2}", "%m": r"9{1,2}", "%d": r"9{1,2}", "%b": r"a{3,4}", "%B": r"a{3,9}",
    "%H": r"9{1,2}", "%M": r"9{2}", "%S": r"9{2}", "%I": r"9{1,2}", "%p": r"aa", "%f": r"9{1,9}",
}  # fmt: skip
_ZONE = r"(Z|[+-][0-9]{2}:?[0-9]{2}|[+-][0-9]{2})$"
_SERIAL = "excel"


@ibis.udf.scalar.builtin(name="try_strptime")
def _try_strptime(value: str, formats: dt.Array[dt.String]) -> dt.Timestamp():  # type: ignore[valid-type,empty-body]
    """The first of `formats` that reads the text, else null (DuckDB)."""


@ibis.udf.scalar.builtin(name="timezone")
def _at_zone(zone: str, moment: dt.Timestamp("UTC")) -> dt.Timestamp():  # type: ignore[valid-type,empty-body,name-defined]
    """The wall clock of a zone at an instant (DuckDB, PostgreSQL)."""


@dataclass(frozen=True)
class Reading:
    """How a column of dates is read: `formats` (strftime) of the day, or `typed`/`excel`."""

    formats: tuple[str, ...]

    @property
    def shown(self) -> str:
        return " or ".join(self.formats)


TYPED = Reading(("typed",))


def shape_pattern(fmt: str) -> str:
    parts = re.findall(r"%.|[^%]", fmt)
    return "".join(_PATTERNS.get(p) or ("a" if p.isascii() and p.isalpha() else re.escape(p)) for p in parts)


def with_times(day: str) -> list[str]:
    compact = _COMPACT_TIMES if day == "%Y%m%d" else []
    return [f"{day}{time}" for time in [*_TIMES, *compact]]


@cache
def _shapes(day: str) -> re.Pattern[str]:
    """The shapes of a day, with or without a time of day."""
    return re.compile("|".join(shape_pattern(f) for f in with_times(day)))


def _translated(fmt: str) -> str:
    """`dd/MM/yyyy` and `DD.MM.YYYY` as strftime, which is left as it is."""
    if "%" in fmt:
        return fmt
    parts = {"yyyy": "%Y", "yy": "%y", "mmm": "%b", "mm": "%m", "m": "%m", "dd": "%d", "d": "%d"}
    day, _, _ = fmt.partition(" ")
    return re.sub("yyyy|yy|mmm|mm|m|dd|d", lambda m: parts[m[0]], day.lower())


def _parse(value: ir.StringValue, formats: tuple[str, ...]) -> ir.TimestampValue:
    """The timestamp of a text by day formats, with or without a time of day; null where none fits."""
    if formats == (_SERIAL,):
        serial = value.try_cast("float64")
        seconds = (serial * 86400).round().cast("int64")
        moment = ibis.timestamp("1899-12-30 00:00:00") + seconds.as_interval("s")
        return ibis.ifelse(serial.between(10, 100_000), moment, ibis.null("timestamp"))
    tried = [f for day in formats for f in with_times(day)]
    moment = _try_strptime(value, ibis.array(tried))
    return ibis.ifelse(moment.year() >= 1000, moment, ibis.null("timestamp"))


def _local(value: ir.StringValue, formats: tuple[str, ...], zone: str | None) -> ir.TimestampValue:
    """As `_parse`; a text that ends in an offset is an instant and becomes the wall clock of `zone`."""
    offset = value.re_replace(r" ?([+-][0-9]{2}):?([0-9]{2})$", r"\1:\2")
    instant = _at_zone(zone or "UTC", offset.try_cast(dt.Timestamp("UTC")))
    return ibis.ifelse(value.re_search(r":[0-9.]+ ?" + _ZONE), instant, _parse(value, formats))


def moment(column: ir.Column, reading: Reading, *, zone: str | None) -> ir.TimestampColumn:
    """The timestamp on the wall clock of `zone`, null where the value is none. Instants without a zone are UTC."""
    kind = column.type()
    if kind.is_date():
        return column.cast("timestamp")
    if kind.is_timestamp():
        return column if kind.timezone is None else _at_zone(zone or "UTC", column)
    if reading is TYPED:  # text behind an engine other than DuckDB: ISO only
        return column.try_cast("timestamp")
    return _local(column, reading.formats, zone)


def find(
    table: ir.Table, column: ir.Column, *, place: str, extract: str, header: str, given: tuple[str, ...] | None
) -> Reading:
    """The format of a column. Raises InputError where none fits or day and month cannot be told apart."""
    if column.type().is_date() or column.type().is_timestamp():
        return TYPED
    values = table.select(v=text(column)).filter(lambda t: t.v.notnull())
    if given:
        return _check_given(values, tuple(dict.fromkeys(_translated(f) for f in given)), place, extract, header)
    candidates = _candidates(values)
    if candidates == [_ISO_ONLY]:
        return Reading(("%Y-%m-%d",))
    if not candidates:
        return _unreadable(values, place, extract, header)
    counts = _count(values, candidates)
    best = max(candidates, key=lambda f: counts[f])
    if counts[best] == 0:
        return _unreadable(values, place, extract, header)
    rivals = [f for f in candidates if f != best and counts[f]]
    _refuse_rivals(values, best, rivals, place=place, extract=extract, header=header)
    return Reading((best,))


_ISO_ONLY = "iso with offset"


def _candidates(values: ir.Table) -> list[str]:
    """Day formats that fit at least one shape among the values."""
    shape = values.v.re_replace("[0-9]", "9").re_replace("[A-Za-z]", "a")
    shapes = values.select(shape=shape).group_by("shape").agg(n=lambda t: t.count()).order_by(ibis.desc("n")).limit(400)
    found = [row["shape"] for row in shapes.to_pyarrow().to_pylist()]
    fits = []
    for day in DAYS:
        pattern = _shapes(day)
        if any(pattern.fullmatch(s) for s in found):
            fits.append(day)
    if any(re.fullmatch(r"9{5}(\.9+)?", s) for s in found):
        fits.append(_SERIAL)
    offset = re.compile(r"9{4}-99-99[aT ]99:99(:99(\.9+)?)? ?(a|[+-]99:?99|[+-]99)")
    if not fits and any(offset.fullmatch(s) for s in found):
        return [_ISO_ONLY]
    return fits


def _count(values: ir.Table, candidates: list[str]) -> dict[str, int]:
    counts = values.aggregate(**{f"n{i}": _parse(values.v, (f,)).count() for i, f in enumerate(candidates)})
    row = counts.to_pyarrow().to_pylist()[0]
    return {f: row[f"n{i}"] for i, f in enumerate(candidates)}


def _refuse_rivals(values: ir.Table, best: str, rivals: list[str], *, place: str, extract: str, header: str) -> None:
    """Stop where another format reads the same values as other days and the values do not decide."""
    for rival in rivals:
        ours, theirs = _parse(values.v, (best,)), _parse(values.v, (rival,))
        differ = ours.notnull() & theirs.notnull() & (ours != theirs)
        row = (
            values.aggregate(
                differ=differ.sum(), example=values.v.min(where=differ),
                ours=(ours.notnull() & theirs.isnull()).sum(), theirs=(theirs.notnull() & ours.isnull()).sum(),
                only_ours=values.v.min(where=theirs.isnull() & ours.notnull()),
                only_theirs=values.v.min(where=ours.isnull() & theirs.notnull()),
            ).to_pyarrow().to_pylist()[0]
        )  # fmt: skip
        swapped = sorted(rival) == sorted(best) and row["theirs"]
        if not swapped and (not row["differ"] or (row["ours"] and not row["theirs"])):
            continue
        why = (
            f'"{row["only_ours"]}" fits only {best} and "{row["only_theirs"]}" only {rival}'
            if row["only_ours"] and row["only_theirs"]
            else f'"{row["example"]}" fits {best} and {rival}, and no value decides'
        )
        raise InputError(
            f'{place}: column "{header}": day and month cannot be told apart: {why}. '
            f"Say which under extracts.{extract}.date_format."
        )


def _check_given(values: ir.Table, formats: tuple[str, ...], place: str, extract: str, header: str) -> Reading:
    parsed = _local(values.v, formats, None)
    row = (
        values.aggregate(n=values.count(), ok=parsed.count(), bad=values.v.min(where=parsed.isnull()))
        .to_pyarrow()
        .to_pylist()[0]
    )
    if row["n"] and not row["ok"]:
        raise InputError(
            f'{place}: column "{header}": "{row["bad"]}" does not fit {" or ".join(formats)}. '
            f"Correct extracts.{extract}.date_format (strftime, such as %d/%m/%Y)."
        )
    return Reading(formats)


def _unreadable(values: ir.Table, place: str, extract: str, header: str) -> Reading:
    row = values.aggregate(n=values.count(), example=values.v.min()).to_pyarrow().to_pylist()[0]
    if not row["n"]:
        return Reading(("%Y-%m-%d",))
    raise InputError(
        f'{place}: column "{header}": "{row["example"]}" is no date in any form known. Map another column under '
        f"extracts.{extract}.columns, or give extracts.{extract}.date_format (strftime, such as %d/%m/%Y)."
    )
