"""A browser for the whole run, and a fresh page for each test, told where one fails."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.rig import FLAGS, chromium_path

expect.set_options(timeout=15_000)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Open one headless Chromium."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium_path(), args=FLAGS)
        yield opened
        opened.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Function,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Put into the report of a failed test what its page showed at the end."""
    report = yield
    page = item.funcargs.get("page")
    if report.failed and report.when == "call" and isinstance(page, Page):
        shown = page.locator("body").aria_snapshot()
        report.sections.append((f"what {page.url} showed at the end", shown))
    return report


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Open a page of its own that fails the test on any script error."""
    context = browser.new_context(viewport={"width": 1920, "height": 1080})
    opened = context.new_page()
    errors: list[Any] = []
    opened.on("pageerror", lambda error: errors.append(error))
    yield opened
    context.close()
    assert not errors
