"""The one look of charts, pages and mail: colours, fonts, and the frame every chart stands in.

White ground, near-black text, greys for context, one accent for the point, a second hue only for risk.
Categories take Okabe & Ito's colours, which stay apart for colour-blind readers; a tier keeps its colour everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from segkit.i18n import Words

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

INK = "#1b1f24"
GREY = "#667079"
PALE = "#c9ced3"
RULE = "#e4e7ea"
PAPER = "#ffffff"
ACCENT = "#0072b2"
WASH = "#e8f1f7"
RISK = "#c2410c"
GOOD = "#00795a"

COLOURS = {
    "ink": INK,
    "grey": GREY,
    "pale": PALE,
    "rule": RULE,
    "paper": PAPER,
    "accent": ACCENT,
    "wash": WASH,
    "risk": RISK,
    "good": GOOD,
}
CATEGORIES = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#8a7d00", "#555555")

TIERS = {
    # a pair of tiers shares a hue: full where the customers are important, light where they are general
    "important_champion": "#0072b2",
    "important_develop": "#009e73",
    "important_keep": "#e69f00",
    "important_win_back": "#d55e00",
    "general_champion": "#8fc1e0",
    "general_develop": "#8ad3bd",
    "general_keep": "#f5d38b",
    "general_win_back": "#f0b48c",
    # the segments of the R, F, M grid
    "core": "#0072b2",
    "growth": "#009e73",
    "loyal": "#56b4e9",
    "save": "#d55e00",
    "developing": "#e69f00",
    "new": "#cc79a7",
    "reactivate": "#a3abb2",
    # shares of contribution, from the dark top to the pale bottom
    "top": "#003a5d",
    "high": "#0072b2",
    "middle": "#56b4e9",
    "bottom": "#c9ced3",
    # the ladder: customers in blue, prospects from green to grey
    "KA": "#0072b2",
    "ordered": "#8fc1e0",
    "A": "#009e73",
    "B": "#8ad3bd",
    "C": "#e69f00",
    "D": "#f5d38b",
    "E": "#c9ced3",
    "negotiating": "#009e73",
    "prospect": "#c9ced3",
}

WIDTH = 6.4  # inches; 600 px on a page
FONT = "Noto Sans CJK SC"


@dataclass(frozen=True)
class Labels:
    """What is written on a chart: the finding as `title`, its `numbers`, the grey line `note`; how words and money are said."""

    words: Words
    currency: str
    title: str
    note: str = ""
    numbers: Mapping[str, Any] = field(default_factory=dict)

    def money(self, value: float, _: Any = None) -> str:
        """Compact money, as Matplotlib's tick formatters call it."""
        return self.words.money(value, self.currency)

    def number(self, value: float, _: Any = None) -> str:
        return self.words.number(value, 0 if float(value).is_integer() else 1)

    def percent(self, value: float, _: Any = None) -> str:
        return self.words.percent(value)


def tier_colours(tiers: list[str]) -> dict[str, str]:
    """Each tier's colour: its own where it has one, else the next category colour in the order of the scheme."""
    free = [c for c in CATEGORIES if c not in {TIERS.get(t) for t in tiers}] or list(CATEGORIES)
    others = [t for t in tiers if t not in TIERS]
    return {t: TIERS[t] if t in TIERS else free[others.index(t) % len(free)] for t in tiers}


def css_variables() -> str:
    """The colours as CSS custom properties, for pages and mail."""
    tiers = {f"tier-{name.replace('_', '-')}": colour for name, colour in TIERS.items()}
    return ":root{" + "".join(f"--{name}:{value};" for name, value in (COLOURS | tiers).items()) + "}"


@cache
def register_font() -> None:
    """Make the CJK font known to Matplotlib (the process keeps it; no setting changes)."""
    from matplotlib import font_manager
    from noto_cjk_sans_otc import FONT_PATH

    font_manager.fontManager.addfont(str(FONT_PATH))


_SETTINGS: Any = {
    "font.family": [FONT, "DejaVu Sans"],
    "font.size": 9,
    "text.color": INK,
    "text.parse_math": False,
    "figure.facecolor": PAPER,
    "axes.facecolor": PAPER,
    "axes.edgecolor": PALE,
    "axes.labelcolor": GREY,
    "axes.labelsize": 9,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.unicode_minus": False,
    "axes.formatter.useoffset": False,
    "grid.color": RULE,
    "grid.linewidth": 0.7,
    "xtick.color": PALE,
    "ytick.color": PALE,
    "xtick.labelcolor": GREY,
    "ytick.labelcolor": GREY,
    "xtick.labelsize": 8.5,
    "ytick.labelsize": 8.5,
    "xtick.major.size": 3,
    "ytick.major.size": 0,
    "legend.frameon": False,
    "legend.fontsize": 8.5,
    "lines.linewidth": 1.8,
    "patch.linewidth": 0,
}


