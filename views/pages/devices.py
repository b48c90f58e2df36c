"""The devices: how each configured one answers, and what is on a port nobody uses yet.

Streamlit's part alone. Probing is monitors.devices.probing's; whose a port is, ports.py's.
"""

from __future__ import annotations

import pandas as pd
import streamlit as st

from monitors.clock import SystemClock
from monitors.config import is_loopback
from monitors.devices.probe_report import ProbeReport, words_of
from monitors.devices.probing import probe
from monitors.devices.transport import list_ports
from monitors.errors import ChairsideError
from views import access, here
from views.forms.ordering import give, own_taps, tapped
from views.local_time import LocalTime
from views.page_frame import frame, say, signed_by, told_errors
from views.plain import plain
from views.ports import device_table, owner_of, port_table, probing
from views.words import log_en as words
from views.words.pages_en import SIGN_FIRST


def _draw_devices(local: LocalTime) -> None:
    st.caption(words.DEVICES_AS_OF)
    st.button(words.LOOK_AGAIN, key="devices_again")
    rows = device_table(access.recliners_now().values(), local)
    if not rows:
        say(words.NO_DEVICES)
        return
    st.dataframe(
        pd.DataFrame(rows), hide_index=True, height=38 + 35 * len(rows), key="devices_table"
    )


def _draw_keeping() -> None:
    """Offer to put the raw bytes of one device aside, signed like every other order."""
    places = {
        str(device["device_id"]): recliner
        for recliner, picture in access.recliners_now().items()
        for device in picture.get("devices", ())
    }
    if not places:
        return
    st.markdown(f"##### {words.KEEP_TITLE}")
    st.caption(words.KEEP_ABOUT)
    which, who = st.columns(2)
    with which:
        device = st.selectbox(words.KEEP_DEVICE, sorted(places), key="devices_keep")
    with who:
        by = signed_by("devices_person")
    key = "devices_keep_bytes"
    refusal = None if by else SIGN_FIRST
    if tapped(st.button, own_taps(), words.KEEP, key, refusal):
        target = f"recliner:{places[device]}"
        given = give(target, "keep_bytes", by or "", {"device_id": device})
        own_taps().answered()
        told = words.KEEP_TOLD.get(given.status, given.status)
        say(told.format(message=given.message))


def _draw_finder() -> None:
    listed = list_ports()
    clinic, pictures = here.dashboard().clinic, access.recliners_now().values()
    st.caption(words.PORTS_ARE_HERE)
    if listed:
        rows = port_table(listed, clinic, pictures)
        st.dataframe(pd.DataFrame(rows), hide_index=True, key="devices_ports")
    else:
        say(words.NO_PORTS)
    port = _ask_port([one.device for one in listed])
    may_ask = st.checkbox(words.MAY_ASK, True, help=words.MAY_ASK_HELP, key="devices_ask")
    is_ruled_out = st.checkbox(words.NO_A1_CUFF, help=words.NO_A1_CUFF_HELP, key="devices_a1")
    st.caption(words.PROBE_LASTS)
    label = words.PROBE.format(port=plain(port)) if port else words.PROBE_NAMELESS
    if st.button(label, disabled=not port, type="primary", key="devices_probe") and port:
        owner = owner_of(port, clinic, pictures, listed)
        if owner is not None:
            say(words.PROBE_REFUSED.format(port=port, owner=owner))
        else:
            _tell(_probe(port, may_ask, is_ruled_out))


def _ask_port(listed: list[str]) -> str:
    """Ask for a port of the list or by its name; empty while none is named."""
    chosen = st.radio(
        words.PROBE_PORT,
        [*listed, ""],
        format_func=lambda one: one or words.OTHER_PORT,
        horizontal=True,
        key="devices_port",
    )
    if chosen:
        return str(chosen)
    named = st.text_input(words.PORT_NAME, placeholder=words.PROBE_PORT_HINT, key="devices_named")
    return str(named).strip()


def _probe(port: str, may_ask: bool, is_ruled_out: bool) -> ProbeReport:
    """Probe a port, telling each step. Raises TransportError where it cannot be opened."""
    running = words.PROBE_RUNNING.format(port=port)
    with probing(port), st.status(plain(running), expanded=True) as status:
        try:
            report = probe(
                port,
                SystemClock(),
                may_ask=may_ask,
                is_single_byte_cuff_ruled_out=is_ruled_out,
                tell=lambda step: st.write(plain(step)),
            )
        except ChairsideError:
            status.update(label=words.PROBE_NOTHING, expanded=False)
            raise
        status.update(label=words.PROBE_DONE, expanded=False)
    return report


def _tell(report: ProbeReport) -> None:
    """Say what was found, in words, and the lines to paste."""
    if report.match is None:
        st.markdown(words.PROBE_NOTHING_AT.format(port=plain(report.port)))
    else:
        kind, line = report.match.kind, words_of(report.match.line)
        st.markdown(
            words.PROBE_FOUND.format(
                port=plain(report.port), title=plain(kind.title), device=kind.name, line=plain(line)
            )
        )
    if report.usb is not None:
        st.markdown(plain(words.PROBE_USB.format(usb=report.usb)))
    for remark in report.remarks:
        st.markdown(plain(remark))
    if report.match is not None:
        st.caption(words.PROBE_TOML)
        st.code(report.toml(True if is_loopback(report.port) else None), language="toml")


def _draw() -> None:
    local = frame(words.DEVICES_TITLE, words.DEVICES_ABOUT)
    configured, finder = st.tabs(list(words.DEVICE_TABS))
    with configured, told_errors():
        _draw_devices(local)
        _draw_keeping()
    with finder, told_errors():
        _draw_finder()


_draw()
