"""One demo from the first process to the last: sets the stage, plays, counts, and clears everything away."""

from __future__ import annotations

import asyncio
import json
import signal
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from contract.errors import HallError
from hall.commandline import Problem
from hall.demo.cast import CAST
from hall.demo.children import Child, Children, PartDiedError
from hall.demo.clerks import CALM, REHEARSAL, Script
from hall.demo.door import DoorError
from hall.demo.evidence import Evidence
from hall.demo.guard import Guard, StoppedError
from hall.demo.layout import Layout, laid_out
from hall.demo.ledger import Ledger
from hall.demo.opening import add_staff, enrolment_codes, publish, sample_hall
from hall.demo.play import Play
from hall.demo.progress import Progress
from hall.demo.screen import screen_area
from hall.demo.stage import TWINS, Stage
from hall.demo.summary import Summary, summarise
from hall.demo.workplace import Workplace

START_SECONDS = 120.0
SECONDS_A_VISITOR = 8.0
"""A headless demo that takes longer than this for each visitor, starting up aside, is stuck."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What was asked for; no `visitors` = they keep coming."""

    headless: bool
    out: Path
    work: Path
    visitors: int | None
    seed: int


async def run(plan: Plan) -> int:
    """Play one demo; 0 when every check holds. Raises Problem with the line that says what went wrong."""
    progress = Progress()
    place = _workplace(plan)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    children = Children(place.logs, _Windows(progress, stop).closed)
    try:
        async with asyncio.timeout(_time_limit(plan)):
            summary = await _performance(plan, place, children, Guard(children.death, stop), progress)
    except StoppedError:
        raise Problem("stopped before the end") from None
    except TimeoutError:
        raise Problem("the demo did not come to its end in time; see " + str(place.logs)) from None
    except (PartDiedError, DoorError) as trouble:
        raise Problem(str(trouble)) from trouble
    except HallError as refusal:
        raise Problem(f"the server refused: {refusal}") from refusal
    finally:
        progress.say("closing")
        await children.stop()
        for name in children.killed:
            progress.say(f"{name} did not end when asked to, and was killed; see {place.logs / name}.log")
    return _report(summary, place, progress)


class _Windows:
    """Knows which windows a person has closed; when none is left the demo ends."""

    def __init__(self, progress: Progress, stop: asyncio.Event) -> None:
        self._progress = progress
        self._stop = stop
        self._open = len(CAST.kiosks) + len(CAST.displays) + len(CAST.clerks)

    def closed(self, child: Child) -> None:
        if child.name == TWINS:
            return
        self._progress.say(f"{child.name} was closed")
        self._open -= 1
        if not self._open:
            self._stop.set()


async def _performance(plan: Plan, place: Workplace, children: Children, guard: Guard, progress: Progress) -> Summary:
    ledger = Ledger()
    config = sample_hall(datetime.now(UTC))  # noqa: TID251 - the demo is neither server nor device: it sets the stage
    layout = None if plan.headless else await guard.watch(_laid_out())
    stage = Stage(CAST, place, children, ledger, progress, time_zone=config.hall.time_zone, layout=layout)
    devices = asyncio.create_task(guard.watch(stage.start_devices()))
    await asyncio.to_thread(publish, config, place)
    _, codes = await asyncio.gather(guard.watch(stage.start_server()), asyncio.to_thread(enrolment_codes, CAST, place))
    credentials = await guard.watch(stage.enrol(config.hall.id, codes))
    _, passwords = await asyncio.gather(
        guard.watch(stage.start_apps(credentials, await devices)), asyncio.to_thread(add_staff, CAST, place)
    )
    script = Script(
        pace=REHEARSAL if plan.headless else CALM, seed=plan.seed, count=plan.visitors, stays=not plan.headless
    )
    play = Play(stage, await devices, config, passwords, ledger, progress=progress, script=script)
    try:
        if plan.headless:
            await guard.watch(play.run())
        else:
            await stage.start_twins(await devices)
            progress.say("everything is open: take part by hand, close the windows or press Ctrl-C to end")
            progress.say("cards, paper and cables are in the window 'Devices of the hall', in the task bar")
            await _until_stopped(guard, play)
        evidence = await play.evidence(rehearsed=plan.headless)
    finally:
        play.close()
    _leave(place, evidence)
    return summarise(evidence)


async def _until_stopped(guard: Guard, play: Play) -> None:
    try:
        await guard.watch(play.run())
    except StoppedError:
        return


def _workplace(plan: Plan) -> Workplace:
    try:
        return Workplace(plan.out, plan.work)
    except OSError as error:
        raise Problem(f"cannot leave anything in {plan.out}: {error.strerror}") from error


async def _laid_out() -> Layout:
    return laid_out(CAST, await asyncio.to_thread(screen_area))


def _time_limit(plan: Plan) -> float | None:
    if not plan.headless or plan.visitors is None:
        return None
    return START_SECONDS + SECONDS_A_VISITOR * plan.visitors


def _leave(place: Workplace, evidence: Evidence) -> None:
    lines = [event.model_dump_json() + "\n" for event in evidence.events]
    (place.out / "events.jsonl").write_text("".join(lines), encoding="utf-8")


def _report(summary: Summary, place: Workplace, progress: Progress) -> int:
    """Write summary.json and say the outcome; 1 when two accounts disagree."""
    text = json.dumps(summary.as_json(), ensure_ascii=False, indent=2) + "\n"
    (place.out / "summary.json").write_text(text, encoding="utf-8")
    progress.say(
        f"{summary.tickets_issued} tickets, {summary.calls} calls, {summary.finished} finished, "
        f"{summary.no_shows} no-shows, {summary.announcements} announcements, {summary.waiting_at_end} waiting"
    )
    wrong = [check for check in summary.checks if not check.ok]
    if wrong:
        raise Problem("; ".join(f"{check.name}: expected {check.expected}, got {check.got}" for check in wrong))
    progress.say(f"every count agrees; all of it is in {place.out}")
    return 0
