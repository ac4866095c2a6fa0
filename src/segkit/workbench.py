"""What a notebook holds in its hands: the run's tables, and the ways to save, show, draw and conclude.

A finished run is read only. What a notebook opened from it writes goes to `.lab/<run>/` beside the run, so that trying
things out never changes a report. Tables are always read from the run itself.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from segkit import schemes
from segkit.errors import InputError
from segkit.findings import Finding
from segkit.i18n import Words, parse_numbers, readable_numbers
from segkit.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    import pandas as pd
    from matplotlib.axes import Axes

    from segkit.charts.style import Labels
    from segkit.schemes import Condition, Scheme

DPI = 160


def open_run(run_dir: str | Path, notebook: str, language: str = "en") -> Run:
    """The run in a folder, for one notebook. Raises InputError where there is none."""
    folder = Path(run_dir).resolve()
    if not (folder / "manifest.json").is_file():
        raise InputError(
            f"{run_dir}: no run here (no manifest.json in {folder}). `make report` writes reports/demo; "
            "`segkit run CONFIG` writes a run of your own: set run_dir to its folder."
        )
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return Run(folder, notebook, Words(language).also(_scheme_names(language)), manifest)


def _scheme_names(language: str) -> dict[str, str]:
    """The names that scheme files give themselves and their tiers."""
    names = {}
    for scheme in map(schemes.load, schemes.names()):
        names[f"scheme.{scheme.name}"] = scheme.zh if language == "zh" else scheme.en
        names |= {f"tier.{scheme.name}.{key}": name for key, name in scheme.names(language).items()}
    return names


@dataclass(frozen=True)
class Run:
    """One run and the notebook that works on it."""

    folder: Path
    notebook: str
    words: Words
    manifest: Mapping[str, Any]

    @property
    def as_of(self) -> dt.date:
        """Everything before this day counts."""
        return dt.date.fromisoformat(self.manifest["as_of"])

    @property
    def month_of_as_of(self) -> pd.Timestamp:
        """The first day of the month in which as-of lies: months from it on are not over."""
        import pandas as pd

        return pd.Timestamp(self.as_of).replace(day=1)

    @property
    def currency(self) -> str:
        return str(self.manifest["currency"])

    @property
    def title(self) -> str:
        return str(self.manifest["title"])

    @property
    def max_left_out(self) -> float:
        """The share of unreadable or unvalued rows above which the run stops."""
        return float(self.manifest.get("max_left_out", Settings.model_fields["max_left_out"].default))

    @property
    def rows_in(self) -> dict[str, int]:
        """Rows read, by extract."""
        return {extract: int(rows["in"]) for extract, rows in self.manifest["rows"].items()}

    @property
    def output(self) -> Path:
        """Where this notebook writes: the run while it is being made, `.lab/` beside it once it is done."""
        done = self.manifest.get("status") == "done"
        return self.folder.parent / ".lab" / self.folder.name if done else self.folder

    # tables ---------------------------------------------------------------------------------------------------

    def has(self, name: str) -> bool:
        """Whether the run has a table of that name."""
        return (self.folder / "tables" / f"{name}.parquet").is_file()

    def table(self, name: str) -> pd.DataFrame:
        """A table of the run; dates as datetime64. Raises InputError where there is none."""
        import pandas as pd

        path = self.folder / "tables" / f"{name}.parquet"
        if not path.is_file():
            names = ", ".join(sorted(p.stem for p in path.parent.glob("*.parquet"))) or "none yet"
            raise InputError(f'{self.folder.name}: no table "{name}". The run has: {names}. Run the notebook that makes it.')
        return _dates_as_datetime(pd.read_parquet(path))

    def save(self, name: str, frame: pd.DataFrame) -> None:
        """Keep a table in the run as `tables/<name>.parquet`."""
        _place(self.output / "tables" / f"{name}.parquet", _parquet(frame))

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
        """Keep a chart as `figures/<name>.png` and show it. `alt` says what kind of picture it is; its finding follows."""
        from IPython.display import display

        from segkit.charts.style import title_of

        alt = " ".join(f"{alt} {title_of(ax)}".split())
        image = _png(ax, alt)
        _place(self.output / "figures" / f"{name}.png", image)
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

    def remarks(self) -> None:
        """Show what reading the extracts had to say beside the counts (`quality_notes`)."""
        notes = self.table("quality_notes")
        said = [self.remark(n) for n in notes[["extract", "key", "numbers"]].to_dict("records")]
        _list(said or [self.words("summary.none")])

    def remark(self, note: Mapping[Hashable, Any]) -> str:
        """One note of the extracts in words. `note`: extract, key and its numbers, flat or as JSON text in `numbers`."""
        flat = {str(k): v for k, v in note.items() if k != "numbers"}
        numbers = {"currency": self.currency} | flat | parse_numbers(note.get("numbers"))
        return self.words(f"note_of.{note['key']}", **(numbers | {"extract": f"extract.{note['extract']}"}))

    def reasons(self, scheme: Scheme, numbers: Mapping[str, float]) -> dict[str, str]:
        """Why a customer is in a tier, by tier: its conditions in words, with the cuts in `numbers` (by letter)."""
        words, said = self.words, {"not_placed": self.words("why.not_placed")}
        for tier in scheme.tiers:
            parts = [
                _condition(words, column, c, dict(numbers) | {"currency": self.currency}) for column, c in tier.when.items()
            ]
            said[tier.key] = words("why.joint").join(parts)
        return said

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
        _list([self.words("check.equal", left=said[0], right=said[1])])

    def tell(self, found: Sequence[Finding]) -> None:
        """Show the sentences of findings."""
        _list([self.say(f) for f in found])

    def conclude(self, found: Sequence[Finding]) -> None:
        """Keep this notebook's findings as `findings/<notebook>.json`, and show their sentences."""
        kept = [{"key": f.key, "numbers": readable_numbers(f.numbers), "severity": f.severity} for f in found]
        text = json.dumps(kept, ensure_ascii=False, indent=1, allow_nan=True)
        _place(self.output / "findings" / f"{self.notebook}.json", text.encode())
        self.tell(found)


