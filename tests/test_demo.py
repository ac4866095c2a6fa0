"""The demo extract, read here without segkit's reader: what was planted is there, and the truth agrees with the files."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
import json
import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from segkit import crm, demo
from segkit.demo.tables import UNUSED
from segkit.schema import REASONS, TABLES
from segkit.settings import Settings, load

pytestmark = pytest.mark.long

COMMITTED = Path(__file__).parent.parent / "data" / "demo"
AS_OF = "2026-07-01"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    demo.write(folder)
    return folder


@pytest.fixture(scope="module")
def settings(folder: Path) -> Settings:
    return load(folder / "segkit.yaml")


@pytest.fixture(scope="module")
def planted(folder: Path) -> dict:
    return json.loads((folder / "truth" / "dirt.json").read_text(encoding="utf-8"))


def content(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def lines(path: Path, *, sep: str = ",", encoding: str = "utf-8") -> list[list[str]]:
    return list(csv.reader(io.StringIO(content(path).decode(encoding), newline=""), delimiter=sep))


def table(folder: Path, settings: Settings, name: str) -> pd.DataFrame:
    """A table of the extract as text under canonical names; lines with a wrong number of fields are not in it."""
    extract = settings.extracts[name]
    canonical = {header: column for column, header in extract.columns.items()}
    frames = []
    for path in sorted(folder.glob(extract.source[0])):
        if path.suffix == ".parquet":
            return pd.read_parquet(path).rename(columns=canonical)
        sep = extract.sep or ("\t" if ".tsv" in path.name else ",")
        head, *rows = lines(path, sep=sep, encoding=extract.encoding or "utf-8")
        frame = pd.DataFrame([r for r in rows if len(r) == len(head)], columns=[canonical[h] for h in head])
        frames.append(frame.assign(part=path.name))
    return pd.concat(frames, ignore_index=True)


def number(text: str) -> float | None:
    """`$22,700.00`, `¥1.2万`, `$22.70K`, `(120.00)` as a number; None for words."""
    match = re.fullmatch(r"(\(?)[$€¥]?([\d,]+(?:\.\d+)?)(K|万)?\)?", text)
    if not match:
        return None
    value = float(match[2].replace(",", "")) * {"K": 1e3, "万": 1e4, None: 1}[match[3]]
    return -value if match[1] else value


def reasons(orders: pd.DataFrame) -> pd.Series:
    """The reason of each order line, looked for in the schema's order; `used` where none fits."""
    first, last = sorted(orders.part.unique())
    stands_later = set(orders[orders.part == last].order_id)
    amount = orders.amount.map(number)
    moment = orders.ordered_at
    no_rate = (orders.currency != "USD") & (moment < "2023-06-26")
    tests = {
        "overlap": (orders.part == first) & orders.order_id.isin(stands_later),
        "missing_id": orders.customer_id.isin(["", "nan", "-"]),
        "excluded_account": orders.customer_id.isin(["90001", "90002", "TEST-1"]),
        "unreadable_date": moment.ne("") & pd.to_datetime(moment, format="%Y-%m-%d %H:%M", errors="coerce").isna(),
        "missing_date": moment.eq(""),
        "impossible_date": moment < "1900",
        "after_as_of": moment >= AS_OF,
        "cancelled": orders.status.isin(["Cancelled", "Canceled", "已取消"]),
        "sample": orders.is_sample.eq("Y"),
        "missing_amount": orders.amount.eq(""),
        "unreadable_amount": amount.isna(),
        "no_exchange_rate": no_rate,
        "zero_amount": amount.eq(0),
    }
    return pd.Series(np.select(list(tests.values()), list(tests), "used"), index=orders.index)


@pytest.fixture(scope="module")
def used(folder: Path, settings: Settings) -> pd.DataFrame:
    """Order lines that count, with true customer ids and amounts in USD; orders reversed the same day are not in it."""
    orders = table(folder, settings, "orders")
    orders = orders[(reasons(orders) == "used") & orders.order_id.str.startswith("SO-") & orders.status.eq("Completed")]
    aliases = dict(lines(folder / "aliases.csv")[1:])
    rate = orders.currency.map({"USD": 1.0, "EUR": 1.085, "CNY": 0.139})
    return orders.assign(
        customer_id=orders.customer_id.str.removesuffix(".0").replace(aliases),
        day=pd.to_datetime(orders.ordered_at).dt.normalize(),
        usd=orders.amount.map(number) * rate,
        cost_usd=pd.to_numeric(orders.cost) * rate,
        margin_usd=pd.to_numeric(orders.margin) * rate,
    )


