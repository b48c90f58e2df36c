"""A real collector behind the session page, in this process: store, picture, cuff and clock.

The collector turns in a thread of its own, as it would in its process; what a test tells it from
outside waits for the turn that is under way. Its clock goes on with the world and can be pushed.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

from monitors.devices.link_events import Received
from monitors.readings import NibpDetermination, NibpOutcome, OximetryReading, Validity
from tests.room.rig import until
from tests.test_collector import Rig
from views import access, here
from views.gate import Gate
from views.here import Dashboard
from views.live import Live
from views.plain import read_plain

PAGE = Path(__file__).parents[2] / "views" / "pages" / "visit.py"


class VisitRoom:
    """Hold a recliner R1 with an oximeter and a cuff, maybe more of them, and the dashboard."""

    def __init__(
        self,
        folder: Path,
        more: str = "",
        staff: Sequence[str] = ("A. Nurse", "Dr. B"),
        recliners: int = 1,
    ) -> None:
        self.rig = Rig(folder, recliners, more)
        self.live = Live(lambda: time.monotonic_ns() // 1_000_000, lambda: 0, lambda _: True)
        self.live.read_from(self.rig.page, "Test room")
        told = self.rig.clinic.clinic.model_copy(update={"staff": list(staff)})
        clinic = self.rig.clinic.model_copy(update={"clinic": told})
        here.open_with(Dashboard(clinic, self.rig.page, Gate("k" * 32), self.live))
        self._lock, self._over = threading.Lock(), threading.Event()
        self._thread = threading.Thread(target=self._work)
        self._thread.start()
        until(lambda: self.live.recliners.get("R1"), "the page sees the recliner")

    def _work(self) -> None:
        while not self._over.wait(0.02):
            with self._lock:
                self._turn(0.02)

    def _turn(self, seconds: float) -> None:
        self.rig.clock.push(seconds)
        while not self.rig.collector.inbox.empty():
            self.rig.collector.handle(self.rig.collector.inbox.get())
        self.rig.collector.turn()
        self.live.take(self.live.look())

    def close(self) -> None:
        """End the collector."""
        self._over.set()
        self._thread.join()
        access.forget()
        self.rig.collector.close()
        self.rig.page.close()

    @contextmanager
    def hung(self) -> Iterator[None]:
        """Let the collector hang meanwhile."""
        with self._lock:
            yield

    # ---- the patient

    def pass_minutes(self, minutes: float) -> None:
        """Let minutes pass, the oximeter speaking once in each of their seconds' tens."""
        with self._lock:
            for _ in range(round(minutes * 6)):
                self._turn(10)
                self._tell("oximeter", OximetryReading(98, 72, None, Validity.VALID))
            self._turn(0.2)

    def measure(self, systolic: int = 118, diastolic: int = 74) -> None:
        """Let the cuff give a result."""
        done = NibpDetermination(NibpOutcome.COMPLETED, systolic, diastolic, 90, 71)
        with self._lock:
            self._turn(0.2)
            self._tell("monitor", done)
            self._turn(1.2)

    def _tell(self, role: str, reading: Any) -> None:
        self.rig.tell(Received(f"R1/{role}", reading, self.rig.clock.now_ms()))

    @property
    def picture(self) -> dict[str, Any]:
        """Return what the page may know of R1 now."""
        return self.live.recliners["R1"]

    def sees(self, is_so: Any, says: str) -> None:
        """Wait until something is so of the picture."""
        until(lambda: is_so(self.picture), says)

    def order(self, verb: str, **arguments: Any) -> None:
        """Give an order beside the page, as another page would."""
        command_id = self.rig.order(verb, **arguments)
        found = until(
            lambda: (o := self.rig.page.outcome(command_id)) and o.status != "pending" and o,
            f"{verb} is answered",
        )
        assert found.status == "done", found.message
        now = self.rig.page.since(0)
        seq = now.seq if now else 0
        until(lambda: self.live._seq >= seq, "the dashboard has seen it")

    # ---- a nurse in front of the page

    def nurse(self, name: str = "A. Nurse") -> Nurse:
        """Open the page, signed by a person."""
        page = AppTest.from_file(str(PAGE), default_timeout=30)
        page.session_state["person"] = name
        return Nurse(page.run())


class Nurse:
    """Use the page by what stands on it: labels of buttons, names of fields."""

    def __init__(self, page: AppTest) -> None:
        self.page = page

    def until(self, told: str) -> Nurse:
        """Look again, as the page does by itself, until it says something."""
        until(lambda: told in self.look(), f"the page says {told!r}")
        return self

    def look(self) -> str:
        """Draw the page anew and return everything it says."""
        return self._drawn(self.page.run()).said()

    def _drawn(self, page: AppTest) -> Nurse:
        assert not page.exception, page.exception
        self.page = page
        return self

    def said(self) -> str:
        """Return everything the page says."""
        html = [unescape(one.proto.body) for one in self.page.get("html")]
        kinds = (self.page.markdown, self.page.caption, self.page.info)
        return "\n".join([*html, *(read_plain(one.value) for kind in kinds for one in kind)])

    def button(self, label: str, nth: int = 0) -> Any:
        """Return a button by its label."""
        found = [one for one in self.page.button if read_plain(one.label) == label]
        assert len(found) > nth, f"no button {label!r} among {[b.label for b in self.page.button]}"
        return found[nth]

    def press(self, label: str, nth: int = 0) -> Nurse:
        """Press a button that can be pressed."""
        button = self.button(label, nth)
        assert not button.disabled, f"{label} cannot be pressed: {button.help}"
        return self._drawn(button.click().run())

    def can_press(self, label: str) -> bool:
        """Say whether a button is there and open."""
        return any(read_plain(one.label) == label and not one.disabled for one in self.page.button)

    def _field(self, kind: str, name: str) -> Any:
        keyed = re.compile(re.escape(name) + r"(-\d+)?-R1")
        found = [one for one in getattr(self.page, kind) if keyed.match(str(one.key))]
        assert found, f"no {kind} {name!r} among {[one.key for one in getattr(self.page, kind)]}"
        return found[0]

    def type(self, name: str, text: str) -> Nurse:
        """Type into a text field."""
        self._field("text_input", name).set_value(text)
        return self

    def number(self, name: str, value: float) -> Nurse:
        """Type into a number field."""
        self._field("number_input", name).set_value(value)
        return self

    def choose(self, name: str, value: Any) -> Nurse:
        """Tap one of a row."""
        self._field("button_group", name).set_value(value)
        return self

    def rate(self, scale: str, number: int) -> Nurse:
        """Tap a number of a scale."""
        return self._drawn(self._field("button", f"scale-{scale}-{number}").click().run())

    def turn(self, name: str) -> Nurse:
        """Turn a switch."""
        return self._drawn(self._field("toggle", name).set_value(True).run())

    def tick(self, name: str) -> Nurse:
        """Tick a box."""
        self._field("checkbox", name).check()
        return self

    def draw(self) -> Nurse:
        """Let the page react to what was tapped."""
        return self._drawn(self.page.run())
