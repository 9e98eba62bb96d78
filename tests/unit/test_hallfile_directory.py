"""A service directory and a window list become a hall that checks without an error."""

from __future__ import annotations

import pytest

from queueserver.hallfile import findings_in, read, write
from queueserver.hallfile.directory import DirectoryError, from_directory
from queueserver.hallfile.numbering import prefixes
from queueserver.hallfile.offices import matching

DIRECTORY = {
    "source": "made for this test",
    "departments": [
        {
            "department": "区人社局",
            "topics": [
                {
                    "topic": "社会保险",
                    "services": [{"name": "社会保险登记（单位）", "code": "1"}, {"name": "社保卡申领"}],
                },
                {"topic": "就业", "services": [{"name": "社会保险登记（单位）", "code": "2"}]},
            ],
        },
        {"department": "区交通运输局", "topics": [{"topic": "无", "services": [{"name": "道路货物运输经营许可"}]}]},
        {
            "department": "广安区税务局",
            "topics": [{"topic": "无", "services": [{"name": "纳税申报"}, {"name": "不动产交易缴税"}]}],
        },
        {"department": "区气象局", "topics": [{"topic": "无", "services": [{"name": "防雷装置设计审核"}]}]},
        {"department": "区档案馆", "topics": []},
    ],
}
WINDOWS = {
    "main_hall": [
        {"office": "人社局", "windows": ["A5", "A6"]},
        {"office": "交通局", "windows": ["D1"]},
        {"office": "税务局", "windows": ["B6"]},
        {"office": "经发局", "windows": ["B8"]},
    ],
    "branch_halls": [
        {"hall": "税务分中心", "groups": [{"name": "综合窗口", "windows": ["1", "2"]}]},
        {"hall": "不动产登记分中心", "groups": [{"name": "查询窗口", "windows": ["1"]}]},
    ],
}


def test_the_imported_hall_checks_and_round_trips() -> None:
    config = from_directory(DIRECTORY, WINDOWS).config
    assert [finding for finding in findings_in(config) if finding.is_error] == []
    assert read(write(config)).config == config


def test_one_queue_a_department_with_letters_in_order() -> None:
    config = from_directory(DIRECTORY, WINDOWS).config
    assert [(queue.id, queue.prefix) for queue in config.queues] == [
        ("qurensheju", "A"),
        ("qujiaotongyunshuju", "B"),
        ("guanganqushuiwuju", "C"),
        ("quqixiangju", "D"),
        ("qudanganguan", "E"),
        ("budongchandengjifenzhongxin", "F"),
    ]


def test_after_z_come_two_letters() -> None:
    many = {"departments": [{"department": f"部门{number}"} for number in range(30)]}
    config = from_directory(many).config
    assert [queue.prefix for queue in config.queues][24:28] == ["Y", "Z", "AA", "AB"]
    assert len(set(prefixes())) == 26 + 26 * 26


def test_services_with_the_same_name_keep_apart() -> None:
    services = from_directory(DIRECTORY).config.services
    assert [service.id for service in services][:3] == ["qurensheju-001", "qurensheju-002", "qurensheju-003"]
    assert services[0].name == services[2].name == {"zh-CN": "社会保险登记（单位）"}


def test_windows_serve_the_department_their_office_stands_for() -> None:
    config = from_directory(DIRECTORY, WINDOWS).config
    serves = {(window.zone, window.label): window.serves for window in config.windows}
    assert serves["main", "A5"] == ("qurensheju",)
    assert serves["main", "D1"] == ("qujiaotongyunshuju",)
    assert serves["shuiwufenzhongxin", "2"] == ("guanganqushuiwuju",)


def test_departments_without_a_window_go_to_offices_that_are_no_department() -> None:
    imported = from_directory(DIRECTORY, WINDOWS)
    serves = {window.label: window.serves for window in imported.config.windows if window.zone == "main"}
    assert serves["B8"] == ("quqixiangju", "qudanganguan")
    assert "经发局: no department found" in imported.guesses


def test_a_branch_hall_of_no_department_gets_the_services_that_name_its_field() -> None:
    config = from_directory(DIRECTORY, WINDOWS).config
    queue_of = {service.name["zh-CN"]: service.queue for service in config.services}
    assert queue_of["不动产交易缴税"] == "budongchandengjifenzhongxin"
    assert queue_of["纳税申报"] == "guanganqushuiwuju"


def test_visitors_wait_where_most_of_their_windows_are() -> None:
    zone_of = {queue.id: queue.zone for queue in from_directory(DIRECTORY, WINDOWS).config.queues}
    assert zone_of["guanganqushuiwuju"] == "shuiwufenzhongxin"
    assert zone_of["qurensheju"] == "main"


def test_without_a_window_list_one_window_serves_everybody() -> None:
    (window,) = from_directory(DIRECTORY).config.windows
    assert window.label == "综合"
    assert len(window.serves) == 5


@pytest.mark.parametrize(
    ("office", "department"),
    [
        ("区人社局", "区人社局"),
        ("人社局", "区人社局"),
        ("交通局", "区交通运输局"),
        ("市场监管局", "区市监局"),
        ("税务分中心", "广安区税务局"),
        ("公安局 印章备案", "区公安分局"),
        ("城管局", ""),
        ("", ""),
    ],
)
def test_offices_are_matched_however_they_abbreviate(office: str, department: str) -> None:
    assert matching(office, ["区市监局", "区交通运输局", "区人社局", "广安区税务局", "区公安分局"]) == department


@pytest.mark.parametrize("wrong", [[], {"departments": []}, {"departments": [{"name": "x"}]}, 3])
def test_another_shape_is_refused_in_one_line(wrong: object) -> None:
    with pytest.raises(DirectoryError, match=r"^the directory does not have the expected shape at [^\n]+$"):
        from_directory(wrong)


def test_a_wrong_window_list_is_named_as_such() -> None:
    with pytest.raises(DirectoryError, match=r"^the window list"):
        from_directory(DIRECTORY, {"main_hall": [{"windows": []}]})


@pytest.mark.parametrize("other_file", [{}, {"departments": []}, {"main_hall": [], "branch_halls": []}])
def test_another_file_is_not_taken_for_a_list_of_no_windows(other_file: object) -> None:
    with pytest.raises(DirectoryError, match="main_hall or branch_halls"):
        from_directory(DIRECTORY, other_file)