def test_two_writes_are_equal_byte_for_byte(folder: Path, tmp_path: Path) -> None:
    demo.write(tmp_path)
    names = sorted(p.relative_to(folder) for p in folder.rglob("*") if p.is_file())
    assert names == sorted(p.relative_to(tmp_path) for p in tmp_path.rglob("*") if p.is_file())
    assert [n for n in names if (folder / n).read_bytes() != (tmp_path / n).read_bytes()] == []


def test_the_whole_folder_takes_at_most_three_megabytes(folder: Path) -> None:
    assert sum(p.stat().st_size for p in folder.rglob("*") if p.is_file()) <= 3_000_000


def test_the_committed_demo_is_what_the_code_writes(folder: Path) -> None:
    names = sorted(p.relative_to(folder) for p in folder.rglob("*") if p.is_file())
    stale = [n for n in names if n.suffix != ".parquet" and content(folder / n) != content(COMMITTED / n)]
    assert stale == [], "write it anew: segkit demo data/demo"


@pytest.mark.parametrize("name", TABLES)
def test_every_table_and_column_of_the_schema_is_there_and_holds_something(name: str, folder: Path, settings: Settings) -> None:
    wanted = [c for c in TABLES[name].names if c != UNUSED]
    assert set(settings.extracts[name].columns) == set(wanted)
    frame = table(folder, settings, name)
    assert [c for c in wanted if frame[c].replace("", None).isna().all()] == []


def test_the_config_names_the_day_the_currency_and_every_table(settings: Settings) -> None:
    assert (settings.name, str(settings.as_of), settings.currency) == ("demo", AS_OF, "USD")
    assert set(settings.extracts) == set(TABLES)


@pytest.mark.parametrize("name", TABLES)
def test_rows_in_are_rows_used_and_rows_left_out_by_known_reasons_in_order(name: str, planted: dict) -> None:
    rows = dict(planted[name])
    total, kept = rows.pop("in"), rows.pop("used")
    assert total == kept + sum(rows.values())
    assert list(rows) == [r for r in REASONS if r in rows]


def test_order_lines_left_out_are_as_many_as_the_list_says(folder: Path, settings: Settings, planted: dict) -> None:
    broken = [row for path in sorted(folder.glob("orders_*")) for row in lines(path) if len(row) != 15]
    found = Counter(reasons(table(folder, settings, "orders"))) + Counter(unreadable_line=len(broken))
    assert dict(found) | {"in": sum(found.values())} == planted["orders"]


def test_segkit_itself_finds_exactly_what_was_planted(settings: Settings, planted: dict) -> None:
    found = crm.check(settings, today=dt.date(2026, 7, 2)).rows
    flat = {name: {"in": rows["in"], "used": rows["used"], **rows["left_out"]} for name, rows in found.items()}
    assert flat == {name: planted[name] for name in TABLES}


def test_the_month_in_both_files_of_orders_is_the_same_in_both(folder: Path) -> None:
    both = [Counter(map(tuple, lines(p)[1:])) for p in sorted(folder.glob("orders_*"))]
    shared = both[0] & both[1]
    assert {row[2][:7] for row in shared} == {"2025-03"}
    assert shared == Counter({row: n for row, n in both[0].items() if row[2][:7] == "2025-03"})


def test_interactions_left_out_are_as_many_as_the_list_says(folder: Path, settings: Settings, planted: dict) -> None:
    frame = table(folder, settings, "interactions")
    ids, at = frame.customer_id, frame["at"]
    instant = pd.to_datetime(at, errors="coerce", utc=True)
    expected = planted["interactions"]
    assert len(frame) == expected["in"]
    assert ids.isin(["", "nan", "-"]).sum() == expected["missing_id"]
    assert ids.isin(["90001", "90002", "TEST-1"]).sum() == expected["excluded_account"]
    assert instant.isna().sum() == expected["unreadable_date"]
    assert (instant < pd.Timestamp("1900-01-01", tz="UTC")).sum() == expected["impossible_date"]
    assert (instant >= pd.Timestamp(AS_OF, tz="Asia/Shanghai")).sum() == expected["after_as_of"]
    assert (instant >= pd.Timestamp(AS_OF, tz="UTC")).sum() < expected["after_as_of"]  # the zone matters


