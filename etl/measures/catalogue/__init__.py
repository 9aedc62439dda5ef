"""The measures, by area. MEASURES.md and `cleanclaim measures` are generated from here."""

from __future__ import annotations

from etl.measures.catalogue.audit import AUDIT
from etl.measures.catalogue.cash import CASH
from etl.measures.catalogue.definitions import DEFINITIONS
from etl.measures.catalogue.denials import DENIALS
from etl.measures.catalogue.front import FRONT
from etl.measures.catalogue.people import PEOPLE
from etl.measures.catalogue.recovery import RECOVERY
from etl.measures.measure import Measure

MEASURES: dict[str, Measure] = {
    measure.name: measure for measure in (*DENIALS, *DEFINITIONS, *FRONT, *CASH, *PEOPLE, *AUDIT, *RECOVERY)
}
