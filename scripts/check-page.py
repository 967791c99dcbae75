#!/usr/bin/env python3
"""check-page.py PAGE.html|URL REPORT.json [SCREENSHOTS]: opens a report's page in headless Chromium, as its readers would.

Fails where the console shows an error, a number on the page differs from the report, a click or a key does nothing, or the
page is wider than its window. With a folder as third argument it keeps what it saw there: phone, laptop and wall screen,
light and dark, and on paper. Needs Chromium and PyPI's playwright (`pip install playwright`; it brings no browser of its own)."""

import json
import pathlib
import shutil
import sys
import time

from playwright.sync_api import Error, sync_playwright

SIZES = {"phone": (390, 844), "laptop": (1366, 850), "wall": (2560, 1440)}


def number(page, name):
    return int(page.locator(f'[data-number="{name}"]').inner_text().replace(",", ""))


def check_numbers(page, report, problems):
    sessions = report["sessions"]
    want = {
        "sessions": len(sessions),
        "moved": sum(len(s["placements"]) > 1 for s in sessions),
        "datagrams": sum(s["datagrams"] for s in sessions),
        "placed": sum(s["placed"] for s in sessions),
        "lost": sum(s["lost"] for s in sessions),
        "incidents": len(report["incidents"]),
        "findings": len(report["findings"]),
        "ambiguous": report["matching"]["ambiguous"],
        "unmatched": report["matching"]["unmatched"],
    }
    want |= {f"matched-{tier}": count for tier, count in report["matching"]["matched"].items()}
    for name, count in want.items():
        if number(page, name) != count:
            problems.append(f"the page says {number(page, name)} {name}, the report {count}")


def check_clicks(page, report, problems):
    def expect(condition, what):
        if not condition:
            problems.append(what)

    details = page.locator("#details")
    if report["incidents"]:
        card = page.locator("[data-incident]").first
        card.click()
        expect(card.get_attribute("aria-pressed") == "true", "an incident cannot be chosen")
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
        expect(card.get_attribute("aria-pressed") == "false", "Escape does not leave an incident")
    page.select_option("#group", "none")
    placed = [s for s in report["sessions"] if s["placements"]]
    if placed:
        session = placed[0]
        page.fill("#search", session["client"])
        page.locator(".lane").first.click()
        expect(details.is_visible(), "a click on a session opens nothing")
        text = details.inner_text()
        for word in (session["client"], session["front"], session["placements"][0]["seen_source"]):
            expect(word in text, f"the details of {session['client']} do not show {word}")
        rows = page.locator("#placements tbody tr").count()
        expect(rows == min(500, len(session["placements"])), f"{rows} placements are listed")
        page.keyboard.press("Escape")
        expect(not details.is_visible(), "Escape does not close the details")
    page.fill("#search", "no such client")
    nothing = "No session is like that" if report["sessions"] else "No session was seen"
    expect(nothing in page.locator("#lanes").inner_text(), "a search finds too much")
    page.fill("#search", "")
    page.locator("#lanes").focus()
    page.keyboard.press("+")
    page.wait_for_timeout(150)
    expect(page.locator("#window").is_visible(), "+ does not zoom")
    page.keyboard.press("0")
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    if report["sessions"]:
        expect(details.is_visible(), "Enter opens nothing")
        last = report["sessions"][-1]["client"]
        expect(last in details.inner_text(), f"End and Enter do not open {last}")
    page.keyboard.press("Escape")


def wait_until(page, script, seconds=20):
    """Whether a condition comes to hold; playwright's own waiting would have the page evaluate, which its policy forbids."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if page.evaluate(script):
                return True
        except Error:
            # The page is being loaded anew.
            pass
        page.wait_for_timeout(100)
    return False


def check_live(chromium, url, report, problems):
    """What a collector serves: it is told what happens, and loads itself anew then."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        page.on("console", lambda message: problems.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: problems.append(f"script: {error}"))
        page.on("request", lambda request: request.url.startswith((url, "data:")) or problems.append(request.url))
        page.goto(url)
        check_numbers(page, report, problems)
        page.evaluate("window.isFirst = true")
        for what, script in {
            "no report is told": "document.getElementById('live-state').textContent.startsWith('report ')",
            "no event is told": "document.querySelectorAll('#live-events li').length > 0",
            "it is not loaded anew": "!window.isFirst",
            "what was told is forgotten": "document.querySelectorAll('#live-events li').length > 0",
        }.items():
            if not wait_until(page, script):
                problems.append(what)
                break
        # An agent keeps frames: the packets of a finding can be fetched.
        finding = next((f for f in report["findings"] if f["client"] in {s["client"] for s in report["sessions"]}), None)
        if finding:
            link = page.locator(f'a.packets[href="/api/v1/evidence/{finding["id"]}.pcapng"]')
            # The page may just be loaded anew, or still be asking which agents keep frames.
            for _ in range(20):
                page.fill("#search", finding["client"])
                page.select_option("#group", "none")
                page.locator(".lane").first.click()
                if link.count():
                    break
                page.keyboard.press("Escape")
                page.wait_for_timeout(500)
            else:
                problems.append(f"the packets of {finding['id']} are not offered")
        # Who looks for something is left alone.
        page.fill("#search", "203")
        page.evaluate("window.isFirst = true")
        page.wait_for_timeout(7_000)
        if not page.evaluate("window.isFirst === true"):
            problems.append("it is loaded anew while somebody looks for something")
        browser.close()


def main():
    path, report = sys.argv[1], json.load(open(sys.argv[2]))
    folder = pathlib.Path(sys.argv[3]) if len(sys.argv) > 3 else None
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    problems = []
    if path.startswith("http:"):
        check_live(chromium, path, report, problems)
        for problem in dict.fromkeys(problems):
            print(problem)
        sys.exit(bool(problems))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for name, (width, height) in SIZES.items():
            for scheme in ("light", "dark"):
                page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
                page.on("console", lambda message: problems.append(f"console: {message.text}"))
                page.on("pageerror", lambda error: problems.append(f"script: {error}"))
                page.on("request", lambda request: request.url.startswith(("file:", "data:")) or problems.append(request.url))
                page.goto(pathlib.Path(path).resolve().as_uri())
                page.wait_for_timeout(150)
                check_numbers(page, report, problems)
                if folder:
                    page.screenshot(path=folder / f"{name}-{scheme}.png", full_page=True)
                check_clicks(page, report, problems)
                if folder:
                    page.screenshot(path=folder / f"{name}-{scheme}-end.png")
                overflow = page.evaluate("document.documentElement.scrollWidth") - width
                if overflow > 0:
                    problems.append(f"{name}: {overflow} pixels too wide")
                page.close()
        if folder:
            page = browser.new_page()
            page.goto(pathlib.Path(path).resolve().as_uri())
            page.pdf(path=folder / "paper.pdf")
        browser.close()
    for problem in dict.fromkeys(problems):
        print(problem)
    sys.exit(bool(problems))


main()
