"""By codes, the tables of a run hand out no name; joins, counts and tables on disk stay what they were."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from segkit import settings, workbench
from segkit.errors import InputError
from segkit.workbench.privacy import Codes

CUSTOMERS = pd.DataFrame(
    {"customer_id": ["7", "8"], "name": ["Alder Ltd", None], "owner": ["Bo", "Ann"], "contact_name": ["Carla", None]}
)
CONTACTS = pd.DataFrame({"customer_id": ["7"], "name": ["Carla"], "email": ["c@alder.example"]})


def run_of(folder, customers, *, privacy="codes"):
    manifest = {
        "title": "F",
        "as_of": "2024-07-01",
        "currency": "USD",
        "language": "en",
        "status": "running",
        "privacy": privacy,
    }
    (folder / "manifest.json").write_text(json.dumps(manifest))
    (folder / "tables").mkdir()
    customers.to_parquet(folder / "tables" / "customers.parquet")
    CONTACTS.to_parquet(folder / "tables" / "contacts.parquet")
    return workbench.open_run(folder, "20_rfm")


def test_accounts_are_called_by_their_ids_people_by_numbers_and_contacts_are_hidden_yet_counted(tmp_path):
    told = run_of(tmp_path, CUSTOMERS).table("customers")
    assert told["name"].tolist() == ["7", "8"]
    assert told["owner"].tolist() == ["S02", "S01"]
    assert told["contact_name"].tolist()[0] == "•••"
    assert told["contact_name"].isna().tolist() == [False, True]


def test_a_contacts_name_is_a_persons_and_hidden(tmp_path):
    told = run_of(tmp_path, CUSTOMERS).table("contacts")
    assert told.to_dict("records") == [{"customer_id": "7", "name": "•••", "email": "•••"}]


def test_an_id_that_is_the_name_gets_a_code_that_is_the_same_in_every_table(tmp_path):
    run = run_of(tmp_path, pd.DataFrame({"customer_id": ["Zoe Foods", "Acme"], "owner": ["Ann", "Bo"]}))
    run.save("churn", run.table("customers")[["customer_id"]])
    assert run.table("customers")["customer_id"].tolist() == ["C0002", "C0001"]
    assert run.table("churn")["customer_id"].tolist() == ["C0002", "C0001"]


def test_what_is_a_code_already_stays_one_and_rows_as_they_were_written_are_hidden():
    codes = Codes({"Acme": "C0001"}, {"Ann": "S01"})
    left = pd.DataFrame({"customer_id": ["C0001"], "owner": ["S01"], "line": ["Acme,Ann"], "value": ["Acme"]})
    assert codes.mask(left, "left_out").loc[0].tolist() == ["C0001", "S01", "•••", "•••"]


def test_by_names_nothing_is_changed(tmp_path):
    pd.testing.assert_frame_equal(run_of(tmp_path, CUSTOMERS, privacy="names").table("customers"), CUSTOMERS)


def test_an_edition_may_be_asked_for_by_name_and_is_told_by_code(tmp_path):
    run = run_of(tmp_path, CUSTOMERS)
    assert workbench.edition_of(run, "owner:Ann").who == "S01"
    assert workbench.edition_of(run, "owner:S01").table("customers")["customer_id"].tolist() == ["8"]


def test_the_config_knows_names_and_codes_only():
    with pytest.raises(InputError, match="privacy"):
        settings.parse({"extracts": {"orders": {"source": "a.csv"}}, "privacy": "none"})
