"""What a notebook holds in its hands: the run's tables, and the ways to save, show, draw and conclude.

A finished run is read only. What a notebook opened from it writes goes to `.lab/<run>/` beside the run, so that trying
things out never changes a report. Tables are always read from the run itself.
"""

from __future__ import annotations

import json
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from segkit import schemes
from segkit.errors import InputError
from segkit.findings import Finding
from segkit.i18n import Words, parse_numbers, readable_numbers
from segkit.schemes import alerts, audiences, playbooks
from segkit.workbench.files import place, png
from segkit.workbench.keeping import Keeping
from segkit.workbench.naming import names_in_files
from segkit.workbench.showing import show_list

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    import pandas as pd
    from matplotlib.axes import Axes

    from segkit.charts.style import Labels
    from segkit.schemes import Scheme
    from segkit.schemes.alerts import Alert
    from segkit.schemes.audiences import Audience
    from segkit.schemes.playbooks import Playbook


def open_run(run_dir: str | Path, notebook: str, language: str | None = "en") -> Run:
    """The run in a folder, for one notebook; None is the run's own language. Raises InputError where there is no run."""
    folder = Path(run_dir).resolve()
    if not (folder / "manifest.json").is_file():
        raise InputError(
            f"{run_dir}: no run here (no manifest.json in {folder}). `make report` writes reports/demo; "
            "`segkit run CONFIG` writes a run of your own: set run_dir to its folder."
        )
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    words = Words(language or str(manifest["language"]))
    return Run(folder, notebook, words.also(names_in_files(folder, words)), manifest)


