"""What the chart of a session draws: breaks, extremes, limits, phases, alarms, entries."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go
import pytest

from views.figure_layout import ranges_of
from views.figures import lone_points, pressure_words, session_figure
from views.session_chart import (
    AlarmBar,
    Curve,
    EntryMark,
    LimitLine,
    ModelCurve,
    Panel,
    PhaseBand,
    Pressure,
    SessionChart,
)

T0 = 1_763_771_234_000
MINUTE = 60_000
SPAN = (T0, T0 + 40 * MINUTE)


def chart(**fields: Any) -> SessionChart:
    """Return a chart of forty minutes."""
    return SessionChart("s1", SPAN, **fields)


def traces_of(figure: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """Return the traces of one name."""
    return [trace for trace in figure["data"] if trace["name"] == name]


def spo2(*points: tuple[int, float | None]) -> dict[Panel, Curve]:
    """Return a curve of SpO2; moments in seconds after T0."""
    return {Panel.SPO2: Curve(tuple((T0 + at * 1000, value) for at, value in points))}


def test_a_gap_is_a_break_and_is_never_bridged() -> None:
    figure = session_figure(chart(curves=spo2((0, 97), (1, 96), (2, None), (90, 95), (91, 95))))
    line = traces_of(figure, "SpO₂ %")[0]
    assert line["y"] == [97, 96, None, 95, 95]
    assert line["connectgaps"] is False
    assert line["mode"] == "lines"


def test_a_value_alone_between_two_breaks_is_still_drawn() -> None:
    curve = spo2((0, 97), (1, None), (30, 88), (31, None), (60, 96), (61, 96))[Panel.SPO2]
    assert lone_points(curve) == [(T0, 97), (T0 + 30_000, 88)]
    dots = traces_of(session_figure(chart(curves={Panel.SPO2: curve})), "SpO₂ %")[1]
    assert dots["y"] == [97, 88]
    assert dots["mode"] == "markers"


def test_ranges_are_fixed_and_open_to_seventy_only_for_deep_values() -> None:
    calm = session_figure(chart(curves=spo2((0, 97), (1, 81))))
    assert calm["layout"]["yaxis4"]["range"] == [80, 100.6]
    deep = session_figure(chart(curves=spo2((0, 97), (1, 79))))
    assert deep["layout"]["yaxis4"]["range"] == [70, 100.6]
    assert ranges_of(chart())[Panel.PULSE] == (30, 180)
    assert ranges_of(chart())[Panel.NIBP] == (40, 220)
    for axis in ("yaxis2", "yaxis3", "yaxis4"):
        assert calm["layout"][axis]["fixedrange"] is True
        assert "autorange" not in calm["layout"][axis]


def test_a_value_beyond_the_view_is_marked_at_its_edge_with_its_number() -> None:
    figure = session_figure(chart(curves=spo2((0, 97), (1, 64))))
    mark = traces_of(figure, "beyond the chart")[0]
    assert (mark["y"], mark["text"], mark["marker"]["symbol"]) == ([70], ["64"], ["triangle-down"])


def test_a_pressure_is_a_dated_line_from_systolic_to_diastolic_with_its_mean() -> None:
    pressures = (Pressure(T0, 142, 88, 106, 78), Pressure(T0 + MINUTE, 150, 92, None, None))
    figure = session_figure(chart(pressures=pressures))
    stems = traces_of(figure, "BP mmHg")[0]
    assert stems["y"] == [142, 88, None, 150, 92, None]
    assert stems["x"][3] == T0 + MINUTE
    assert traces_of(figure, "Mean")[0]["y"] == [106]
    assert pressure_words(pressures[0]) == "142/88 (106), pulse 78"
    assert pressure_words(pressures[1]) == "150/92"


def test_a_failed_cuff_is_a_mark_of_its_own_and_no_pressure() -> None:
    figure = session_figure(chart(pressures=(Pressure(T0, failure="leak"),)))
    failed = traces_of(figure, "Cuff failed")[0]
    assert failed["text"] == ["Cuff failed: leak"]
    assert not traces_of(figure, "BP mmHg")


def test_limits_are_dotted_lines_and_their_numbers_are_printed() -> None:
    limits = (
        LimitLine(Panel.SPO2, 90, "SpO₂ % below 90", T0, SPAN[1]),
        LimitLine(Panel.NIBP, 180, "BP mmHg at or above 180", T0, T0 + MINUTE),
        LimitLine(Panel.NIBP, 190, "BP at or above 190", T0 + MINUTE, SPAN[1], is_changed=True),
    )
    figure = session_figure(chart(limits=limits))
    drawn = [trace for trace in figure["data"] if trace.get("meta", {}).get("limit")]
    assert [trace["line"]["dash"] for trace in drawn] == ["dot"] * 3
    assert [trace["x"] for trace in drawn][1] == [T0, T0 + MINUTE]
    printed = {note["text"]: note["hovertext"] for note in figure["layout"]["annotations"][3:]}
    assert printed == {"90": "SpO₂ % below 90", "190 ✎": "BP at or above 190"}


def test_numbers_of_limits_do_not_cover_each_other_and_the_nearest_is_printed() -> None:
    limits = tuple(
        LimitLine(Panel.NIBP, level, f"{level}", *SPAN, is_main=is_main)
        for level, is_main in ((183, False), (180, False), (165, True), (200, False))
    )
    figure = session_figure(chart(limits=limits))
    assert [note["text"] for note in figure["layout"]["annotations"][3:]] == ["165", "183", "200"]


def test_phases_are_bands_and_a_pause_is_hatched() -> None:
    bands = (
        PhaseBand("infusing", T0, T0 + MINUTE),
        PhaseBand("paused", T0 + MINUTE, T0 + 2 * MINUTE),
    )
    figure = session_figure(chart(bands=bands))
    infusing, paused = figure["data"][:2]
    assert infusing["x"] == [T0, T0, T0 + MINUTE, T0 + MINUTE]
    assert "fillpattern" not in infusing
    assert paused["fillpattern"]["shape"] == "/"


@pytest.mark.parametrize(
    ("priority", "sign", "symbol", "colour"),
    [
        ("high", "!!!", "diamond", "#e5202a"),
        ("medium", "!!", "triangle-up", "#ffd02e"),
        ("low", "!", "circle", "#5f87a5"),
    ],
)
def test_an_alarm_is_told_by_colour_shape_and_text(
    priority: str, sign: str, symbol: str, colour: str
) -> None:
    alarm = AlarmBar(
        priority, "SpO₂ 86 below 90", T0, T0 + 95_000, Panel.SPO2, 86, "A. <b>Nurse</b>"
    )
    figure = session_figure(chart(alarms=(alarm,)))
    bar, marks, at_value = figure["data"]
    assert bar["x"] == [T0, T0 + 95_000, None]
    assert (marks["text"], marks["marker"]["symbol"], marks["marker"]["color"]) == (
        [sign],
        symbol,
        colour,
    )
    assert marks["customdata"] == [
        f"{sign} SpO₂ 86 below 90, 1 min 35 s, ✓ A. &lt;b&gt;Nurse&lt;/b&gt;"
    ]
    assert (at_value["yaxis"], at_value["y"]) == ("y4", [86])


def test_medicines_are_printed_and_a_corrected_one_is_struck_through() -> None:
    entries = (
        EntryMark(T0, "medicine", "midazolam 1 mg", "Medicine: midazolam 1 mg · A. Nurse"),
        EntryMark(T0 + 10 * MINUTE, "medicine", "midazolam 9 mg", "…", is_corrected=True),
        EntryMark(T0 + 20 * MINUTE, "note", "a <script> note", "Note: a <script> note"),
    )
    marks = traces_of(session_figure(chart(entries=entries)), "Entries")[0]
    assert marks["text"] == ["midazolam 1 mg", "<s>midazolam 9 mg</s>", ""]
    assert marks["customdata"][2] == "Note: a &lt;script&gt; note"


def test_names_of_entries_never_print_over_the_next_mark_and_all_are_told() -> None:
    names = ["fentanyl 50 µg", "midazolam 1 mg", "ondansetron 4 mg"]
    entries = tuple(
        EntryMark(T0 + place * MINUTE, "medicine", name, f"Medicine: {name}")
        for place, name in enumerate(names)
    )
    marks = traces_of(session_figure(chart(entries=entries)), "Entries")[0]
    assert marks["text"] == ["", "", "ondansetron 4 mg"]
    assert marks["customdata"] == [f"Medicine: {name}" for name in names]


def test_the_model_is_named_a_model_and_stands_in_a_row_of_its_own() -> None:
    figure = session_figure(chart(model=ModelCurve("Kamp 2020", ((T0, 0.0), (T0 + 1, 253.0)))))
    (line,) = traces_of(figure, "model")
    assert line["fill"] == "tozeroy"
    assert figure["layout"]["yaxis6"]["range"] == [0, 300]
    assert any("not a measurement" in note["text"] for note in figure["layout"]["annotations"])
    assert "yaxis6" not in session_figure(chart())["layout"]


def test_a_zoom_of_one_session_does_not_stay_for_the_next() -> None:
    assert session_figure(chart())["layout"]["uirevision"] == "s1"


def test_times_are_shown_by_the_viewers_clock() -> None:
    shifted = chart(offset_ms=3_600_000, curves=spo2((0, 97), (1, 97)), planned_end_utc_ms=T0 + 5)
    figure = session_figure(shifted)
    assert figure["layout"]["xaxis"]["range"][0] == T0 + 3_600_000
    assert traces_of(figure, "SpO₂ %")[0]["x"][0] == T0 + 3_600_000
    assert figure["layout"]["shapes"][0]["x0"] == T0 + 5 + 3_600_000


def test_a_simulated_session_says_so_across_the_chart() -> None:
    notes = session_figure(chart(is_simulated=True))["layout"]["annotations"]
    assert any(note["text"] == "SIMULATED" for note in notes)


def test_plotly_accepts_the_whole_figure_and_nothing_needs_webgl() -> None:
    full = chart(
        curves=spo2((0, 97), (1, 60), (2, None), (9, 99)),
        pressures=(Pressure(T0, 120, 80, 93, 70), Pressure(T0 + 1, failure="leak")),
        limits=(LimitLine(Panel.SPO2, 90, "below 90", *SPAN),),
        bands=(PhaseBand("paused", *SPAN),),
        alarms=(AlarmBar("high", "x", *SPAN, Panel.NIBP, 250),),
        entries=(EntryMark(T0, "medicine", "m", "m"),),
        planned_end_utc_ms=T0 + 9,
        model=ModelCurve("Kamp 2020", ((T0, 1.0),)),
        is_simulated=True,
    )
    figure = session_figure(full)
    go.Figure(figure)
    assert {trace["type"] for trace in figure["data"]} == {"scatter"}
