"""A notebook's hands: a run is read, written to while it is made, and never changed once it is done."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from segkit import charts, findings, schemes, workbench
from segkit.errors import InputError
from segkit.findings import Finding
from segkit.i18n import Words
from segkit.workbench import files
from segkit.workbench.naming import names_in_files

MANIFEST = {
    "title": "Firm",
    "as_of": "2024-07-01",
    "currency": "EUR",
    "language": "en",
    "status": "running",
    "rows": {"orders": {"in": 5, "used": 4, "left_out": {"sample": 1}}},
    "notes": [],
}


@pytest.fixture
def shown(monkeypatch) -> list:
    """What a notebook would display: (content, metadata)."""
    import IPython.display

    kept: list = []
    monkeypatch.setattr(IPython.display, "display", lambda data, raw, metadata=None: kept.append((data, metadata)))
    return kept


def make(folder: Path, **changes) -> Path:
    run = folder / "reports" / "demo"
    (run / "tables").mkdir(parents=True)
    (run / "manifest.json").write_text(json.dumps(MANIFEST | changes), encoding="utf-8")
    day = [dt.date(2024, 6, 30), None]
    pd.DataFrame({"customer_id": ["007", "8"], "last_order_on": day}).to_parquet(run / "tables" / "customers.parquet")
    return run


def test_a_run_opens_from_a_relative_folder_as_a_notebook_does(tmp_path, monkeypatch):
    make(tmp_path)
    (tmp_path / "notebooks").mkdir()
    monkeypatch.chdir(tmp_path / "notebooks")
    run = workbench.open_run("../reports/demo", "20_rfm", "zh")
    assert (run.as_of, run.currency, run.title, run.words.language) == (dt.date(2024, 7, 1), "EUR", "Firm", "zh")
    assert (run.month_of_as_of, run.rows_in, run.max_left_out) == (pd.Timestamp("2024-07-01"), {"orders": 5}, 0.2)


def test_where_no_run_is_the_remedy_is_said(tmp_path):
    with pytest.raises(InputError, match=r"no run here.*make report.*set run_dir"):
        workbench.open_run(tmp_path / "nothing", "20_rfm")


def test_tables_keep_their_ids_and_have_dates_to_compute_with(tmp_path):
    table = workbench.open_run(make(tmp_path), "x").table("customers")
    assert table["customer_id"].tolist() == ["007", "8"]
    assert table["last_order_on"].dtype.kind == "M"
    assert table["last_order_on"].isna().tolist() == [False, True]


def test_a_table_that_is_not_there_is_named_with_those_that_are(tmp_path):
    with pytest.raises(InputError, match=r'no table "rfm"\. The run has: customers'):
        workbench.open_run(make(tmp_path), "x").table("rfm")


def test_a_run_in_the_making_is_written_to(tmp_path):
    folder = make(tmp_path)
    workbench.open_run(folder, "x").save("rfm", pd.DataFrame({"a": [1]}))
    assert pd.read_parquet(folder / "tables" / "rfm.parquet")["a"].tolist() == [1]


def test_a_finished_run_is_never_changed(tmp_path, shown):
    folder = make(tmp_path, status="done")
    before = sorted(folder.rglob("*"))
    run = workbench.open_run(folder, "x")
    run.save("rfm", pd.DataFrame({"a": [1]}))
    run.conclude([Finding("one_order", {"customers": 1, "share": 0.5})])
    assert sorted(folder.rglob("*")) == before
    aside = tmp_path / "reports" / ".lab" / "demo"
    assert {p.relative_to(aside).as_posix() for p in aside.rglob("*.*")} == {"tables/rfm.parquet", "findings/x.json"}


def test_a_figure_is_shown_once_with_its_alt_text_and_kept_in_the_same_bytes(tmp_path, shown):
    folder = make(tmp_path)
    run = workbench.open_run(folder, "x")
    counts = pd.Series([5, 3], index=[1, 2])
    for name in ("first", "again"):
        labels = run.labels(Finding("one_order", {"customers": 5, "share": 0.625}), customers=8)
        run.figure(name, charts.orders.frequency(counts, labels, rest=15), "Bars.")
    data, metadata = shown[0]
    assert metadata == {"image/png": {"alt": "Bars. 62% of customers have ordered only once"}}
    assert data["text/plain"] == metadata["image/png"]["alt"]
    first, again = (folder / "figures" / f"{name}.png" for name in ("first", "again"))
    assert first.read_bytes() == again.read_bytes() == data["image/png"]
    assert (len(shown), b"Bars. 62%" in first.read_bytes(), b"Software" in first.read_bytes()) == (2, True, False)


def test_a_chinese_alt_text_survives_in_the_picture(tmp_path, shown):
    from PIL import Image

    folder = make(tmp_path)
    run = workbench.open_run(folder, "x", "zh")
    labels = run.labels(Finding("one_order", {"customers": 5, "share": 0.625}))
    run.figure("a", charts.orders.frequency(pd.Series([1], index=[1]), labels, rest=9), "条形图。")
    with Image.open(folder / "figures" / "a.png") as image:
        assert image.info["Description"] == "条形图。 62% 的客户只下过一次单"


def test_findings_are_kept_with_their_raw_numbers_and_read_back(tmp_path, shown):
    run = workbench.open_run(make(tmp_path), "20_rfm")
    run.conclude([Finding("order_value_one", {"last": 1234.5, "until": dt.date(2024, 6, 1)}, "warn")])
    (found,) = run.found()
    assert (found.key, found.severity, dict(found.numbers)) == (
        "order_value_one",
        "warn",
        {"last": 1234.5, "until": "2024-06-01"},
    )
    assert shown[0][0]["text/plain"] == f"- {run.say(found)}" == "- The median order of Jun 2024 is worth €1.23K"
    assert run.findings_table().to_dict("records") == [{"notebook": "20_rfm", "severity": "warn", "sentence": run.say(found)}]


def test_sentences_cannot_smuggle_markup_or_formulas_into_a_notebook(tmp_path, shown):
    run = workbench.open_run(make(tmp_path), "x")
    run.tell([Finding("gaps", {"extract": "extract.orders", "column": "<img src=x> *a*", "share": 0.5})])
    assert r"\<img src=x\> \*a\*" in shown[0][0]["text/markdown"]
    assert workbench.as_markdown("$5K to $6K") == r"\$5K to \$6K"


def test_totals_that_agree_are_shown_and_those_that_do_not_stop_the_notebook(tmp_path, shown):
    run = workbench.open_run(make(tmp_path), "x")
    run.check(1234.2, 1234.201, money=True)
    assert shown[0][0]["text/plain"] == "- ✓ €1,234 = €1,234"
    with pytest.raises(ValueError, match="5 is not 6"):
        run.check(5, 6)


def test_a_note_is_said_alike_from_the_manifest_and_from_the_table(tmp_path):
    run = workbench.open_run(make(tmp_path), "x")
    flat = {"extract": "orders", "key": "duplicates_kept", "rows": 34}
    stored = {"extract": "orders", "key": "duplicates_kept", "numbers": '{"rows": 34}'}
    assert run.remark(flat) == run.remark(stored) == "orders: 34 equal lines are kept; each stands more than once within a file"


def test_the_reason_of_a_tier_names_its_conditions_with_the_cuts(tmp_path):
    run = workbench.open_run(make(tmp_path), "x")
    reasons = run.reasons(schemes.load("rfm_8"), {"r": 90.0, "f": 4.5, "m": 12_000.0})
    assert reasons["important_develop"] == "last order at most 90 days ago, fewer than 4.5 orders, revenue of €12K or more"
    assert reasons["not_placed"] == "no order yet"


def test_cuts_stand_one_row_a_measure(tmp_path):
    run = workbench.open_run(make(tmp_path), "x")
    assert run.cuts({"r": [30, 90.5], "m": 12_000}).to_dict("records")[0] == {"measure": "r", "cut 1": "30", "cut 2": "90.5"}
    assert run.cuts({"m": 12_000.0})["cut 1"].tolist() == ["€12K"]


def test_a_table_that_not_every_run_has_is_empty_with_its_columns(tmp_path):
    deals = workbench.open_run(make(tmp_path), "x").optional("deals")
    assert (len(deals), deals["created_on"].dtype.kind, deals["amount"].dtype.kind) == (0, "M", "f")
    assert {"customer_id", "outcome", "owner", "stage"} <= set(deals.columns)


def test_a_chart_with_nothing_to_draw_is_said_and_not_kept(tmp_path, shown):
    folder = make(tmp_path)
    run = workbench.open_run(folder, "x")
    nothing = pd.DataFrame(columns=["owner", "deals", "won", "win_rate", "common_rate", "expected_rate", "low", "high"])
    run.figure("owners", charts.deals.owners(nothing, run.labels(findings.clear_owners(nothing))), "Dots.")
    said = "- Not computed: the comparison of salespeople needs opportunities, which this run does not have"
    assert [data["text/plain"] for data, _ in shown] == [said]
    assert not (folder / "figures").exists()


def test_what_is_not_computed_is_named_with_the_columns_it_needs_in_words(tmp_path):
    run = workbench.open_run(make(tmp_path), "x")
    table = run.needs({"pyramid": ["monetary", "name or city"], "sleeping": ["tier.rfm_matrix", "own"]})
    assert table.to_dict("records") == [
        {"name": "Customer pyramid", "needs": "revenue, name or city"},
        {"name": "Sleeping", "needs": "RFM matrix, own"},
    ]


def test_every_scheme_stands_under_its_name(tmp_path, shown):
    run = workbench.open_run(make(tmp_path), "x")
    run.show_each(pd.DataFrame({"scheme": ["pyramid", "region"], "tier": ["top", "Chile"], "customers": [1, 2]}))
    lines = [line.rstrip() for line in shown[0][0]["text/plain"].splitlines() if line]
    assert lines == [
        "Customer pyramid",
        "segment  customers",
        "top              1",
        "Region",
        "segment  customers",
        "Chile            2",
    ]


def test_a_firm_s_own_scheme_beside_the_tables_goes_before_the_one_of_that_name(tmp_path):
    folder = make(tmp_path)
    (folder / "schemes").mkdir()
    text = "name: pyramid\nextends: pyramid\nen: Our pyramid\nzh: 我们的金字塔\n"
    (folder / "schemes" / "pyramid.yaml").write_text(text, encoding="utf-8")
    run = workbench.open_run(folder, "x")
    assert (run.scheme("pyramid").en, run.words("scheme.pyramid")) == ("Our pyramid", "Our pyramid")


@pytest.mark.parametrize(("language", "name"), [("en", "Germany"), ("zh", "德国")])
def test_a_region_that_is_a_country_is_called_by_its_name(tmp_path, language, name):
    words = workbench.open_run(make(tmp_path), "x", language).words
    assert (words.label("tier.region", "DE"), words.label("tier.region", "Yiwu market")) == (name, "Yiwu market")


def test_a_long_table_is_spread_with_a_column_per_word_in_the_order_of_the_categories(tmp_path, shown):
    states = pd.Categorical(["won", "open", "won"], categories=["open", "won"])
    workbench.open_run(make(tmp_path), "x").spread(
        pd.DataFrame({"owner": ["Bo", "Ann", "Ann"], "state": states, "win_rate": [0.5, 0.25, 1.0]}),
        "owner", "state", "win_rate", group="outcome",
    )  # fmt: skip
    assert [line.split() for line in shown[-1][0]["text/plain"].splitlines()[:3]] == [
        ["owner", "open", "deal", "won", "last"], ["Bo", "–", "50.0%"], ["Ann", "25.0%", "100.0%"],
    ]  # fmt: skip


def test_dates_of_a_table_are_datetimes_also_where_none_is_known(tmp_path):
    days = pd.DataFrame({"day": [dt.date(2026, 1, 2), None], "none": [None, None], "text": ["a", None]})
    schema = pa.schema([("day", pa.date32()), ("none", pa.date32()), ("text", pa.string())])
    days.to_parquet(tmp_path / "days.parquet", schema=schema)

    read = files.read(tmp_path / "days.parquet")

    assert read.dtypes.astype(str).to_dict() == {"day": "datetime64[s]", "none": "datetime64[s]", "text": "str"}
    assert read["day"].tolist() == [pd.Timestamp(2026, 1, 2), pd.NaT]
    assert list(files.read(tmp_path / "days.parquet", filters=[("day", "==", dt.date(2026, 1, 3))])["day"]) == []


def test_names_that_no_firm_writes_itself_are_spoken_in_each_language():
    for language, cluster, country in (("en", "recent", "Germany"), ("zh", "近期", "德国")):
        names = names_in_files(Path(), Words(language))
        assert cluster in names["cluster.r_high-f_mid-m_low"]
        assert names["tier.region.DE"] == country


def test_a_picture_keeps_the_colour_of_its_areas_and_comes_near_to_its_dots():
    import numpy as np
    from PIL import Image

    areas = np.full((300, 400, 3), 255, dtype=np.uint8)
    areas[:10] = np.indices((16, 16, 16)).T.reshape(-1, 3)[:4000].reshape(10, 400, 3) * 16  # many colours, each in one place
    areas[20:40] = 252  # what smoothed edges leave beside white
    areas[100:150], areas[150:200], areas[250, 10] = (243, 214, 203), (226, 230, 236), (194, 65, 12)

    packed = np.asarray(files._packed(Image.fromarray(areas)).convert("RGB"))

    assert (packed[50:200] == areas[50:200]).all()
    apart = np.abs(packed.astype(int) - areas).max(axis=2)
    assert (apart[250, 10] < 30, apart.max() < 80) == (True, True)
