"""What is asked of a DINAMAP, and when."""

from __future__ import annotations

from itertools import pairwise

from monitors.devices.dinamap import DinamapAdapter
from monitors.devices.dinamap_frames import (
    CANCEL_CUFF,
    READ_NIBP,
    READ_OXIMETRY,
    READ_RATE,
    READ_RATE_PRO_200,
    START_CUFF,
    NibpReply,
    OximetryReply,
    RateReply,
)

NIBP, OXIMETRY = READ_NIBP.to_bytes(), READ_OXIMETRY.to_bytes()
RATE, RATE_PRO_200 = READ_RATE.to_bytes(), READ_RATE_PRO_200.to_bytes()
START, CANCEL = START_CUFF.to_bytes(), CANCEL_CUFF.to_bytes()
ANSWERS = {
    NIBP: NibpReply(1, 60, 128, 79, 95).to_bytes(),
    OXIMETRY: OximetryReply(1, 97, 8).to_bytes(),
    RATE: RateReply(2, 71).to_bytes(),
    RATE_PRO_200: RateReply(2, 71, "RC").to_bytes(),
    START: START,
    CANCEL: CANCEL,
}


def talk(
    adapter: DinamapAdapter, until_s: float, answers: dict[bytes, bytes], from_s: float = 0.0
) -> list[tuple[float, bytes]]:
    """Run the conversation in steps of 50 ms and return what was sent, and when."""
    sent: list[tuple[float, bytes]] = []
    for step in range(round(from_s * 20), round(until_s * 20)):
        now_s = step / 20
        question = adapter.due(now_s)
        if question:
            sent.append((now_s, question))
            adapter.feed(answers.get(question.lstrip(b"\r"), b""), now_s + 0.02)
    return sent


def test_each_second_one_round_of_questions_is_asked_one_at_a_time() -> None:
    sent = talk(DinamapAdapter(), 3.0, ANSWERS)
    assert [question for _, question in sent] == [NIBP, OXIMETRY, RATE] * 3
    assert [at for at, question in sent if question == NIBP] == [0.0, 1.0, 2.0]


def test_no_second_question_while_one_is_out() -> None:
    adapter = DinamapAdapter()
    assert adapter.due(0.0) == NIBP
    assert [adapter.due(step / 100) for step in range(1, 100)] == [b""] * 99


def test_after_a_second_without_an_answer_a_bare_end_and_the_question_again() -> None:
    adapter = DinamapAdapter()
    assert adapter.due(0.0) == NIBP
    assert adapter.due(1.0) == b"\r" + NIBP
    assert adapter.due(1.9) == b""
    assert adapter.due(2.0) == OXIMETRY


def test_half_an_answer_is_no_answer() -> None:
    adapter = DinamapAdapter()
    adapter.due(0.0)
    adapter.feed(ANSWERS[NIBP][:9], 0.1)
    assert adapter.due(0.2) == b""
    adapter.feed(ANSWERS[NIBP][9:], 0.3)
    assert adapter.due(0.3) == OXIMETRY


def test_a_late_answer_to_another_question_does_not_end_the_wait() -> None:
    adapter = DinamapAdapter()
    adapter.due(0.0)
    adapter.feed(ANSWERS[OXIMETRY], 0.1)
    assert adapter.due(0.2) == b""


def test_a_monitor_without_an_oximeter_is_still_asked_for_pressures_each_few_seconds() -> None:
    only_nibp = {NIBP: ANSWERS[NIBP]}
    sent = talk(DinamapAdapter(), 120.0, only_nibp)
    asked = [at for at, question in sent if question == NIBP]
    gaps = [after - before for before, after in pairwise(asked)]
    assert max(gaps) < 6.0
    late = [question for at, question in sent if at > 30.0]
    assert late.count(NIBP) >= 75
    assert late.count(OXIMETRY) <= 4


def test_an_oximeter_that_is_back_is_asked_each_second_again() -> None:
    adapter = DinamapAdapter()
    talk(adapter, 60.0, {NIBP: ANSWERS[NIBP]})
    sent = talk(adapter, 120.0, ANSWERS, from_s=60.0)
    late = [question for at, question in sent if at >= 110.0]
    assert late.count(OXIMETRY) == 10


def test_a_silent_monitor_is_asked_on_and_for_everything_once_it_is_back() -> None:
    adapter = DinamapAdapter()
    silent = talk(adapter, 60.0, {})
    assert sum(question.endswith(NIBP) for _, question in silent) >= 40
    back = [question for _, question in talk(adapter, 64.0, ANSWERS, from_s=60.0)]
    assert back.count(OXIMETRY) >= 2


def test_a_port_that_was_reopened_is_asked_for_everything() -> None:
    adapter = DinamapAdapter()
    talk(adapter, 20.0, {NIBP: ANSWERS[NIBP]})
    adapter.begin(20.0)
    back = [question for _, question in talk(adapter, 21.0, ANSWERS, from_s=20.0)]
    assert OXIMETRY in back


def test_a_pro_200_that_knows_only_rc_is_asked_rc() -> None:
    answers = {question: ANSWERS[question] for question in (NIBP, OXIMETRY, RATE_PRO_200)}
    sent = talk(DinamapAdapter(), 40.0, answers)
    late = [question for at, question in sent if at >= 30.0]
    assert late.count(RATE_PRO_200) == 10
    assert RATE not in late


def test_only_the_wanted_questions_are_asked() -> None:
    sent = talk(DinamapAdapter(polls=("OA", "RA")), 2.0, ANSWERS)
    assert [question for _, question in sent] == [OXIMETRY, RATE] * 2


def test_a_start_goes_at_once_when_nothing_is_out_and_before_the_next_question() -> None:
    adapter = DinamapAdapter()
    assert adapter.start_cuff(0.0) == START
    adapter = DinamapAdapter()
    assert adapter.due(0.0) == NIBP
    assert adapter.start_cuff(0.1) == b""
    adapter.feed(ANSWERS[NIBP], 0.2)
    assert adapter.due(0.2) == START
    assert adapter.due(0.3) == b""
    adapter.feed(START, 0.4)
    assert adapter.due(0.4) == OXIMETRY


def test_a_start_is_never_sent_twice() -> None:
    adapter = DinamapAdapter()
    adapter.start_cuff(0.0)
    sent = [question for _, question in talk(adapter, 30.0, {})]
    assert START not in b"".join(sent)


def test_a_start_waits_no_longer_than_an_answer_may_take() -> None:
    adapter = DinamapAdapter()
    adapter.due(0.0)
    adapter.start_cuff(0.1)
    assert adapter.due(1.0) == START


def test_a_cancel_goes_at_once_and_takes_back_a_start_that_waits() -> None:
    adapter = DinamapAdapter()
    adapter.due(0.0)
    adapter.start_cuff(0.1)
    assert adapter.cancel_cuff(0.2) == CANCEL
    assert START not in b"".join(question for _, question in talk(adapter, 5.0, ANSWERS, 0.25))


def test_nothing_ordered_is_sent_after_the_port_was_lost() -> None:
    adapter = DinamapAdapter()
    adapter.due(0.0)
    adapter.start_cuff(0.1)
    assert adapter.begin(5.0) == b""
    sent = [question for _, question in talk(adapter, 15.0, ANSWERS, from_s=5.0)]
    assert sent[0] == NIBP
    assert START not in sent


def test_an_echo_of_our_own_question_does_not_pass_for_the_device() -> None:
    adapter = DinamapAdapter()
    question = adapter.due(0.0)
    adapter.feed(question, 0.1)
    assert adapter.counts.frames == 0
    assert adapter.counts.discarded_bytes == len(question)
