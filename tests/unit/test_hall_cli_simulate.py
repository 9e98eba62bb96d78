"""`hall simulate`: a readable table, a CSV that reads back the same, and one clear line for every mistake."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image

from hall.__main__ import main
from hall.simulateplot import BOUND, COLOURS, SCALE, Line, picture
from hall.steps import Steps
from hall.wholefile import written_whole
from queueserver.simulation.report import Report
from tests.unit.simulation_kit import SMALL_HALL, small_hall, written


def simulated(path: Path, *more: str) -> int:
    return main(["simulate", "--scenario", str(path), *more])


def test_waits_are_shown_per_queue_and_class(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert simulated(written(tmp_path)) == 0
    shown = capsys.readouterr().out.splitlines()
    names = [line[:25].strip() for line in shown]
    for name in ("general / ordinary", "general / green-channel", "general", "insurance", "all", "w1", "w2"):
        assert name in names
    assert shown[0].startswith("small-hall, 2027-03-01 to 2027-03-02: as is: ")
    assert any(line.endswith("queue_closed") for line in shown)
    assert shown[2].startswith("waits in minutes")
    assert shown[2].split()[3:8] == ["tickets", "called", "mean", "p50", "p90"]
    assert shown[2].split()[8:] == ["max", ">45", "left", "missed", "uncalled"]


def test_the_csv_holds_the_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "waits.csv"
    assert simulated(written(tmp_path), "--csv", str(target)) == 0
    rows = list(csv.DictReader(target.read_text(encoding="utf-8").splitlines()))
    whole = rows[-1]
    assert (whole["variant"], whole["queue"], whole["priority_class"], whole["days"]) == ("as is", "", "", "2")
    shown = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("all  "))
    assert shown.split()[1:4] == [whole["tickets"], whole["called"], f"{float(whole['mean']):.1f}"]
    by_queue = [row for row in rows if row["queue"] and not row["priority_class"]]
    assert sum(int(row["tickets"]) for row in by_queue) == int(whole["tickets"])


def test_two_variants_stand_side_by_side(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "waits.csv"
    assert simulated(written(tmp_path), "--close", "w1", "09:00-12:00", "--compare", "--csv", str(target)) == 0
    shown = capsys.readouterr().out.splitlines()
    assert shown[3].split()[3:5] == ["as", "is"]
    rows = list(csv.DictReader(target.read_text(encoding="utf-8").splitlines()))
    assert {row["variant"] for row in rows} == {"as is", "what if"}


def answered(path: Path, capsys: pytest.CaptureFixture[str], *more: str) -> str:
    assert simulated(path, "--brief", *more) == 0
    out = capsys.readouterr().out.splitlines()
    assert len(out) == 1
    return out[0]


def test_what_a_window_would_have_done_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Before -> after, of the window's queues, with how certain it is; a window is named as on its door, too."""
    busy = ("[[service_times]]", '[[windows]]\nwindows = ["w1"]\nopen = []\n\n[[service_times]]')
    said = answered(written(tmp_path, busy), capsys, "--open", "1", "10:00")
    assert said.startswith("window 1 open from 10:00, waits in general: longest ")
    found = re.search(r"longest ([\d.]+) -> ([\d.]+) min \((-[\d.]+) ± ([\d.]+)\)", said)
    assert found is not None
    before, after, change, half = map(float, found.groups())
    assert after - before == pytest.approx(change, abs=0.11)
    assert change + half < 0, "certainly shorter"
    assert said.endswith("a day on average, ± is 95% of 10 days")
    one = answered(written(tmp_path, busy), capsys, "--open", "1", "10:00", "--seeds", "1", "--days", "1")
    assert "±" not in one
    assert "10 days" in answered(written(tmp_path), capsys, "--policy", "recalls=3"), "five seeds of two days"
    assert "(no change)" in answered(written(tmp_path), capsys, "--policy", "recalls=3")


