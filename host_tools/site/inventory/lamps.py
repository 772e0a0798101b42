"""The lamps of a pole, from the words in a city's list, and the luminaire type that results."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from host_tools.site.inventory.numbers import number
from host_tools.site.luminaires import RATED_MOST_W

GUESS_W = 60  # of a lamp of which nothing is known: a common size, and never sent to a pole

# kind: words it is known by, lumens a watt, what the ballast adds, whether a driver dims it.  Lumens a watt are usual
# catalogue values; a ballast takes 10 to 15 % of a discharge lamp's power (IEC 60923 lists them by type).
_KINDS = {
    "led": (r"led|solar|엘이디|ＬＥＤ|एलईडी", 125, 0.0, True),
    "hps": (
        r"hps|hpsv|shp\b|son\b|son-?t|sodium|nav|vsap|na\b|sodio|나트륨|ナトリウム|सोडियम|lps|sox",
        100,
        0.12,
        False,
    ),
    "mh": (
        r"metal|métal|halide|iodure|halogenuro|\bmh\b|mhl|cdm|cpo|cmh|hqi|halogen-?metall|메탈|メタル|हैलाइड",
        90,
        0.12,
        False,
    ),
    "mv": (r"mercury|\bmv\b|hpmv|hpl\b|hql|mercurio|mercure|ballon|quecksilber|수은|水銀|मरकरी", 50, 0.12, False),
    "cfl": (
        r"cfl|compact|fluo|tube|\bt5\b|\bt8\b|\bftl\b|\btl\b|leuchtstoff|형광|삼파장|蛍光|ट्यूब|सीएफएल",
        65,
        0.12,
        False,
    ),
    "ind": (r"induction|\bind\b|무전극", 75, 0.05, False),
    "inc": (r"incandescent|\binc\b|\bgls\b|halogen|glüh|백열|白熱|बल्ब", 15, 0.0, True),
}
# kind: technology and driver as `site.toml` has them, where they are not those of an LED with constant power.  A
# mercury lamp strikes and warms up as slowly as one with metal halides; fluorescent tubes and bulbs follow the voltage.
_TECHNOLOGIES = {
    "hps": ("hps", ""), "mh": ("mh", ""), "mv": ("mh", ""), "cfl": ("", "follows-voltage"),
    "inc": ("", "follows-voltage"),
}  # fmt: skip
_WORDS = {kind: re.compile(facts[0], re.IGNORECASE) for kind, facts in _KINDS.items()}
_SEVERAL = re.compile(
    r"(?<![\d.])(\d{1,2})\s*(?:[x×*]|nos?\.?\s*(?:of\s*)?)\s*(\d{1,4}(?:[.,]\d+)?)\s*(?:w|watt|वाट|와트)?", re.I
)
_WATTS = re.compile(
    r"(?<![\d.,])(\d{1,4}(?:[.,]\d+)?)\s*[-_ ]?(?:w\b|watts?|wt\b|वाट|वॉट|와트|ワット|w(?=[^a-z]))", re.I
)
_BARE = re.compile(r"(?<![\d.])(\d{2,3})(?![\d.]|\s*(?:k|lm|v|ft|m)\b)", re.I)

# level %, share of the power, power factor: a driver that dims, as those of Sagar's luminaires do
_DIMMED = (
    (0, 0.006, 0.10),
    (10, 0.132, 0.60),
    (25, 0.277, 0.72),
    (50, 0.516, 0.85),
    (75, 0.756, 0.94),
    (100, 1.0, 0.98),
)
_STEADY = ((0, 0.004, 0.10), (10, 1.0, 0.90), (100, 1.0, 0.90))  # a ballast that does not: the same at every level


@dataclass(frozen=True)
class Lamps:
    """The lamps of a pole: their kind ("" where not known), watts each (empty where not known), and how many."""

    kind: str
    each: tuple[float, ...]
    count: int

    @property
    def watts(self) -> float:
        """Rated power of all together, W; 0 where it is not known."""
        return sum(self.each)

    @property
    def assumed(self) -> bool:
        """Whether the power is a guess."""
        return not self.each

    @property
    def name(self) -> str:
        """Name of the luminaire type: `hps-250x2`, `led-45`, `assumed-60` where the power is not known."""
        kind = self.kind or "lamp"
        if self.assumed:
            several = f"x{self.count}" if self.count > 1 else ""
            return f"assumed-{kind}{several}"
        if len(set(self.each)) == 1:
            return f"{kind}-{self.each[0]:g}" + (f"x{self.count}" if self.count > 1 else "")
        return f"{kind}-" + "-".join(f"{one:g}" for one in self.each)

    def table(self) -> str:
        """The type as a table of `site.toml`."""
        _words, lumens, losses, dims = _KINDS.get(self.kind, ("", 100, 0.0, True))
        rated = self.watts or float(GUESS_W * self.count)
        takes = rated * (1 + losses)
        lines = [f"[luminaires.{_key(self.name)}]", f"rated_w = {rated:g}", f"lumens = {round(rated * lumens)}"]
        if self.count > 1:
            lines.append(f"lamps = {self.count}")
        if self.assumed:
            lines.append("assumed = true  # not in the list: a pole judges its lamp when it was measured")
        technology, driver = _TECHNOLOGIES.get(self.kind, ("", ""))
        lines += [f'technology = "{technology}"'] if technology else []
        lines += [f'driver = "{driver}"'] if driver else []
        lines.append("points = [")
        for level, share, factor in _DIMMED if dims else _STEADY:
            watts = max(0.3, round(takes * share, 1)) if level == 0 else round(takes * share, 1)
            lines.append(f"  {{ level = {level}, power_w = {watts:g}, power_factor = {factor:.2f} }},")
        return "\n".join([*lines, "]"])


def lamps_of(kind: str, watts: Sequence[str], count: int) -> Lamps:
    """What *kind*, the texts of the columns of *watts* and a *count* of lamps (0: not said) say together."""
    known = kind_of(" ".join([kind, *watts]))
    each: list[float] = []
    for text in watts:
        each += _in_text(text, bare=True)
    if not each:
        each = _in_text(kind, bare=bool(kind_of(kind)))
    count = min(max(count, len(each), 1), 99)
    each = [*each[:1] * (count - len(each)), *each]  # the others are as the first
    if each and not 1 <= sum(each) <= RATED_MOST_W:
        each = []
    return Lamps(known, tuple(each), count)


def kind_of(text: str) -> str:
    """The kind of lamp that *text* names; empty where it names none."""
    for kind, words in _WORDS.items():
        if words.search(text):
            return kind
    return ""


def _in_text(text: str, bare: bool) -> list[float]:
    """The watts in *text*, of each lamp; *bare*: a number without a unit counts."""
    plain = number(text)
    if plain is not None:
        return [plain] if bare and plain > 0 else []
    several = [(int(found[1]), number(found[2]) or 0.0) for found in _SEVERAL.finditer(text)]
    if several and all(0 < count < 20 and watts >= 4 for count, watts in several):
        return [watts for count, watts in several for _ in range(count)]
    found = [number(one[1]) or 0.0 for one in _WATTS.finditer(text)] or (
        [number(one[1]) or 0.0 for one in _BARE.finditer(text)][:1] if bare else []
    )
    return [watts for watts in found[:1] if watts > 0]


def _key(name: str) -> str:
    return f'"{name}"' if "." in name else name
