"""From the hall to the light: a call that the display hears stands on the bar of its window, over a serial port."""

from __future__ import annotations

from contract.bodies import TakeTicket
from contract.client.fake import FakeHall
from contract.client.sample import CLERK, SAMPLE_HALL
from display.bars import LedBars, Overhead
from display.board import Board
from display.ui.words import Words
from hallui.scheduler import ManualScheduler
from hardware import registry
from hardware.bars.virtual import VirtualBars


def test_a_call_stands_on_the_bar_over_its_window() -> None:
    window = next(window for window in SAMPLE_HALL.windows if window.serves)
    service = next(service for service in SAMPLE_HALL.services if service.queue == window.serves[0])
    time = ManualScheduler()
    hall = FakeHall(now=time.now)
    hall.login(CLERK.user, CLERK.password)
    hall.open_window(window.id)
    twin = VirtualBars([7])
    cable = registry.open_bar({"driver": "bx5k-serial", "port": twin.port, "baud": 115200})
    bars = LedBars(cable, Overhead({window.id: 7}, "欢迎光临"), Words("zh-CN"))
    board = Board()
    try:
        board, _ = board.rebuilt(hall.snapshot(), time.now())
        bars.tell(board, time.monotonic())
        assert twin.wait_for(lambda: twin.bars[7].text == "\\C2欢迎光临")
        hall.take_ticket(TakeTicket(service=service.id))
        call = hall.call_next(window.id)
        assert call is not None
        board, _ = board.rebuilt(hall.snapshot(), time.now())
        bars.tell(board, time.monotonic())
        expected = f"\\C1{call.ticket.number} 到 {window.label} 号窗口"
        assert twin.wait_for(lambda: twin.bars[7].text == expected)
        assert twin.bars[7].until > 0  # the bar itself forgets it
    finally:
        cable.close()
        twin.close()
