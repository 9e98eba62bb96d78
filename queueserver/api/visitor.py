"""The page behind the QR code of a slip: a place in line, readable on any phone and without JavaScript."""

from __future__ import annotations

from html import escape
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from contract.bodies import StopState, TicketState
from contract.config import text_for
from i18n import Translator, available_languages
from queueserver.api.deps import house
from queueserver.domain.errors import DomainError
from queueserver.queries import VisitNow

router = APIRouter(tags=["visitor"])

_REFRESH_SECONDS: Final = 15
_LIVE: Final = frozenset({TicketState.WAITING, TicketState.CALLED, TicketState.SERVING, TicketState.HELD})
_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
}
_OTHER_LANGUAGE: Final = {"zh-CN": ("en", "English"), "en": ("zh-CN", "\u4e2d\u6587")}

_NOT_VALID: Final = "This ticket is no longer valid."
_STATES: Final = {
    TicketState.CALLED: "Please go to window {window} now",
    TicketState.SERVING: "You are being served at window {window}",
    TicketState.HELD: "Your case is on hold. Please stay in the hall.",
    TicketState.NO_SHOW: "You were called but did not come. Please speak to the staff.",
    TicketState.FINISHED: "Finished. Thank you for your visit.",
    TicketState.CANCELLED: _NOT_VALID,
    TicketState.WALKOUT: _NOT_VALID,
    TicketState.TRANSFERRED: _NOT_VALID,
    TicketState.EXPIRED: "This ticket has expired. Please take a new one.",
}

_STOP_STATES: Final = {
    StopState.NOW: "now",
    StopState.OPEN: "to come",
    StopState.DONE: "done",
    StopState.DROPPED: "left out",
    StopState.UNDONE: "could not be done",
}
_STOP_REASONS: Final = {
    "not_wanted": "left out as you wished",
    "handed_on": "not needed",
    "left": "left out",
    "queue_closed": "closed for today",
    "not_offered": "no longer offered",
    "earlier_undone": "not possible without the one before",
    "not_done": "could not be done",
    "missed": "you did not come when called",
    "day_closed": "the day was over",
}

_STYLE: Final = """
:root{--ground:#f4f6f9;--surface:#fff;--ink:#14213a;--soft:#5b6780;--brand:#0b4ea2;--accent:#d9480f;--line:#d9dfe8}
@media(prefers-color-scheme:dark){:root{--ground:#071a33;--surface:#0d284b;--ink:#f5f8fc;--soft:#a9bad3;
--brand:#8ab8f5;--accent:#ffc53d;--line:#284467}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:18px/1.5 system-ui,"Noto Sans CJK SC",sans-serif}
header,footer{display:flex;align-items:center;justify-content:space-between;
gap:16px;padding:16px 24px;color:var(--soft);font-size:16px}
main{max-width:30rem;margin:0 auto;padding:0 16px}
section{background:var(--surface);border-radius:12px;padding:24px;text-align:center;margin-bottom:16px}
h1{margin:0;font-size:88px;line-height:1.1;font-variant-numeric:tabular-nums;color:var(--brand)}
p{margin:8px 0 0}.service{color:var(--soft)}.state{font-size:24px;font-weight:700;
text-wrap:balance}
.called .state{color:var(--accent);font-size:30px}
dl{margin:24px 0 0;padding:24px 0 0;border-top:1px solid var(--line)}
dt{color:var(--soft);font-size:16px}dd{margin:0;font-size:32px;font-weight:700;white-space:nowrap;
font-variant-numeric:tabular-nums}
.warning{color:var(--accent);font-weight:700;text-wrap:balance}
.way{text-align:left}h2{margin:0 0 8px;font-size:20px}ol{margin:0;padding:0;list-style:none}
li{display:flex;justify-content:space-between;align-items:baseline;gap:16px;padding:12px 0;
border-top:1px solid var(--line)}li small{color:var(--soft);font-size:16px;text-align:right}
li.now span{font-weight:700;color:var(--brand)}li.done span,li.dropped span{color:var(--soft)}
li.undone small{color:var(--accent)}
a{color:var(--brand);padding:8px 0}
a.button{display:block;background:var(--brand);color:var(--surface);border-radius:12px;padding:16px;
text-align:center;text-decoration:none;font-weight:700}
"""


