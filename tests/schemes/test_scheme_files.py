"""A scheme file is proven when it is loaded, and a firm's own goes before segkit's."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.resources import files

import jsonschema
import pytest
import yaml
from pydantic import ValidationError

from segkit import schemes
from segkit.crm import computed
from segkit.errors import InputError
from segkit.i18n import LANGUAGES, Words
from segkit.schemes import Scheme

SOUND = {
    "name": "s", "en": "S", "zh": "S", "source": "here", "needs": ["frequency"], "otherwise": "not_placed",
    "tiers": [{"key": "a", "en": "A", "zh": "A", "when": {"frequency": {"min": 1}}}],
}  # fmt: skip


def tier(when, **more):
    return {"key": "a", "en": "A", "zh": "A", "when": when} | more


def own(folder, text, name="s"):
    (folder / "schemes").mkdir(exist_ok=True)
    (folder / "schemes" / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"otherwise": "nobody"}, 'no tier "nobody"'),
        ({"needs": []}, "not listed under needs"),
        ({"extra": 1}, "Extra inputs"),
        ({"tiers": [tier({"frequency": {}})]}, "a condition needs min"),
        ({"tiers": [tier({})]}, "a rule names no column"),
        ({"tiers": []}, "a scheme needs tiers"),
        ({"tiers": SOUND["tiers"] * 2}, "stands twice"),
        ({"tiers": [tier({"frequenzy": {"min": 1}})], "needs": ["frequenzy"]}, r'"frequenzy" \(did you mean "frequency"\?\)'),
        ({"tiers": [tier({"country": {"min": 1}})], "needs": ["country"]}, "is of kind text"),
        ({"tiers": [tier({"country": True})], "needs": ["country"]}, "is of kind text"),
        ({"tiers": [tier({"frequency": {"in": [True]}})]}, "put the word in quotes"),
        ({"among": {"frequency": {"min": 1}}}, "left_out"),
        ({"kind": "shares"}, "kind shares needs of"),
        ({"tiers": [tier(None, share=0.5)]}, 'tier "a" needs when'),
        ({"columns": {"x": {"ratio": ["frequency", "monetary"], "sum": ["frequency"]}}}, "a derived column is one of"),
        ({"columns": {"x": {"band": {"of": "frequency", "cuts": [9, 1], "names": ["a", "b", "c"]}}}}, "cuts must rise"),
        ({"columns": {"x": {"band": {"of": "frequency", "cuts": [1], "names": ["a"]}}}}, "in 2 parts needs 2 names"),
        ({"columns": {"x": {"band": {"of": "frequency", "names": ["a"]}}}}, "one of cuts, quantiles, at"),
        (
            {"columns": {"x": {"sum": ["frequency"]}}, "among": {"x": {"min": 1}}, "left_out": {"en": "-", "zh": "-"}},
            "is derived",
        ),
        ({"columns": {"x": {"rank_share": "y"}, "y": {"sum": ["frequency"]}}}, 'reads "y", which is derived after it'),
        (
            {
                "columns": {"x": {"band": {"of": "frequency", "cuts": [1], "names": ["low", "high"]}}},
                "tiers": [tier({"x": ["low", "hihg"]})],
            },
            '"hihg" is no name of the band x; it has low, high',
        ),
        ({"kind": "points", "indicators": [{"column": "frequency", "group": "g", "weight": 1}]}, "one of bands, scores, range"),
    ],
)
def test_a_broken_scheme_is_refused(change, message):
    assert Scheme(**SOUND).names("en") == {"a": "A"}
    with pytest.raises(ValidationError, match=message):
        Scheme(**(SOUND | change))


def test_an_unknown_scheme_names_those_there_are():
    with pytest.raises(InputError, match=r'no scheme "rfm8".*rfm_8'):
        schemes.load("rfm8")


def test_a_missing_otherwise_is_an_error_with_the_file():
    with pytest.raises(InputError, match=r's.yaml: "otherwise" is missing'):
        schemes.parse({k: v for k, v in SOUND.items() if k != "otherwise"}, file="s.yaml")


@pytest.mark.parametrize(
    "second",
    [
        {"frequency": {"min": 2}},
        {"any": [{"frequency": {"min": 1, "max": 3}}, {"frequency": {"above": 3}}]},
        {"frequency": {"min": 1}, "monetary": {"min": 5}},
        {"frequency": {"above": 5, "below": 6}},  # no whole number of orders lies there
    ],
)
def test_a_tier_that_no_customer_can_reach_is_an_error(second):
    listed = [*SOUND["tiers"], {"key": "b", "en": "B", "zh": "B", "when": second}]
    with pytest.raises(InputError, match=r'tier "b" can never be reached: the tiers before it take all'):
        schemes.parse(SOUND | {"tiers": listed, "needs": ["frequency", "monetary"]}, file="s.yaml")


def test_a_tier_is_unreachable_only_if_all_those_before_it_together_take_its_customers():
    halves = [("low", {"frequency": {"max": 3}}), ("high", {"frequency": {"min": 4}}), ("rest", {"frequency": {"known": True}})]
    listed = [{"key": k, "en": k, "zh": k, "when": w} for k, w in halves]
    with pytest.raises(InputError, match='tier "rest"'):
        schemes.parse(SOUND | {"tiers": listed}, file="s.yaml")
    listed[1]["when"] = {"frequency": {"min": 5}}
    assert schemes.parse(SOUND | {"tiers": listed}, file="s.yaml").names("en")["rest"] == "rest"


def test_the_audit_tells_overlaps_and_the_cells_left_to_otherwise():
    listed = [("a", {"frequency": {"min": 5}}), ("b", {"monetary": {"min": 100}, "frequency": {"min": 1}})]
    raw = SOUND | {"tiers": [{"key": k, "en": k, "zh": k, "when": w} for k, w in listed], "needs": ["frequency", "monetary"]}
    audit = schemes.audit(schemes.parse(raw, file="s.yaml"))
    assert audit.overlaps == (("a", "b"),)
    assert audit.left == (
        {"frequency": ("0", "1–<5", "unknown"), "monetary": ("< 100", "unknown")},
        {"frequency": ("0", "unknown"), "monetary": ("≥ 100",)},
    )


def test_the_audit_of_a_full_grid_leaves_only_the_unknown():
    left = schemes.audit(schemes.load("rfm_8")).left
    assert all("unknown" in {value for values in cells.values() for value in values} for cells in left)
    assert schemes.audit(schemes.load("deal_size")).left == ()


def test_every_scheme_that_segkit_brings_has_names_in_both_languages_and_is_sound():
    assert len(schemes.names()) == 26
    for scheme in map(schemes.load, schemes.names()):
        assert scheme.source
        assert len(set(scheme.names("en").values())) == len(scheme.tiers) == len(set(scheme.names("zh").values()))
        audit = schemes.audit(scheme)
        assert audit.complete
        assert audit.unreachable == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_scheme_can_be_told_in_words_without_a_bare_column_name(language):
    words = Words(language)
    for scheme in map(schemes.load, schemes.names()):
        text = "\n".join(schemes.describe(scheme, words)[1:])
        assert scheme.names(language).items() <= {k: v for k, v in scheme.names(language).items() if v in text}.items()
        raw = {c for c in scheme.used if "_" in c and c not in scheme.parameters} - {scheme.of}
        assert [c for c in raw if c in text] == []


def test_a_firms_own_scheme_goes_before_segkits_and_adds_to_it(tmp_path):
    text = yaml.safe_dump(SOUND | {"name": "mine", "own": ["colour"], "needs": ["colour"], "tiers": [tier({"colour": "red"})]})
    own(tmp_path, text, "mine")
    own(tmp_path, yaml.safe_dump(SOUND | {"name": "rfm_8"}), "rfm_8")
    assert set(schemes.names(tmp_path)) - set(schemes.names()) == {"mine"}
    assert schemes.load("mine", tmp_path).rules[0].when["colour"].in_ == ("red",)
    assert len(schemes.load("rfm_8", tmp_path).tiers) == 1
    assert len(schemes.load("rfm_8").tiers) == 8


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name: other\nextends: rfm_8\n", 'its name is "other"; call it "s"'),
        ("name: s\nextends: rfm_9\n", 'segkit brings no scheme "rfm_9"'),
        ("name: s\nextends: abcd_key_person\nparameters: {a_day: 3}\n", 'has no parameter "a_day"; it has a_days'),
        ("name: s\nextends: rfm_8\ncolums: {}\n", 'unknown key "colums"'),
        ("[1]", "a scheme is a mapping"),
        ("a: [", "not readable as YAML"),
        (yaml.safe_dump(SOUND | {"tiers": [tier({"frequency": {"min": "$least"}})]}), 'no parameter "least"'),
    ],
)
def test_a_fault_in_a_firms_file_names_the_file_and_the_remedy(tmp_path, text, message):
    with pytest.raises(InputError, match=rf"schemes/s\.yaml.*{message}"):
        schemes.load("s", own(tmp_path, text))


def test_the_json_schema_that_travels_with_the_schemes_is_current():
    kept = (files("segkit.schemes") / "scheme.schema.json").read_text(encoding="utf-8")
    assert kept == schemes.json_schema(), "write it anew: segkit schemes --json-schema > src/segkit/schemes/scheme.schema.json"
    form = json.loads(kept)
    assert {"name", "tiers", "otherwise"} <= set(form["properties"])


def test_every_file_that_segkit_brings_fits_the_json_schema_and_a_misspelt_key_does_not():
    form = json.loads(schemes.json_schema())
    for path in files("segkit.schemes").iterdir():
        if path.name.endswith(".yaml"):
            jsonschema.validate(yaml.safe_load(path.read_text(encoding="utf-8")), form)
    jsonschema.validate({"name": "s", "extends": "rfm_8"}, form)
    with pytest.raises(jsonschema.ValidationError, match="colums"):
        jsonschema.validate(SOUND | {"colums": {}}, form)


def test_every_column_that_the_extracts_are_measured_into_is_known_to_schemes():
    assert sorted(computed.NAMES - set(schemes.model.COLUMNS)) == []


def segkit(*arguments):
    command = [sys.executable, "-m", "segkit.cli", "schemes", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_command_lists_schemes_prints_one_and_refuses_another(tmp_path):
    assert [line.split()[0] for line in segkit().stdout.splitlines()] == schemes.names()
    assert "(extended: few small orders and cooling" in segkit("rfm_matrix").stdout
    assert "核心价值客户 (core)" in segkit("rfm_matrix", "--lang", "zh").stdout
    assert json.loads(segkit("--json-schema").stdout)["title"] == "segkit tier scheme"
    refused = segkit("rfm_9")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert 'no scheme "rfm_9"' in refused.stderr


def test_the_command_shows_a_firms_own_beside_its_config(tmp_path):
    own(tmp_path, "name: s\nextends: abcd_key_person\nparameters: {a_days: 3}\n")
    (tmp_path / "segkit.yaml").write_text("", encoding="utf-8")
    assert "Parameter a_days: 3" in segkit("s", "--config", str(tmp_path / "segkit.yaml")).stdout