def test_from_a_time_on_follows_the_hours_of_the_queues(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    closed = ("[[service_times]]", '[[windows]]\nwindows = ["w1"]\nopen = []\n\n[[service_times]]')
    target = written(tmp_path, closed)
    hours = {}
    for more in (("10:00",), (), ("10:00-11:00",)):
        assert simulated(target, "--open", "w1", *more, "--days", "1", "--seeds", "1") == 0
        row = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("w1 "))
        hours[more] = float(row.split()[1])
    assert 5.5 <= hours["10:00",] < 6.6 <= hours[()] + 0.1, "until noon, and the afternoon"
    assert hours[()] - hours["10:00",] == pytest.approx(1.0, abs=0.5)
    assert hours["10:00-11:00",] == pytest.approx(1.0, abs=0.5)


def test_no_half_file_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither when somebody interrupts the writing nor when the disk is full; the file of before stays whole."""
    target = tmp_path / "waits.csv"
    target.write_text("before", encoding="utf-8")

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("hall.wholefile.os.fdopen", interrupted)
    with pytest.raises(KeyboardInterrupt):
        written_whole(target, b"after")
    monkeypatch.undo()
    assert [path.name for path in tmp_path.iterdir()] == ["waits.csv"]
    assert target.read_text(encoding="utf-8") == "before"
    written_whole(target, b"after")
    assert target.read_bytes() == b"after"


def test_one_seed_gives_the_same_bytes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    seen = []
    for name in ("a", "b"):
        where = {kind: tmp_path / f"{name}.{kind}" for kind in ("csv", "svg", "png")}
        files = ("--csv", str(where["csv"]), "--plot", str(where["svg"]))
        assert simulated(written(tmp_path), "--close", "w1", "11:00", "--compare", *files) == 0
        assert simulated(written(tmp_path), "--plot", str(where["png"])) == 0
        seen.append((capsys.readouterr().out, *(path.read_bytes() for path in where.values())))
    assert seen[0] == seen[1]


def test_seed_days_and_arrivals_change_the_visitors(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, seen = written(tmp_path), []
    for more in ((), ("--seed", "9"), ("--days", "1"), ("--arrivals", "2")):
        assert simulated(path, *more) == 0
        seen.append(capsys.readouterr().out.splitlines()[0])
    assert len(set(seen)) == 4
    assert seen[2].startswith("small-hall, 2027-03-01: ")


@pytest.mark.parametrize(
    ("more", "code", "said"),
    [
        (("--open", "w1", "9-12"), 2, "'9-12' is neither a time such as 10:00 nor a band such as 09:00-12:00"),
        (("--open", "w1", "10:00", "11:00"), 2, "one time for each window: write --open w1 10:00 --open w1 11:00"),
        (("--brief",), 2, "--brief says what a change does: add one, e.g. --open 5 10:00"),
        (("--open", "w1", "12:00-09:00"), 2, "the band 12:00-09:00 ends before it begins"),
        (("--windows", "0"), 2, "0 is not more than 0"),
        (("--arrivals", "much"), 2, "invalid number value: 'much'"),
        (("--policy", "recalls"), 2, "--policy needs KEY=VALUE"),
        (("--policy", "nonsense=1"), 1, "the policy has no 'nonsense'"),
        (("--close", "w77"), 1, "the hall has no window 'w77'"),
        (("--csv", "no-such-folder/x.csv"), 1, "cannot write no-such-folder/x.csv"),
    ],
)
def test_mistakes_are_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], more: tuple[str, ...], code: int, said: str
) -> None:
    assert simulated(written(tmp_path), *more) == code
    errors = capsys.readouterr().err.splitlines()
    assert len(errors) == 1
    assert said in errors[0]


def test_a_wrong_scenario_is_named_with_its_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert simulated(written(tmp_path, ("seed = 7", "sead = 7"))) == 1
    assert "scenario.toml:5: error: 'sead' is not a setting of a scenario" in capsys.readouterr().err
    assert main(["simulate"]) == 2


def test_steps_are_silent_while_it_is_quick(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    steps = Steps("as is")
    steps.show("day 1 of 9")
    assert capsys.readouterr().err == ""
    monkeypatch.setattr("hall.steps.QUIET_SECONDS", 0.0)
    slow = Steps("as is")
    slow.show("day 1 of 9")
    slow.end()
    assert capsys.readouterr().err == "as is: day 1 of 9\n"


def test_waits_over_the_day_are_a_picture(tmp_path: Path) -> None:
    path, drawn = written(tmp_path), tmp_path / "waits.svg"
    assert simulated(path, "--close", "w1", "--compare", "--plot", str(drawn)) == 0
    svg = ElementTree.parse(drawn).getroot()
    said = [text.text or "" for text in svg.iter("{http://www.w3.org/2000/svg}text")]
    assert said[0] == "便民服务站  2027-03-01 to 2027-03-02, 5 seeds"
    assert {"as is", "what if", "bound 45 min", "综合业务  general", "社会保险  insurance"} <= set(said)
    colours = {line.get("stroke") for line in svg.iter("{http://www.w3.org/2000/svg}polyline")}
    assert set(COLOURS) <= colours


def test_both_formats_show_the_same(tmp_path: Path) -> None:
    path = written(tmp_path)
    assert simulated(path, "--plot", str(tmp_path / "waits.svg")) == 0
    assert simulated(path, "--plot", str(tmp_path / "waits.png")) == 0
    svg = ElementTree.parse(tmp_path / "waits.svg").getroot()
    with Image.open(tmp_path / "waits.png") as image:
        assert image.size == (SCALE * int(svg.get("width", "0")), SCALE * int(svg.get("height", "0")))
        seen = {colour for _, colour in image.getcolors(1 << 20) or []}
    assert tuple(bytes.fromhex(COLOURS[0][1:])) in seen
    assert tuple(bytes.fromhex(BOUND[1:])) in seen


def test_a_noon_break_is_no_line_and_a_lone_slot_is_seen() -> None:
    slots = ((540, 3.0), (570, 4.0), (690, 2.0))
    one = Report("as is", 1, 45, (), (), (), {"general": slots})
    lines = [shape for shape in picture([one], small_hall(), "t").shapes if isinstance(shape, Line)]
    assert [len(line.points) for line in lines if line.colour == COLOURS[0] and line.width == 2.0] == [2, 2]
    lone = next(line for line in reversed(lines) if line.colour == COLOURS[0])
    assert lone.points[1][0] - lone.points[0][0] == 6


@pytest.mark.parametrize(
    ("more", "code", "said"),
    [
        (("--plot", "waits.gif"), 2, "'waits.gif' ends neither in .png nor in .svg"),
        (("--plot", "no-such-folder/x.svg"), 1, "cannot write no-such-folder/x.svg"),
        (("--hall", "no-hall.toml"), 1, "no-hall.toml: the file cannot be read"),
    ],
)
def test_mistakes_with_pictures_and_halls_are_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], more: tuple[str, ...], code: int, said: str
) -> None:
    assert simulated(written(tmp_path), *more) == code
    errors = capsys.readouterr().err.splitlines()
    assert len(errors) == 1
    assert said in errors[0]


def test_another_hall_s_rules_are_tried(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = tmp_path / "other.toml"
    text = SMALL_HALL.read_text(encoding="utf-8")
    other.write_text(text.replace('serves = ["general"]', 'serves = ["general", "insurance"]'), encoding="utf-8")
    assert simulated(written(tmp_path), "--hall", str(other), "--compare") == 0
    whole = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("all  "))
    before, after = (float(figure) for figure in whole.split()[3:5])
    assert after < before, "two windows for one queue"


@pytest.mark.parametrize(
    ("more", "code", "said"),
    [
        (("--database", "sqlite:///no-such.db"), 1, "there is no database no-such.db"),
        (("--days", "3"), 2, "--days and --seed belong to a scenario"),
    ],
)
def test_a_day_that_is_not_there_is_said(
    capsys: pytest.CaptureFixture[str], more: tuple[str, ...], code: int, said: str
) -> None:
    assert main(["simulate", "--day", "2027-03-01", *more]) == code
    errors = capsys.readouterr().err.splitlines()
    assert len(errors) == 1
    assert said in errors[0]
    assert main(["simulate", "--day", "yesterday"]) == 2
