"""What a measure is: batches of statistics, curves from raw values to scores, and the declaration that joins them."""

from biocapture.measure.batch import Batch, Column, Table, values_of
from biocapture.measure.curve import Band, Curve, Identity, Ramp, Sigmoid, logarithms
from biocapture.measure.declaration import Measure, Score, measure, measures_in, raw_columns

__all__ = [
    "Band",
    "Batch",
    "Column",
    "Curve",
    "Identity",
    "Measure",
    "Ramp",
    "Score",
    "Sigmoid",
    "Table",
    "logarithms",
    "measure",
    "measures_in",
    "raw_columns",
    "values_of",
]
