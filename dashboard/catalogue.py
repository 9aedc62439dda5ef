"""The measures as entries that a reader can search."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from etl.measures import DIMENSIONS, MEASURES, Measure

_UNITS = {"money": "dollars", "rate": "share", "days": "days", "count": "count", "ratio": "ratio"}
_DIRECTIONS = {True: "lower is better", False: "higher is better", None: "no direction"}


@dataclass(frozen=True, slots=True)
class Entry:
    """A measure in words."""

    label: str
    definition: str
    formula: str
    benchmark: str
    source: str
    caveat: str
    unit: str
    direction: str
    dimensions: str

    def mentions(self, word: str) -> bool:
        return word in " ".join(asdict(self).values()).lower()


def entries(text: str) -> list[Entry]:
    """The measures that mention every word of `text`, in the catalogue's order."""
    return [entry for entry in map(_entry, MEASURES.values()) if all(entry.mentions(w) for w in text.lower().split())]


def _entry(measure: Measure) -> Entry:
    return Entry(
        label=measure.label,
        definition=measure.definition,
        formula=measure.formula,
        benchmark=measure.benchmark,
        source=measure.source,
        caveat=measure.caveat,
        unit=_UNITS[measure.unit],
        direction=_DIRECTIONS[measure.lower_is_better],
        dimensions=", ".join(
            DIMENSIONS[name].label.lower() for name in measure.dimensions if not DIMENSIONS[name].many
        ),
    )
