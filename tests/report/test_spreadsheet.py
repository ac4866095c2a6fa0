"""CSV files that are safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from places import ROOT
from segkit.report.spreadsheet import write_csv


def read(path: Path) -> list[list[str]]:
    return list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines(keepends=True)))


def cells(tmp_path: Path, values: list) -> list[str]:
    write_csv(pd.DataFrame({"name": values, "end": "."}), tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        return [row[0] for row in csv.reader(file)][1:]


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", " =", "\t@"])
def test_a_text_that_begins_like_a_formula_gets_an_apostrophe(tmp_path: Path, begin: str) -> None:
    assert cells(tmp_path, [f"{begin}1+1", "plain"]) == [f"'{begin}1+1", "plain"]


def test_a_formula_within_a_text_is_no_formula(tmp_path: Path) -> None:
    assert cells(tmp_path, ["a=1", "x@y.example", "A-1"]) == ["a=1", "x@y.example", "A-1"]


def test_numbers_stay_numbers_and_days_are_written_out(tmp_path: Path) -> None:
    frame = pd.DataFrame({"money": [-5.5, None], "day": [dt.date(2026, 6, 30), None], "flag": [True, False]})
    write_csv(frame, tmp_path / "out.csv")
    assert read(tmp_path / "out.csv") == [["money", "day", "flag"], ["-5.5", "2026-06-30", "True"], ["", "", "False"]]


def test_quotes_commas_and_line_breaks_come_back_as_they_were(tmp_path: Path) -> None:
    hostile = ['O\'Brien, Walsh & Daughters "The Garden People" Ltd', "two\r\nlines", "a,b", "Ñandú; Lda"]
    assert cells(tmp_path, hostile) == hostile


def test_the_file_has_a_byte_order_mark_and_ends_its_lines_as_rfc_4180_says(tmp_path: Path) -> None:
    write_csv(pd.DataFrame({"名称": ["海川"]}), tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_bytes() == b"\xef\xbb\xbf" + "名称\r\n海川\r\n".encode()


def test_categories_lists_and_headers_are_defused_too(tmp_path: Path) -> None:
    frame = pd.DataFrame({"=cmd": pd.Categorical(["=1", "b"]), "list": [["x"], "-y"], "same": ["+", "-"]})
    write_csv(frame, tmp_path / "out.csv")
    assert read(tmp_path / "out.csv") == [["'=cmd", "list", "same"], ["'=1", "['x']", "'+"], ["b", "'-y", "'-"]]


def test_two_columns_of_one_name_both_survive(tmp_path: Path) -> None:
    write_csv(pd.DataFrame([["=a", "=b"]], columns=["x", "x"]), tmp_path / "out.csv")
    assert read(tmp_path / "out.csv") == [["x", "x"], ["'=a", "'=b"]]


def test_the_hostile_names_of_the_demo_open_as_text(tmp_path: Path) -> None:
    demo = pd.read_csv(ROOT / "data" / "demo" / "customers.csv", encoding="gb18030", dtype=str)
    before = demo.copy()
    write_csv(demo, tmp_path / "out.csv")
    back = pd.read_csv(tmp_path / "out.csv", dtype=str, encoding="utf-8-sig")
    assert len(back) == len(demo)
    assert '\'=HYPERLINK("http://example.com/","Open") Imports' in set(back["客户名称"])
    assert back["电话"].dropna().str.startswith("'+").any()
    assert not back.stack().astype(str).str.match(r"\s*[=+\-@\t\r]").any()
    pd.testing.assert_frame_equal(demo, before)
