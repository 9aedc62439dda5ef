"""Every reported number, declared once.

from etl.measures import MEASURES
from etl.warehouse.store import open_reader
MEASURES["initial_denial_rate"].by(open_reader(path), dims=["payer_name"])
"""

from etl.measures.catalogue import MEASURES
from etl.measures.decompose import rate_change
from etl.measures.dimensions import AR_BUCKETS, DIMENSIONS
from etl.measures.maturity import by_submission, mature
from etl.measures.measure import NO_BENCHMARK, AgeFrom, Filters, Measure, Period, Query, Sum, data_through

__all__ = [
    "AR_BUCKETS",
    "DIMENSIONS",
    "MEASURES",
    "NO_BENCHMARK",
    "AgeFrom",
    "Filters",
    "Measure",
    "Period",
    "Query",
    "Sum",
    "by_submission",
    "data_through",
    "mature",
    "rate_change",
]
