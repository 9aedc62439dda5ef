"""The slow twin of every measure."""

from tests.etl.measures import twin, twin_recovery
from tests.etl.measures.twin_bridge import BRIDGE
from tests.etl.measures.twin_catalogue import CATALOGUE
from tests.etl.measures.twin_people import PEOPLE_TWIN

TWIN = {**twin.TWIN, **CATALOGUE, **BRIDGE, **PEOPLE_TWIN, **twin_recovery.TWIN}