@contextmanager
def house() -> Iterator[None]:
    """The house style, for a `with` block or as a decorator; outside it Matplotlib is as it was."""
    import matplotlib as mpl

    register_font()
    with mpl.rc_context(_SETTINGS):
        yield


def canvas(ax: Axes | None, labels: Labels, *, height: float = 3.4) -> Axes:
    """The Axes to draw on, under its title and grey line: a new figure `height` inches high, or the one given."""
    if ax is not None:
        ax.set_title(wrap(f"{labels.title}\n{labels.note}", 68).strip(), loc="left", fontsize=9)
        return ax
    from matplotlib.figure import Figure

    title = wrap(labels.title, 76 if labels.words.language == "zh" else 80)
    head = 0.1 + 0.235 * (title.count("\n") + 1) + 0.24 * bool(labels.note)
    height += head
    figure = Figure(figsize=(WIDTH, height))
    figure.set_layout_engine("constrained", rect=(0, 0, 1, 1 - head / height), w_pad=0.06, h_pad=0.05)
    text = figure.text(0.01, 1 - 0.06 / height, title, fontsize=11.5, va="top", linespacing=1.25, gid="title")
    emphasise(text)
    note_at = 1 - (head - 0.2) / height
    figure.text(0.01, note_at, labels.note, fontsize=8.5, color=GREY, va="center", gid="note")
    return figure.subplots()


def title_of(ax: Axes) -> str:
    """The finding that stands above a chart, on one line."""
    figure = ax.get_figure()
    texts = [t.get_text() for t in figure.texts if t.get_gid() == "title"] if figure else []
    return " ".join((texts or [ax.get_title(loc="left")])[0].split())


def wrap(text: str, width: int) -> str:
    """Lines of at most `width` Latin characters; a Chinese one counts two and may be followed by a break."""
    import re
    import unicodedata

    lines, room = [""], width
    for piece in re.findall(r"[⺀-鿿＀-￯][，。；：、）]?|\S+?(?=[⺀-鿿＀-￯])[万亿]?[，。；：、）]?|\S+\s*|\s+", text):
        size = sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in piece.rstrip())
        if size > room and lines[-1]:
            lines.append("")
            room = width
        lines[-1] += piece
        room -= size + (len(piece) - len(piece.rstrip()))
    return "\n".join(line.rstrip() for line in lines)


def short(text: str, width: int) -> str:
    """One line of at most `width` Latin characters (a Chinese one counts two), cut with an ellipsis: room for any name."""
    import unicodedata

    line, room = "", width - 1
    text = " ".join(text.split())
    for character in text:
        room -= 2 if unicodedata.east_asian_width(character) in "WF" else 1
        if room < 0 and len(line) < len(text) - 1:
            return line.rstrip() + "…"
        line += character
    return line


def emphasise(text: Any, *, width: float = 0.35) -> Any:
    """A heavier stroke for a text, since the font comes in one weight."""
    from matplotlib import patheffects

    text.set_path_effects([patheffects.withStroke(linewidth=width, foreground=text.get_color())])
    return text


def sheet(ax: Axes | None, labels: Labels, rows: pd.DataFrame, *, row: float) -> Axes:
    """The Axes, `row` inches for each row; without rows a strip that holds nothing."""
    ax = canvas(ax, labels, height=0.3 if rows.empty else 0.75 + row * len(rows))
    if rows.empty:
        ax.set_axis_off()
    return ax


def beside(ax: Axes, x: float, y: float, text: str, *, color: str = INK) -> None:
    """A text to the right of a bar's end."""
    ax.annotate(text, (x, y), (4, 0), textcoords="offset points", va="center", fontsize=8.5, color=color)


def row_names(ax: Axes, names: list[str]) -> None:
    """Names of the rows of a chart, the first on top."""
    ax.set_yticks(range(len(names)), [wrap(str(name), 30) for name in names])
    ax.set_ylim(len(names) - 0.45, -0.55)
    ax.tick_params(axis="y", labelcolor=INK, labelsize=9)
    ax.spines["left"].set_visible(False)


def parted(places: Sequence[float], *, least: float) -> list[float]:
    """Places along an axis moved apart until no two are nearer than `least`, in their order, each as near as may be: where
    labels stand that would cover each other."""
    groups: list[tuple[float, list[int]]] = []
    for i in sorted(range(len(places)), key=lambda i: places[i]):
        middle, members = float(places[i]), [i]
        while groups and middle - groups[-1][0] < least * (len(members) + len(groups[-1][1])) / 2:
            before, others = groups.pop()
            middle = (before * len(others) + middle * len(members)) / (len(others) + len(members))
            members = [*others, *members]
        groups.append((middle, members))
    found = [0.0] * len(places)
    for middle, members in groups:
        for k, i in enumerate(members):
            found[i] = middle + least * (k - (len(members) - 1) / 2)
    return found
