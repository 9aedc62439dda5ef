"""What the commands print: the same cell under the same heading in every format."""

from __future__ import annotations

import pytest

from etl.report import Format, emit


def test_a_cell_stands_under_its_heading_whatever_the_order_of_its_row(capsys: pytest.CaptureFixture[str]):
    emit([{"file": "a.835", "found": "1.00"}, {"found": "=2", "file": "b.835"}], Format.csv)
    assert capsys.readouterr().out == "file,found\na.835,1.00\nb.835,'=2\n"