@router.get("/t/{token}", response_class=HTMLResponse)
async def visitor_page(token: str, request: Request, lang: str = "") -> HTMLResponse:
    """The holder's page; whoever has the link sees it, so it says nothing about the person."""
    try:
        visit = await house(request).queries.visit(token[:32])
    except DomainError:
        return HTMLResponse(_unknown(lang or _accepted(request)), 404, _HEADERS)
    return HTMLResponse(_page(visit, _spoken(lang or visit.ticket.lang)), 200, _HEADERS)


def _accepted(request: Request) -> str:
    return "en" if request.headers.get("accept-language", "zh").lower().startswith("en") else "zh-CN"


def _spoken(lang: str) -> str:
    return lang if lang in available_languages() else "zh-CN"


def _page(visit: VisitNow, lang: str) -> str:
    t, ticket = Translator(lang), visit.ticket
    hall, service = text_for(visit.hall_name, lang), text_for(visit.service_name, lang)
    body = [
        f'<section class="{ticket.state.value}">',
        f'<p class="service">{escape(t("Your number"))}</p><h1>{escape(ticket.number)}</h1>',
        f'<p class="service">{escape(service)}</p>',
        _party(ticket.party, t),
        f'<p class="state" role="status">{escape(_state(visit, t))}</p>',
        _place(visit, t),
        "</section>",
        _stops(visit, t, lang),
    ]
    refresh = _REFRESH_SECONDS if ticket.state in _LIVE else None
    if refresh:
        body.append(f'<a class="button" href="?lang={escape(lang)}">{escape(t("Refresh"))}</a>')
    issued = ticket.issued_at.astimezone(visit.time_zone)
    foot = t("Issued {time}", time=f"{issued:%Y-%m-%d %H:%M}")
    return _document(hall, "".join(body), foot, lang, refresh)


def _state(visit: VisitNow, t: Translator) -> str:
    ticket = visit.ticket
    if ticket.state is TicketState.WAITING:
        if ticket.ahead == 0:
            return t("You are next. Please stay close.")
        return t.plural("{n} person is ahead of you", "{n} people are ahead of you", ticket.ahead)
    return t(_STATES[ticket.state], window=visit.label)


def _place(visit: VisitNow, t: Translator) -> str:
    ticket = visit.ticket
    if ticket.state is not TicketState.WAITING or ticket.estimate is None:
        return ""
    low, high = ticket.estimate.low_minutes, ticket.estimate.high_minutes
    wait = t("{low}-{high} min", low=low, high=high)
    beyond = t("You may not be served today: your turn is likely to come after closing.")
    warning = f'<p class="warning">{escape(beyond)}</p>' if ticket.estimate.beyond_closing else ""
    return f"<dl><dt>{escape(t('Expected wait'))}</dt><dd>{escape(wait)}</dd></dl>{warning}"


def _party(people: int, t: Translator) -> str:
    return f'<p class="service">{escape(t.plural("{n} person", "{n} people", people))}</p>' if people > 1 else ""


def _stops(visit: VisitNow, t: Translator, lang: str) -> str:
    """The whole way: what is done, what is now, what comes, and why something could not be done."""
    items = []
    for stop in visit.stops:
        words = t(_STOP_REASONS.get(stop.reason, _STOP_STATES[stop.state]))
        name = escape(text_for(stop.name, lang))
        items.append(f'<li class="{stop.state.value}"><span>{name}</span><small>{escape(words)}</small></li>')
    back = "".join(
        f'<li class="open"><span>{escape(t("Back to window {window}", window=label))}</span></li>'
        for label in visit.back
    )
    if not items and not back:
        return ""
    return f'<section class="way"><h2>{escape(t("Your visit"))}</h2><ol>{back}{"".join(items)}</ol></section>'


def _unknown(lang: str) -> str:
    lang = _spoken(lang)
    t = Translator(lang)
    words = t("This ticket is not known. Please check the link or ask at the service desk.")
    return _document("", f'<section><p class="state">{escape(words)}</p></section>', "", lang, None)


def _document(hall: str, body: str, foot: str, lang: str, refresh: int | None) -> str:
    other, name = _OTHER_LANGUAGE.get(lang, _OTHER_LANGUAGE["zh-CN"])
    again = f'<meta http-equiv="refresh" content="{refresh}">' if refresh else ""
    return (
        f'<!doctype html><html lang="{escape(lang)}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width,initial-scale=1">{again}'
        f"<title>{escape(hall or 'hallqueue')}</title><style>{_STYLE}</style></head><body>"
        f'<header><span>{escape(hall)}</span><a href="?lang={other}" lang="{other}">{escape(name)}</a></header>'
        f"<main>{body}</main><footer><span>{escape(foot)}</span></footer></body></html>"
    )