def _condition(words: Words, column: str, condition: Condition, numbers: Mapping[str, Any]) -> str:
    """One condition of a tier: its own sentence where there is one, else column and range."""
    if condition.in_ and all(f"why.{column}.{value}" in words for value in condition.in_):
        return " / ".join(words(f"why.{column}.{value}", **numbers) for value in condition.in_)
    low = [] if condition.min is None else [f"≥ {words.number(condition.min, 0 if condition.min % 1 == 0 else 2)}"]
    high = [] if condition.max is None else [f"≤ {words.number(condition.max, 0 if condition.max % 1 == 0 else 2)}"]
    return f"{words.label('column', column)} {' / '.join([*low, *high, *(condition.in_ or ())])}"


def as_markdown(text: str) -> str:
    """Text with the signs of markdown and HTML made harmless."""
    return re.sub(r"([\\`*_\[\]<>&$#|~])", r"\\\1", text)


def _list(sentences: Sequence[str]) -> None:
    """Show sentences as a list."""
    from IPython.display import display

    text = "\n".join(f"- {as_markdown(s)}" for s in sentences)
    display({"text/markdown": text, "text/plain": "\n".join(f"- {s}" for s in sentences)}, raw=True)


def _place(path: Path, content: bytes) -> None:
    """Write a file whole: beside its place first, then moved there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.part")
    draft.write_bytes(content)
    draft.replace(path)


def _parquet(frame: pd.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.to_parquet(buffer, index=False)
    return buffer.getvalue()


def _dates_as_datetime(frame: pd.DataFrame) -> pd.DataFrame:
    """Parquet's dates arrive as objects; as datetime64 they can be computed with."""
    import pandas as pd

    days = {
        name: pd.to_datetime(frame[name])
        for name in frame.select_dtypes("object").columns
        if (first := frame[name].first_valid_index()) is not None and isinstance(frame.at[first, name], dt.date)
    }
    return frame.assign(**days)


def _png(ax: Axes, alt: str) -> bytes:
    """The chart as PNG, the same bytes each time, with the alt text inside as its description."""
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    from segkit.charts.style import house

    drawn, small, info = io.BytesIO(), io.BytesIO(), PngInfo()
    with house():
        ax.get_figure().savefig(drawn, format="png", dpi=DPI)  # type: ignore[union-attr]
    info.add_itxt("Description", alt)
    palette = Image.open(drawn).convert("RGB").quantize(128, dither=Image.Dither.NONE)
    palette.save(small, format="PNG", optimize=True, pnginfo=info)
    return small.getvalue()
