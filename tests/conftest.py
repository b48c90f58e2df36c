"""What holds for all tests: those that open a browser come last.

Playwright's synchronous interface leaves an event loop running in its thread, in which nothing
else that wants a loop of its own can run.
"""

from __future__ import annotations

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put every test that opens a browser behind all others, else keep the order."""
    items.sort(key=_opens_browser)


def _opens_browser(item: pytest.Item) -> bool:
    return item.get_closest_marker("browser") is not None or "tests/browser/" in item.nodeid
