"""A real browser, Chromium, driven by ChromeDriver: for what only shows when a page is drawn."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service

_TOOLS = ("chromium", "chromedriver")
_ALONE = (
    "--headless",
    "--no-sandbox",  # root has no other way, and the pages are ours
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)
_FAULTS = (Path(__file__).parent / "faults_of_a_page.js").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Browser:
    """A running browser with one page."""

    driver: Chrome

    def show(self, page: Path, *, width_px: int, dark: bool = False) -> None:
        """Draw a file on a screen of this width."""
        size = {"width": width_px, "height": 900, "deviceScaleFactor": 1, "mobile": True}
        self._tell("Emulation.setDeviceMetricsOverride", **size)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._tell("Emulation.setEmulatedMedia", features=[scheme])
        for log in ("performance", "browser"):
            self._log(log)
        self.driver.get(page.as_uri())

    def faults(self) -> list[str]:
        """What a reader of the page would complain about, a sentence each."""
        found: list[str] = self.driver.execute_script(_FAULTS)
        nameless = sum(role == "image" and not name for role, name in self._read_aloud())
        if nameless:
            found.append(f"{nameless} pictures have no name for who cannot see them")
        found += [
            f"it asks for {url}" for url in self._asked_for() if url != self.driver.current_url
        ]
        found += [f"the console: {entry['message']}" for entry in self._log("browser")]
        return found

    def _read_aloud(self) -> list[tuple[str, str]]:
        nodes = self._tell("Accessibility.getFullAXTree")["nodes"]
        return [
            (node["role"]["value"], node.get("name", {}).get("value", ""))
            for node in nodes
            if not node["ignored"]
        ]

    def _asked_for(self) -> list[str]:
        told = [json.loads(entry["message"]) for entry in self._log("performance")]
        sent = "Network.requestWillBeSent"
        events = [each["message"] for each in told]
        urls = [each["params"]["request"]["url"] for each in events if each["method"] == sent]
        return [url for url in urls if not url.startswith("data:")]

    def _log(self, of: str) -> list[dict[str, str]]:
        """What has been said since the last look."""
        entries: list[dict[str, str]] = self.driver.get_log(of)  # type: ignore[no-untyped-call]
        return entries

    def _tell(self, command: str, **arguments: object) -> Any:
        return self.driver.execute_cdp_cmd(command, arguments)


@contextmanager
def open_browser() -> Iterator[Browser]:
    """Start one with nothing in it; skips the test where there is none, in CI that fails."""
    missing = [tool for tool in _TOOLS if shutil.which(tool) is None]
    if missing:
        stop = pytest.fail if "CI" in os.environ else pytest.skip
        stop(f"needs {', '.join(missing)} (apt-get install chromium chromium-driver)")
    with tempfile.TemporaryDirectory(prefix="coughd-browser-", ignore_cleanup_errors=True) as home:
        options = ChromeOptions()
        for option in (*_ALONE, f"--user-data-dir={home}"):
            options.add_argument(option)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        options.binary_location = str(shutil.which("chromium"))
        driver = Chrome(options, Service(str(shutil.which("chromedriver"))))
        try:
            yield Browser(driver)
        finally:
            driver.quit()
