"""A plain table of visitors as days to be replayed: what it says comes about, and a wrong line is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from hall.__main__ import main
from queueserver.domain.ticket import State
from queueserver.simulation.days import play
from queueserver.simulation.daytable import TableDays, TableError, read_table
from queueserver.simulation.whatif import WhatIf

DAY = "2027-03-01"
TABLE = f"""\
arrived\tcalled\tfinished\tleft\tqueue\twindow\tclass
{DAY} 09:00:00\t{DAY} 09:00:00\t{DAY} 09:10:00\t\tTax 1\tA\t
{DAY} 09:01:00\t{DAY} 09:10:00\t{DAY} 09:15:00\t\tTax 1\tA\t
{DAY} 09:02:00\t\t\t{DAY} 09:05:00\tTax 1\t\t
{DAY} 11:00:00\t{DAY} 11:00:00\t{DAY} 11:02:00\t\tTax 1\tA\telderly
"""


def table(folder: Path, text: str = TABLE) -> Path:
    path = folder / "table.tsv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_table_comes_out_as_it_was(tmp_path: Path) -> None:
    days = TableDays(read_table(table(tmp_path), "America/New_York"), time_zone="America/New_York")
    one = play(days, WhatIf())
    assert [leg.wait_ms for leg in one.records.legs] == [0, 9 * 60_000, None, 0]
    ends = [leg.end for leg in one.records.legs]
    assert ends == [State.FINISHED, State.FINISHED, State.WALKOUT, State.FINISHED]
    assert one.records.windows["a"].open_ms == (15 + 2) * 60_000, "nobody was there for long"
    more = play(days, WhatIf(windows=2)).records
    assert (more.legs[1].wait_ms or 0) < 9 * 60_000


def test_a_window_that_lets_somebody_wait_is_not_there(tmp_path: Path) -> None:
    late = TABLE.replace(f"{DAY} 09:01:00\t{DAY} 09:10:00", f"{DAY} 09:01:00\t{DAY} 09:13:00")
    legs = play(TableDays(read_table(table(tmp_path, late), "Asia/Shanghai")), WhatIf()).records.legs
    assert legs[1].wait_ms == 12 * 60_000


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("arrived\t", "came\t", 1, "there is no column 'arrived'; name the columns in the first line"),
        (f"{DAY} 09:01:00", "9 o'clock", 3, "write a local time such as 2027-03-01 09:12:30"),
        (f"{DAY} 09:01:00", f"{DAY} 09:11:00", 3, "called before arrived; check the times"),
        (f"{DAY} 09:15:00", f"{DAY} 09:09:00", 3, "finished before called; check the times"),
        ("\tTax 1\t\t\n", "\t\t\t\n", 4, "arrived or queue is empty; both are needed"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, old: str, new: str, line: int, said: str) -> None:
    path = table(tmp_path, TABLE.replace(old, new, 1))
    with pytest.raises(TableError) as refusal:
        read_table(path, "Asia/Shanghai")
    assert refusal.value.lines[0].startswith(f"{path}:{line}: error: ")
    assert said in refusal.value.lines[0]


def test_the_command_replays_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    there = ("simulate", "--table", str(table(tmp_path)))
    assert main(there) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "As recorded: 3 called, mean wait 3.0 min, longest 9.0; 1 not called."
    assert said[1].startswith("table, 2027-03-01: as is: 4 tickets, 3 called")
    assert main((*there, "--windows", "2", "--brief")) == 0
    assert "2 windows, waits: longest 9.0 -> " in capsys.readouterr().out
    assert main((*there, "--time-zone", "Nowhere")) == 1
    assert main((*there, "--seeds", "3", "--windows", "2")) == 2
    assert main(("simulate", "--table", str(tmp_path / "none.tsv"))) == 1
    assert "cannot be read" in capsys.readouterr().err
