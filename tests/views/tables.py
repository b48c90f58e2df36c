"""What pages show as tables of HTML, read back as rows."""

from __future__ import annotations

from html.parser import HTMLParser

from streamlit.testing.v1 import AppTest


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[list[str]] = []
        self._cell: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.lines.append([])
        elif tag in ("th", "td"):
            self._cell = []

    def handle_endtag(self, tag: str) -> None:
        if tag in ("th", "td") and self._cell is not None:
            self.lines[-1].append("".join(self._cell))
            self._cell = None

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data)


def read_table(html: str) -> list[dict[str, str]]:
    """Return the rows of a table, each by the names of its head."""
    reader = _Reader()
    reader.feed(html)
    head, *lines = reader.lines
    return [dict(zip(head, line, strict=True)) for line in lines]


def tables(page: AppTest) -> list[list[dict[str, str]]]:
    """Return all such tables of a page, in order."""
    told = [one.proto.body for one in page.get("html")]
    return [read_table(html) for html in told if "<table" in html]