def test_customers_left_out_are_as_many_as_the_list_says(folder: Path, settings: Settings, planted: dict) -> None:
    frame = table(folder, settings, "customers")
    aliases = dict(lines(folder / "aliases.csv")[1:])
    sound = frame[~frame.customer_id.isin(["nan", "-", "90001", "90002", "TEST-1"]) & (frame.created_at < "2026/07/01")]
    expected = planted["customers"]
    assert len(frame) == expected["in"]
    assert frame.customer_id.isin(["nan", "-"]).sum() == expected["missing_id"]
    assert (frame.created_at >= "2026/07/01").sum() == expected["after_as_of"]
    assert sound.customer_id.replace(aliases).duplicated().sum() == expected["repeated_id"]
    assert sound.customer_id.replace(aliases).nunique() == expected["used"]


def test_payments_deals_and_contacts_left_out_are_as_many_as_the_list_says(
    folder: Path, settings: Settings, planted: dict
) -> None:
    for name in ("payments", "opportunities", "contacts"):
        frame, expected = table(folder, settings, name), planted[name]
        assert len(frame) == expected["in"]
        assert frame.customer_id.fillna("").isin(["", "nan", "-"]).sum() == expected["missing_id"]
        assert frame.customer_id.isin(["90001", "90002", "TEST-1"]).sum() == expected["excluded_account"]
    due = table(folder, settings, "payments").due_on
    assert (
        pd.to_datetime(due, format="%d.%m.%Y", errors="coerce").isna().sum()
        == planted["notes"]["payments"]["due_days_unreadable"]
    )
    deals = table(folder, settings, "opportunities")
    assert (deals.created_at >= pd.Timestamp(AS_OF)).sum() == planted["opportunities"]["after_as_of"]


def test_dirt_that_loses_no_row_is_as_listed(folder: Path, settings: Settings, planted: dict) -> None:
    orders, notes = table(folder, settings, "orders"), planted["notes"]["orders"]
    kept = orders[reasons(orders) == "used"]
    assert kept.drop(columns="part").duplicated().sum() == notes["duplicates_kept"]
    assert (
        kept.customer_id.str.endswith(".0").sum() + orders[reasons(orders) == "overlap"].customer_id.str.endswith(".0").sum()
        >= 40
    )
    assert kept.amount.map(number).lt(0).sum() == notes["negative_rows"]
    assert kept.status.eq("Returned").sum() == notes["returned_rows"]
    goods = kept[kept.order_id.str.startswith("SO-")]
    sign = goods.status.map({"Completed": 1, "Returned": -1})
    left = (goods.amount.map(number) * sign).groupby(goods.order_id).sum().round(2)
    assert left.eq(0).sum() == notes["orders_returned_whole"]
    assert left.ne(0).sum() == notes["orders_that_count"]
    assert kept.returned_amount.ne("").sum() == notes["part_return_rows"]
    assert kept.currency.value_counts().sort_index().to_dict() == notes["rows_by_currency"]
    words = table(folder, settings, "customers")[["industry", "trade_type", "website", "relationship", "city"]]
    assert words.isin(["nan", "Select", "-", "请选择", "N/A"]).sum().sum() >= planted["notes"]["customers"]["placeholder_words"]


def test_every_way_of_writing_money_occurs_and_agrees_with_quantity_times_price(
    folder: Path, settings: Settings, used: pd.DataFrame
) -> None:
    texts = used.amount
    for way in (r"\d+\.\d\d", r"\d+,\d{3}\.\d\d", r"\$[\d,]+\.\d\d", r"€.+", r"¥[\d.]+万", r"\$[\d.]+K"):
        assert texts.str.fullmatch(way).any(), way
    product = pd.to_numeric(used.quantity) * pd.to_numeric(used.unit_price)
    assert (texts.map(number) - product).abs().max() < 0.006


def test_names_that_break_naive_readers_survive(folder: Path, settings: Settings) -> None:
    frame = table(folder, settings, "customers")
    assert "<script>alert(1)</script> Trading" in set(frame.name)
    assert frame.name.str.startswith("=HYPERLINK(").any()
    assert frame.city.eq("São Paulo").any()
    assert frame[frame.country == "China"].name.str.contains("公司").mean() > 0.9
    ids = frame.customer_id[frame.customer_id.str.len() < 5]
    assert any(i.zfill(5) in set(frame.customer_id) for i in ids if i.isdigit())


