"""The offline decoder, as a user meets it."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from monitors.decode import run_decode
from tests.devices.deliveries import FOLDER, transcripts_of


def decoded(device: str, source: str | None, is_hex: bool = False) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    code = run_decode(device, source, is_hex, out, err)
    return code, out.getvalue(), err.getvalue()


def test_one_object_a_reading_on_out_and_the_summary_on_err(tmp_path: Path) -> None:
    capture = tmp_path / "capture.bin"
    capture.write_bytes(b' NA1100014128079095&2\r RA3072"F\r NA8100000000000000%K\r')
    code, out, err = decoded("dinamap", str(capture))
    assert code == 0
    assert out.splitlines() == [
        '{"kind":"nibp","outcome":"completed","systolic_mmhg":128,"diastolic_mmhg":79,'
        '"mean_mmhg":95,"pulse_rate_per_min":72,"conditions":[]}',
        '{"kind":"nibp","outcome":"failed","reason":"overpressure","systolic_mmhg":null,'
        '"diastolic_mmhg":null,"mean_mmhg":null,"pulse_rate_per_min":null,"conditions":[]}',
    ]
    assert err == '{"frames":3,"bad_checksums":0,"discarded_bytes":0}\n'


def test_an_oximetry_reading_is_printed_as_documented(tmp_path: Path) -> None:
    capture = tmp_path / "capture.bin"
    capture.write_bytes(bytes.fromhex("80 48 61"))
    assert decoded("nonin-df1", str(capture))[1] == (
        '{"kind":"oximetry","spo2_pct":97,"pulse_rate_per_min":72,"perfusion_index_pct":null,'
        '"validity":"valid","conditions":[]}\n'
    )


def test_hexadecimal_text_and_raw_bytes_give_the_same(tmp_path: Path) -> None:
    raw = tmp_path / "capture.bin"
    raw.write_bytes(transcripts_of("nonin-df2")[0].raw)
    text = FOLDER / "nonin-df2" / (transcripts_of("nonin-df2")[0].name + ".hex")
    assert decoded("nonin-df2", str(raw)) == decoded("nonin-df2", str(text), is_hex=True)


@pytest.mark.parametrize("source", [None, "-"])
def test_standard_input_is_read_as_bytes(
    source: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = transcripts_of("nonin-df2")[0].raw
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))
    code, out, err = decoded("nonin-df2", source)
    assert (code, len(out.splitlines())) == (0, len(transcripts_of("nonin-df2")[0].records))
    assert json.loads(err) == transcripts_of("nonin-df2")[0].summary


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("01 81\n 5A 0G", "line 2, column 6: 'G' is not a hexadecimal digit"),
        ("80 48 6", "line 1, column 7: a byte is two hexadecimal digits, '6' has 1"),
        ("# comment zz\n80 # more\n\n\t0x48", "line 4, column 3: 'x' is not a hexadecimal digit"),
    ],
)
def test_a_wrong_digit_is_named_by_line_and_column(text: str, place: str, tmp_path: Path) -> None:
    capture = tmp_path / "capture.hex"
    capture.write_text(text)
    code, out, err = decoded("nonin-df1", str(capture), is_hex=True)
    assert (code, out) == (2, "")
    assert err == f"{capture}, {place}\n"


def test_comments_case_line_ends_and_runs_of_digits_are_all_read(tmp_path: Path) -> None:
    capture = tmp_path / "capture.hex"
    capture.write_bytes(b"\xef\xbb\xbf# three frames\r\n804862 # one\r\n81 0c 62\r\nE37F 7f")
    code, out, err = decoded("nonin-df1", str(capture), is_hex=True)
    assert code == 0
    assert len(out.splitlines()) == 3
    assert json.loads(err)["frames"] == 3


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    missing = str(tmp_path / "nowhere.bin")
    assert decoded("nonin-df1", missing) == (
        2,
        "",
        f"cannot read {missing}: No such file or directory\n",
    )


def test_an_unknown_device_is_answered_with_the_nearest(tmp_path: Path) -> None:
    code, out, err = decoded("nonin-df3", str(tmp_path))
    assert (code, out) == (2, "")
    assert "'nonin-df3'" in err
    assert "did you mean" in err


def test_an_empty_capture_gives_an_empty_summary(tmp_path: Path) -> None:
    capture = tmp_path / "empty"
    capture.write_bytes(b"")
    for device in ("nonin-df2", "dinamap"):
        assert decoded(device, str(capture)) == (
            0,
            "",
            '{"frames":0,"bad_checksums":0,"discarded_bytes":0}\n',
        )


def test_a_capture_longer_than_one_read_is_decoded_whole(tmp_path: Path) -> None:
    capture = tmp_path / "long.bin"
    raw = transcripts_of("nonin-df2")[-1].raw
    capture.write_bytes(raw * 60)
    code, out, err = decoded("nonin-df2", str(capture))
    assert code == 0
    assert json.loads(err)["frames"] == len(raw) // 5 * 60
    assert len(out.splitlines()) == len(transcripts_of("nonin-df2")[-1].records) * 60
