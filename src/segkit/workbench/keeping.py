"""Models and schemes that a notebook leaves in the run: plain data under `models/`, for a later run to take up."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import yaml

from segkit import schemes
from segkit.i18n import LANGUAGES, Words
from segkit.workbench.files import place
from segkit.workbench.history import History
from segkit.workbench.naming import cluster_name

if TYPE_CHECKING:
    import pandas as pd

    from segkit.schemes import Scheme

MODELS, EARLIER = "models", "earlier"


class Keeping(History):
    """The part of a run that keeps models and schemes beside its tables."""

    def keep_json(self, name: str, content: Mapping[str, Any]) -> None:
        """Keep plain data as `models/<name>.json`."""
        text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
        place(self.output / MODELS / f"{name}.json", text.encode())

    def kept_json(self, name: str) -> dict[str, Any] | None:
        """What an earlier run kept under that name: `models/earlier/<name>.json`, which a run finds in its folder where there
        was one of an earlier day; None where there was none."""
        file = self.folder / MODELS / EARLIER / f"{name}.json"
        return dict(json.loads(file.read_text(encoding="utf-8"))) if file.is_file() else None

    def keep_scheme(self, content: Mapping[str, Any]) -> Scheme:
        """Keep a scheme as `models/schemes/<name>.yaml`, load it as the tier engine does, and return it. Put that file into
        `schemes/` beside the config, and the next run assigns its tiers. Raises InputError where it is not sound."""
        text = yaml.safe_dump(dict(content), allow_unicode=True, sort_keys=False, default_flow_style=None, width=120)
        name = str(content["name"])
        place(self.output / MODELS / "schemes" / f"{name}.yaml", text.encode())
        return schemes.load(name, self.output / MODELS)

    def keep_schemes(self, contents: Sequence[Mapping[str, Any]]) -> list[Scheme]:
        """Each of them, see `keep_scheme`."""
        return [self.keep_scheme(content) for content in contents]

    def in_each(self, **keys: str) -> dict[str, dict[str, str]]:
        """Texts in every language, as scheme files hold them: `title="scheme.clusters"` → {title: {en: …, zh: …}}."""
        spoken = {language: Words(language) for language in LANGUAGES}
        return {name: {language: words(key) for language, words in spoken.items()} for name, key in keys.items()}

    def cluster_names(self, names: Mapping[int, str]) -> dict[int, dict[str, str]]:
        """cluster_id → its name in every language. `names`: cluster_id → the key of its profile."""
        spoken = {language: Words(language) for language in LANGUAGES}
        return {one: {lang: cluster_name(key, words) for lang, words in spoken.items()} for one, key in names.items()}

    def spoken_rules(self, table: pd.DataFrame, kept: Sequence[Scheme]) -> pd.DataFrame:
        """Rules of clusters in words: cluster, rule, customers, precision. `table`: cluster, cluster_id, customers, precision,
        a row per rule; `kept`: the scheme that holds them."""
        texts = [schemes.reasons(one, self.words, {}, currency=self.currency) for one in kept]
        said = {key: text for some in texts for key, text in some.items()}
        part = table.groupby("cluster_id").cumcount()
        keys = [f"cluster_{one}.{number}" for one, number in zip(table["cluster_id"], part, strict=True)]
        return table.assign(rule=list(self._texts(keys, said)))[["cluster", "rule", "customers", "precision"]]

    def _texts(self, keys: list[str], said: Mapping[str, str]) -> Iterator[str]:
        for key in keys:
            yield said.get(key, said.get(key.partition(".")[0], key))