def test_a_fifth_of_the_customers_bring_about_four_fifths_of_profit(used: pd.DataFrame) -> None:
    profit = (used.usd - used.cost_usd).fillna(used.margin_usd).groupby(used.customer_id).sum().sort_values(ascending=False)
    assert 780 <= len(profit) <= 840
    assert 0.73 <= profit.iloc[: round(len(profit) * 0.2)].sum() / profit.sum() <= 0.82


def test_the_orders_are_those_of_the_truth_and_none_comes_after_dropout(folder: Path, used: pd.DataFrame) -> None:
    truth = pd.read_csv(folder / "truth" / "accounts.csv", dtype={"customer_id": str}, parse_dates=["dropout_on"]).set_index(
        "customer_id"
    )
    found = used.drop_duplicates("order_id").groupby("customer_id").day.agg(["size", "min", "max"])
    ordered = truth[truth.orders > 0]
    assert found["size"].to_dict() == ordered.orders.to_dict()
    assert (found["max"] <= ordered.dropout_on.fillna(pd.Timestamp(AS_OF))).all()


def test_orders_come_at_the_rate_of_the_truth(folder: Path) -> None:
    truth = pd.read_csv(folder / "truth" / "accounts.csv", parse_dates=["first_order_on", "dropout_on"])
    truth = truth[truth.orders > 0]
    weeks = (truth.dropout_on.fillna(pd.Timestamp(AS_OF)) - truth.first_order_on).dt.days / 7
    expected = truth.rate_per_week * weeks
    assert (truth.orders - 1).sum() == pytest.approx(expected.sum(), rel=0.05)
    busy = expected > 10
    assert np.corrcoef(truth.orders[busy], expected[busy])[0, 1] > 0.95


def test_deals_are_won_as_often_as_their_probabilities_say(folder: Path) -> None:
    deals = pd.read_csv(folder / "truth" / "deals.csv")
    spread = np.sqrt((deals.probability * (1 - deals.probability)).sum())
    assert abs(deals.won.sum() - deals.probability.sum()) < 2.5 * spread
    rates = deals.groupby("class").won.mean()
    assert rates["A"] > rates["B"] > rates["D"] > rates["-"]


def test_an_a_closes_faster_than_a_b_and_a_b_faster_than_a_c(folder: Path, settings: Settings) -> None:
    deals = table(folder, settings, "opportunities").merge(
        pd.read_csv(folder / "truth" / "deals.csv")[["opportunity_id", "class"]]
    )
    won = deals[deals.outcome == "won"]
    days = (won.closed_at - won.first_contact_at).dt.days.groupby(won["class"]).median()
    assert days["A"] <= 9 < days["B"] < days["C"]


def test_about_half_of_those_who_ask_for_a_sample_before_any_order_order_later(
    folder: Path, settings: Settings, used: pd.DataFrame
) -> None:
    touches = table(folder, settings, "interactions")
    asked = touches[touches.kind == "sample_requested"].groupby("customer_id")["at"].min().str[:10]
    asked = asked[asked < "2026-05-01"]
    first = used.groupby("customer_id").day.min().dt.strftime("%Y-%m-%d").reindex(asked.index)
    new = ~(first < asked)
    assert new.sum() > 120
    assert 0.45 <= first[new].notna().mean() <= 0.6


def test_a_sample_goes_from_price_to_request_to_sent_to_received(folder: Path, settings: Settings) -> None:
    touches = table(folder, settings, "interactions")
    steps = ["sample_price_confirmed", "sample_requested", "sample_sent", "sample_received"]
    days = touches[touches.kind.isin(steps)].groupby(["customer_id", "kind"])["at"].agg(["min", "size"]).unstack()
    once = days[(days["size"] == 1).all(axis=1)]["min"].apply(lambda s: s.str[:10])
    shifted = [(once[a] <= once[b]).mean() for a, b in pairwise(steps)]
    assert len(once) > 100
    assert min(shifted) > 0.97  # night chats move a step to the day before in UTC


def test_first_orders_of_new_accounts_follow_a_deal_won(folder: Path, settings: Settings, used: pd.DataFrame) -> None:
    truth = pd.read_csv(folder / "truth" / "accounts.csv", dtype={"customer_id": str}).query("origin == 'lead' and orders > 0")
    deals = table(folder, settings, "opportunities").query("outcome == 'won'")
    closed = deals.groupby("customer_id").closed_at.min().dt.normalize()
    first = used.groupby("customer_id").day.min()
    gap = (first - closed).dt.days.reindex(truth.customer_id)
    assert gap.between(0, 6).all()