class Run(Keeping):
    """One run and the notebook that works on it."""

    def scheme(self, name: str) -> Scheme:
        """A tier scheme: the firm's own in `schemes/` of the run where there is one of that name, else segkit's."""
        return schemes.load(name, self.folder)

    def schemes(self) -> list[Scheme]:
        """Every tier scheme, segkit's and the firm's own, or those that the config names."""
        return [self.scheme(name) for name in self.manifest.get("schemes") or schemes.names(self.folder)]

    def audiences(self) -> list[Audience]:
        """Every target group: segkit's, and the firm's own in `schemes/audiences/` of the run."""
        own = self.folder / "schemes"
        return [audiences.load(name, own) for name in audiences.names(own)]

    def playbooks(self) -> list[Playbook]:
        """What is done for whom: segkit's playbooks, the firm's own in `schemes/playbooks/` of the run before them."""
        return playbooks.load_all(self.folder / "schemes", self.folder)

    def alert_rules(self) -> list[Alert]:
        """What is told to whom: segkit's alerts, the firm's own in `schemes/alerts/` of the run before them."""
        return alerts.load_all(self.folder / "schemes", self.folder)

    def reasons_of(self, groups: Sequence[Audience]) -> dict[str, str]:
        """Why a customer is in a target group, by group, with its columns in braces."""
        return {group.name: group.reason(self.words.language) for group in groups}

    def because(self, reasons: pd.Series) -> pd.Series:
        """Keys of reasons, parted by blanks, in words."""
        join = self.words("why.joint")
        said = [join.join(self.words(f"because.{key}") for key in str(keys).split()) for keys in reasons]
        return reasons.astype(object).mask(reasons.notna(), said) if said else reasons

    def needs(self, missing: Mapping[str, Sequence[str]]) -> pd.DataFrame:
        """What is not computed (schemes, target groups, tags), and the columns it needs, in words: one row each."""
        import pandas as pd

        join = self.words("why.joint")
        rows = [(self._named(name), join.join(self._need(c) for c in columns)) for name, columns in missing.items()]
        return pd.DataFrame(rows, columns=["name", "needs"])

    def named(self, strengths: pd.DataFrame) -> pd.DataFrame:
        """Kinds and values of customers in words. `strengths`: kind (`product`, or a scheme's name) and value (its tier)."""
        label, pairs = self.words.label, zip(strengths["kind"], strengths["value"], strict=True)
        values = [str(value) if kind == "product" else label(f"tier.{kind}", value) for kind, value in pairs]
        kinds = [label("column" if kind == "product" else "scheme", kind) for kind in strengths["kind"]]
        return strengths.assign(kind=kinds, value=values)

    def _named(self, name: str) -> str:
        """A scheme, target group or tag in words."""
        groups = [group for group in ("scheme", "audience", "alert", "tag") if f"{group}.{name}" in self.words]
        return self.words.label(groups[0], name) if groups else name

    def _need(self, columns: str) -> str:
        """A column, several of which one is enough, or a scheme's tiers, in words."""
        parts = [c.removeprefix("the table ") for c in columns.split(" or ")]
        named = [
            self._named(c.partition(".")[2]) if c.startswith(("tier.", "before.")) else self.words.label("column", c)
            for c in parts
        ]
        return self.words("why.either").join(named)

    # pictures -------------------------------------------------------------------------------------------------

    def labels(self, finding: Finding, *, unit: str = "", **counts: int) -> Labels:
        """A chart's title (the finding) and its grey line: as-of, n (`customers=812`, `orders=…`, `rows=…`), unit."""
        from segkit.charts.style import Labels

        words = self.words
        parts = [words("note.as_of", as_of=self.as_of)]
        parts += [words(f"note.n_{what}", n=int(n)) for what, n in counts.items()]
        parts += [words(f"unit.{unit}", code=self.currency)] if unit else []
        return Labels(words, self.currency, self.say(finding), "  |  ".join(parts), finding.numbers)

    def figure(self, name: str, ax: Axes, alt: str) -> None:
        """Keep a chart as `figures/<name>.png` and show it. `alt` says what kind of picture it is; its finding follows.

        A chart that had nothing to draw is said, not kept.
        """
        from IPython.display import display

        from segkit.charts.style import title_of

        if not ax.axison:
            show_list([title_of(ax)])
            return
        alt = " ".join(f"{alt} {title_of(ax)}".split())
        image = png(ax, alt)
        place(self.output / "figures" / f"{name}.png", image)
        display({"image/png": image, "text/plain": alt}, raw=True, metadata={"image/png": {"alt": alt}})

    # words ----------------------------------------------------------------------------------------------------

    def say(self, finding: Finding) -> str:
        """The sentence of a finding, in the run's language and currency."""
        return self.words(f"finding.{finding.key}", currency=self.currency, **finding.numbers)

    def show(self, frame: pd.DataFrame, *, rows: int = 12, kinds: Mapping[str, str] | None = None) -> None:
        """The first rows of a table (12 at most), in words. `kinds`: how a column is written, where it is not known."""
        from IPython.display import display

        from segkit.charts.tables import html, plain, written

        table = written(frame, self.words, self.currency, rows=min(rows, 12), kinds=kinds)
        display({"text/html": html(table, self.words), "text/plain": plain(table, self.words)}, raw=True)

    def spread(
        self, frame: pd.DataFrame, along: str, across: str, value: str, *, group: str, kinds: Mapping[str, str] | None = None
    ) -> None:
        """Show one number of a long table with a row per `along` and a column per `across`, named by the words of `group`."""
        from segkit.charts.tables import KINDS

        first = frame[across].cat.categories if frame[across].dtype == "category" else frame[across].unique()
        wide = frame.pivot(index=along, columns=across, values=value).reindex(columns=first)
        wide.columns = [self.words.label(group, name) for name in wide.columns]
        written = dict.fromkeys(wide.columns, KINDS.get(value, "number"))
        self.show(wide.reindex(frame[along].unique()).reset_index(names=along), kinds=written | dict(kinds or {}))

    def show_each(self, frame: pd.DataFrame, *, rows: int = 12) -> None:
        """The first rows of each scheme's part of a table, in words, each under the scheme's name."""
        from IPython.display import display

        from segkit.charts.tables import html, plain, written

        said: dict[str, list[str]] = {"text/html": [], "text/plain": []}
        for scheme, part in frame.groupby("scheme", observed=True, sort=False):
            table, name = written(part, self.words, self.currency, rows=rows), self.words.label("scheme", scheme)
            said["text/html"].append(f"<h4>{escape(name)}</h4>{html(table, self.words)}")
            said["text/plain"].append(f"{name}\n{plain(table, self.words)}\n")
        display({kind: "\n".join(parts) for kind, parts in said.items()}, raw=True)

    def remarks(self) -> None:
        """Show what reading the extracts had to say beside the counts (`quality_notes`)."""
        notes = self.table("quality_notes")
        said = [self.remark(n) for n in notes[["extract", "key", "numbers"]].to_dict("records")]
        show_list(said or [self.words("summary.none")])

    def remark(self, note: Mapping[Hashable, Any]) -> str:
        """One note of the extracts in words. `note`: extract, key and its numbers, flat or as JSON text in `numbers`."""
        flat = {str(k): v for k, v in note.items() if k != "numbers"}
        numbers = {"currency": self.currency} | flat | parse_numbers(note.get("numbers"))
        return self.words(f"note_of.{note['key']}", **(numbers | {"extract": f"extract.{note['extract']}"}))

    def reasons(self, scheme: Scheme, cuts: Mapping[str, Any]) -> dict[str, str]:
        """Why a customer is in a tier, by tier, in words. `cuts`: those of the scheme's bands as measured."""
        return schemes.reasons(scheme, self.words, cuts, currency=self.currency)

    def cuts(self, by_letter: Mapping[str, float | Sequence[float]]) -> pd.DataFrame:
        """Cuts of R, F and M as a table in words: one row per measure, one column per cut."""
        import numpy as np
        import pandas as pd

        def said(letter: str, value: float) -> str:
            return self.words.money(value, self.currency) if letter == "m" else self.words.number(value, int(value % 1 > 0))

        rows = [
            {"measure": letter} | {f"cut {i}": said(letter, cut) for i, cut in enumerate(np.atleast_1d(cuts).tolist(), 1)}
            for letter, cuts in by_letter.items()
        ]
        return pd.DataFrame(rows)

    def findings_table(self) -> pd.DataFrame:
        """What all notebooks of the run found: notebook, severity, sentence."""
        import pandas as pd

        files = sorted(f.stem for f in (self.folder / "findings").glob("*.json"))
        rows = [(name, f.severity, self.say(f)) for name in files for f in self.found(name)]
        return pd.DataFrame(rows, columns=["notebook", "severity", "sentence"])

    def found(self, notebook: str | None = None) -> list[Finding]:
        """The findings kept by a notebook of the run, or by all of them in the order of their names."""
        files = sorted((self.folder / "findings").glob(f"{notebook or '*'}.json"))
        return [Finding(**kept) for file in files for kept in json.loads(file.read_text(encoding="utf-8"))]

    def check(self, left: float, right: float, *, money: bool = False) -> None:
        """Show that two totals agree (money to the hundredth). Raises ValueError where they do not."""
        said = [self.words.money(x, self.currency, compact=False) if money else self.words.number(x) for x in (left, right)]
        if abs(left - right) >= 0.01:
            raise ValueError(f"{left} is not {right}: these totals must agree")
        show_list([self.words("check.equal", left=said[0], right=said[1])])

    def tell(self, found: Sequence[Finding]) -> None:
        """Show the sentences of findings."""
        show_list([self.say(f) for f in found])

    def conclude(self, found: Sequence[Finding]) -> None:
        """Keep this notebook's findings as `findings/<notebook>.json`, and show their sentences."""
        kept = [{"key": f.key, "numbers": readable_numbers(f.numbers), "severity": f.severity} for f in found]
        text = json.dumps(kept, ensure_ascii=False, indent=1, allow_nan=True)
        place(self.output / "findings" / f"{self.notebook}.json", text.encode())
        self.tell(found)
