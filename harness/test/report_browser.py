#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The report in a real browser: headless Chromium, driven through its debugging pipe.

Usage: report_browser.py BIN [--pictures DIR]     BIN: the directory with aerobench
The page is that of the largest committed reference run. --pictures also writes PNG files of it for people to look at.
Exit status: 0 passed, 1 failed, 77 skipped (one line says why).
"""
import argparse
import base64
import json
import os
import pathlib
import select
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
TIMEOUT = 180  # of one answer of the browser; a hang detector, not a claim
PAGE_BYTES_MAX = 6 << 20  # of the whole suite on three machines: about 5 MB


class Skip(Exception):
    """The test cannot run here; the text is the reason."""


def need(holds, claim, *evidence):
    if not holds:
        raise AssertionError("\n".join([claim, *(str(item) for item in evidence)]))


# --- The browser ---

class Browser:
    """One page of a headless Chromium. Commands and events: the DevTools protocol, JSON between NUL bytes."""

    def __init__(self, scratch):
        program = shutil.which("chromium") or shutil.which("chromium-browser")
        if program is None:
            raise Skip("no chromium: apt-get install chromium")
        to_read, self.to_write = os.pipe()
        self.from_read, from_write = os.pipe()
        options = ["--headless=new", "--remote-debugging-pipe", f"--user-data-dir={scratch}/profile", "--disable-gpu",
                   "--hide-scrollbars", "--no-first-run", "--disable-background-networking", "--disable-component-update",
                   "--disable-dev-shm-usage", "--disable-extensions", "--mute-audio"]
        if os.geteuid() == 0:
            options.append("--no-sandbox")  # Chromium's own sandbox refuses root
        # The browser reads commands from descriptor 3 and answers on 4.
        words = ["bash", "-c", f'exec "$@" 3<&{to_read} 4>&{from_write}', "bash", program, *options, "about:blank"]
        self.process = subprocess.Popen(words, pass_fds=(to_read, from_write), stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=open(f"{scratch}/chromium.log", "wb"),
                                        env=dict(os.environ, HOME=str(scratch)))
        os.close(to_read)
        os.close(from_write)
        self.number, self.session, self.rest, self.events = 0, None, b"", []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(domain + ".enable")
        self.call("Page.setLifecycleEventsEnabled", enabled=True)

    def receive(self):
        while b"\0" not in self.rest:
            need(select.select([self.from_read], [], [], TIMEOUT)[0], "the browser does not answer")
            piece = os.read(self.from_read, 1 << 20)
            need(piece, "the browser ended")
            self.rest += piece
        message, self.rest = self.rest.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, **params):
        self.number += 1
        command = {"id": self.number, "method": method, "params": params}
        if self.session is not None:
            command["sessionId"] = self.session
        os.write(self.to_write, json.dumps(command).encode() + b"\0")
        while True:
            message = self.receive()
            if message.get("id") == self.number:
                need("error" not in message, f"{method} failed", message)
                return message["result"]
            self.events.append(message)

    def open(self, url):
        """Everything that happened until the page was complete."""
        loader = self.call("Page.navigate", url=url)["loaderId"]
        while not any(event["params"].get("loaderId") == loader and event["params"].get("name") == "load"
                      for event in self.events if event.get("method") == "Page.lifecycleEvent"):
            self.events.append(self.receive())
        kept, self.events = self.events, []
        return kept

    def ask(self, expression):
        """The value of a JavaScript expression in the page."""
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        need("exceptionDetails" not in result, "an expression of the test failed", expression, result)
        return result["result"].get("value")

    def wait(self, expression, claim):
        """Until the expression is true."""
        deadline = time.monotonic() + TIMEOUT
        while not self.ask(expression):
            need(time.monotonic() < deadline, claim, expression)
            time.sleep(0.02)

    def look(self, width, height=900, scheme="light", media="screen"):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600)
        self.call("Emulation.setEmulatedMedia", media=media, features=[{"name": "prefers-color-scheme", "value": scheme}])

    def click(self, expression):
        x, y = self.ask(f"(() => {{ const e = {expression}; e.scrollIntoView({{block: 'center', behavior: 'instant'}});"
                        "const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; })()")
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def key(self, key, code):
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code,
                      **({"text": "\r"} if key == "Enter" and kind == "keyDown" else {}))

    def picture(self, path, height=None):
        options = {"captureBeyondViewport": True, "clip": {"x": 0, "y": 0, "scale": 1, "height": height,
                                                           "width": self.ask("innerWidth")}} if height else {}
        pathlib.Path(path).write_bytes(base64.b64decode(self.call("Page.captureScreenshot", **options)["data"]))

    def close(self):
        os.close(self.to_write)  # the end of its pipe ends the browser
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        os.close(self.from_read)


# --- Claims ---

TABLE = "document.querySelector('#comparison table')"
COLUMN = TABLE + ".tHead.rows[0].cells[{0}]"
VALUES = ("Array.from(" + TABLE + ".tBodies[0].rows).map((row) => row.cells[{0}].dataset.v)"
          ".map((v) => v === undefined ? null : parseFloat(v))")
NAMES = "Array.from(" + TABLE + ".tBodies[0].rows).map((row) => row.cells[0].textContent)"

# Every text that is shown against what it stands on (WCAG 2.1, 1.4.3); pictures of gnuplot's are filtered as a whole.
CONTRAST = """(() => {
const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
function rgba(color) {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1);
    return canvas.getImageData(0, 0, 1, 1).data;
}
function luminance(c) {
    const [r, g, b] = Array.from(c).map((v) => v / 255).map((v) => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
    return .2126 * r + .7152 * g + .0722 * b;
}
const seen = {}; let count = 0;
const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
for (let node = walk.nextNode(); node !== null; node = walk.nextNode()) {
    const element = node.parentElement;
    if (node.data.trim() === "" || element.closest("script, option, .card svg, .unseen") || !element.checkVisibility())
        continue;
    let under = element;
    while (under !== null && rgba(getComputedStyle(under).backgroundColor)[3] < 255)
        under = under.parentElement;
    const style = getComputedStyle(element), color = element.closest("svg") ? style.fill : style.color;
    const back = under === null ? "rgb(255, 255, 255)" : getComputedStyle(under).backgroundColor;
    const [a, b] = [luminance(rgba(color)), luminance(rgba(back))];
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    count++;
    if (ratio < 4.5)
        seen[color + " on " + back] = [ratio.toFixed(2), element.tagName, element.className, node.data.slice(0, 40)];
}
return { count: count, faint: seen };
})()"""


def page_asks_for_nothing_and_says_no_error(browser, url, loaded):
    asked = [event["params"]["request"]["url"] for event in loaded if event.get("method") == "Network.requestWillBeSent"]
    need([one for one in asked if not one.startswith("data:")] == [url], "the page asks for more than itself", asked)
    wrong = [event for event in loaded if event.get("method") in ("Runtime.exceptionThrown", "Log.entryAdded") or
             (event.get("method") == "Runtime.consoleAPICalled" and event["params"]["type"] in ("error", "warning"))]
    need(not wrong, "the page says something on the console", wrong)


def policy_stops_what_would_leave_the_page(browser):
    stopped = browser.ask("""new Promise((done) => {
        document.addEventListener("securitypolicyviolation", (event) => done(event.effectiveDirective), { once: true });
        new Image().src = "http://127.0.0.1:9/beacon"; setTimeout(() => done("nothing was stopped"), 5000); })""")
    need(stopped == "img-src", "the policy of the page lets a request out", stopped)


def nothing_moves_while_loading(browser):
    shift = browser.ask("""new Promise((done) => { let sum = 0;
        new PerformanceObserver((list) => { for (const entry of list.getEntries()) sum += entry.value; })
            .observe({ type: "layout-shift", buffered: true });
        setTimeout(() => done(sum), 300); })""")
    need(shift < 0.01, "the layout shifts while the page loads", shift)


def heading_sorts_its_column(browser):
    written = browser.ask(NAMES)
    browser.click(COLUMN.format(3) + ".querySelector('button')")
    need(browser.ask(COLUMN.format(3) + ".getAttribute('aria-sort')") == "descending", "a click sorts, largest first")
    values = browser.ask(VALUES.format(3))
    known = [value for value in values if value is not None]
    need(len(known) > 10 and known == sorted(known, reverse=True), "the column is not in descending order", values)
    need(values == known + [None] * (len(values) - len(known)), "what is unknown does not come last", values)
    need("descending" in browser.ask("document.getElementById('said').textContent"), "nothing was said about the order")
    browser.key("Enter", 13)
    known = [value for value in browser.ask(VALUES.format(3)) if value is not None]
    need(known == sorted(known), "Enter on the heading does not turn the order round", known)
    browser.key("Enter", 13)
    need(browser.ask(NAMES) == written, "the third time does not bring the order back in which the page was written")
    browser.click(COLUMN.format(0) + ".querySelector('button')")
    need(browser.ask(COLUMN.format(0) + ".getAttribute('aria-sort')") == "ascending", "names sort upwards first")
    need(sorted(browser.ask(NAMES)) == sorted(written), "rows were lost by sorting")


def filter_shows_what_holds_all_words(browser):
    shown = "Array.from(document.querySelectorAll('#comparison tbody tr')).filter((r) => r.checkVisibility()).map((r) => r.innerText)"
    before = browser.ask(shown)
    browser.click("document.getElementById('filter-words')")
    browser.call("Input.insertText", text="Wake same")
    after = browser.ask(shown)
    need(0 < len(after) < len(before) and all("wake" in row and "same" in row for row in after), "wrong rows stay", after)
    need(" of " in browser.ask("document.getElementById('filter-found').textContent"), "how many rows stay is not said")
    points = browser.ask("Array.from(document.querySelectorAll('details.point')).filter((p) => !p.hidden).map((p) => p.dataset.name)")
    need(points and all("wake" in name and "same" in name for name in points), "wrong points stay", points)
    # A link to what is filtered away brings it back, opened.
    browser.ask("location.hash = '#' + document.querySelector('details.point[hidden]').id; 0")
    browser.wait("(() => { const t = document.getElementById(location.hash.slice(1)); return t.open && t.checkVisibility(); })()",
                 "a link does not open what it leads to")
    need(browser.ask(shown) and len(browser.ask(shown)) == len(before), "the filter did not end")
    subject = browser.ask("document.getElementById('filter-subject').options[1].value")
    browser.ask("(() => { const s = document.getElementById('filter-subject'); s.selectedIndex = 1; s.dispatchEvent(new Event('input')); })()")
    text = browser.ask("document.getElementById('comparison').innerText")
    need(subject in text, "the chosen subject is gone", subject)
    others = [s for s in browser.ask("Array.from(document.getElementById('filter-subject').options).slice(1).map((o) => o.value)")
              if s.split("@")[1].split(":")[0] != subject.split("@")[1].split(":")[0]]
    need(others and not any(other in text for other in others), "other machines' comparisons stay", others)
    browser.ask("(() => { const s = document.getElementById('filter-subject'); s.value = 'linux@qemu'; s.dispatchEvent(new Event('input')); })()")
    rows = browser.ask("Array.from(document.querySelectorAll('#systems tbody tr')).filter((r) => r.checkVisibility()).length")
    need(rows > 10 and "linux@sim" not in browser.ask("document.getElementById('systems').innerText"),
         "the chosen Linux is not shown row by row, or another is", rows)
    browser.ask("(() => { const s = document.getElementById('filter-subject'); s.selectedIndex = 0; s.dispatchEvent(new Event('input')); })()")


def every_text_can_be_read(browser):
    browser.ask("for (const d of Array.from(document.querySelectorAll('details')).slice(0, 12)) d.open = true; 0")
    for scheme in ("light", "dark"):
        browser.look(1280, scheme=scheme)
        answer = browser.ask(CONTRAST)
        need(answer["count"] > 1000, "too few texts were looked at", answer)
        need(not answer["faint"], f"contrast below 4.5 in the {scheme} scheme", json.dumps(answer["faint"], indent=1))


def environment_names_machine_compiler_commit_and_commands(browser, run):
    text = browser.ask("document.getElementById('environment').textContent")
    facts = json.loads((run / "run.json").read_text())
    boots = [json.loads(line) for line in (run / "journal.jsonl").read_text().splitlines()]
    for fact in (facts["doctor"]["system"]["cpu_model"], facts["versions"]["compiler"], facts["versions"]["aerobench"]):
        need(fact in text, "the environment lacks a fact of run.json", fact)
    for argv in {boot["subject"]: boot["argv"] for boot in boots if boot["argv"]}.values():
        need(" ".join(argv[:4]) in text, "the environment lacks what was launched", argv)
    for reason in facts["doctor"]["machines"]["host"]["reasons"]:
        need(reason in browser.ask("document.getElementById('verdict').textContent"), "a reason is missing", reason)


def phone_scrolls_down_only(browser):
    for width in (390, 320):
        browser.look(width, 844)
        need(browser.ask("document.documentElement.scrollWidth") <= width, f"the page is wider than a screen of {width} pixels",
             browser.ask("""Array.from(document.querySelectorAll("body *")).filter((e) => e.checkVisibility() &&
                 e.getBoundingClientRect().right > innerWidth + 1 && !e.closest(".scroll, nav, pre"))
                 .slice(0, 5).map((e) => e.outerHTML.slice(0, 200))"""))


def paper_has_whole_tables_and_no_bar(browser):
    browser.look(1000, media="print")
    need(not browser.ask("document.querySelector('.bar').checkVisibility()"), "the bar is printed")
    need(browser.ask("getComputedStyle(document.querySelector('#comparison .scroll')).maxHeight") == "none", "a table is cut")


def page_without_scripts_is_complete(browser, url):
    rows = browser.ask("document.querySelectorAll('tbody tr').length")
    browser.look(1280)
    browser.call("Emulation.setScriptExecutionDisabled", value=True)
    browser.open(url)
    need(browser.ask("document.querySelectorAll('main button').length") == 0, "buttons that nothing listens to")
    need(not browser.ask("document.querySelector('.filter').checkVisibility()"), "a filter that nothing listens to")
    need(browser.ask("document.querySelectorAll('tbody tr').length") == rows, "rows are missing without scripts")
    need(browser.ask("document.querySelectorAll('#benchmarks svg.cdf').length") > 10, "pictures are missing without scripts")
    browser.call("Emulation.setScriptExecutionDisabled", value=False)


# --- All of it ---

def largest_run():
    runs = [path.parent for path in (ROOT / "results/reference").glob("*/run.json")]
    if not runs:
        raise Skip("no reference run in results/reference")
    return max(runs, key=lambda path: sum(file.stat().st_size for file in path.iterdir()))


def make_page(bin_directory, run, scratch):
    page = pathlib.Path(scratch, "report.html")
    made = subprocess.run([f"{bin_directory}/aerobench", "report", "--run", run, "-o", page], capture_output=True, text=True,
                          timeout=300, check=False)
    need(made.returncode == 0, "aerobench report failed", made.stderr)
    need(page.stat().st_size <= PAGE_BYTES_MAX, f"the page of {run.name} is larger than {PAGE_BYTES_MAX} bytes", page.stat().st_size)
    return page


def take_pictures(browser, directory):
    directory = pathlib.Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    browser.ask("for (const d of Array.from(document.querySelectorAll('details.point')).slice(0, 3)) d.open = true; 0")
    for scheme in ("light", "dark"):
        for width in (1280, 390):
            browser.look(width, 844, scheme)
            time.sleep(0.3)
            for place in browser.ask("Array.from(document.querySelectorAll('main > section')).map((s) => s.id)"):
                browser.ask(f"document.getElementById('{place}').scrollIntoView({{behavior: 'instant'}}); 0")
                browser.picture(directory / f"{scheme}-{width}-{place}.png")


def check(browser, run, page):
    url = page.as_uri()
    browser.look(1280)
    loaded = browser.open(url)
    page_asks_for_nothing_and_says_no_error(browser, url, loaded)
    nothing_moves_while_loading(browser)
    heading_sorts_its_column(browser)
    filter_shows_what_holds_all_words(browser)
    environment_names_machine_compiler_commit_and_commands(browser, run)
    every_text_can_be_read(browser)
    phone_scrolls_down_only(browser)
    paper_has_whole_tables_and_no_bar(browser)
    policy_stops_what_would_leave_the_page(browser)
    page_without_scripts_is_complete(browser, url)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bin")
    parser.add_argument("--pictures", metavar="DIR")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="aerobench-browser-", ignore_cleanup_errors=True) as scratch:
        try:
            run = largest_run()
            page = make_page(options.bin, run, scratch)
            browser = Browser(scratch)
            try:
                check(browser, run, page)
                if options.pictures:
                    browser.look(1280)
                    browser.open(page.as_uri())
                    take_pictures(browser, options.pictures)
            finally:
                browser.close()
        except Skip as reason:
            print(f"skipped: {reason}")
            return 77
        except AssertionError as claim:
            print(f"failed: {claim}")
            return 1
    print("passed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
