"""What a browser says about the pages: axe-core's rules for WCAG 2.2 AA, in both colour schemes and at three widths.

Other scripts import `browser` and `check`. On its own it looks at pages in a folder, which a test writes:

    PAGES_OUT=/tmp/pages swift test --filter WrittenPages
    python Tests/Interop/axe.py /tmp/pages [folder for screenshots]

Needs Debian's `chromium` and PyPI's `playwright` and `axe-playwright-python`, whose package brings axe-core itself.
"""

import contextlib
import functools
import http.server
import importlib.util
import os
import pathlib
import shutil
import sys
import threading

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
WIDTHS = [320, 768, 1280]
SCHEMES = ["light", "dark"]
POLICY = "default-src 'self'"

# What axe has no rule for: nothing to scroll sideways (WCAG 1.4.10), targets of 44 px for buttons and single links, 24 px
# for links (2.5.8) unless they are in a sentence or a list of facts.
LAYOUT = """() => {
    const found = [];
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth > width)
        found.push(`scrolls sideways: ${document.documentElement.scrollWidth} of ${width} px`);
    for (const element of document.querySelectorAll('main *')) {
        const box = element.getBoundingClientRect();
        if (box.right > width + 1 && !element.closest('.unseen'))
            found.push(`<${element.localName} class="${element.className}"> ends at ${box.right} of ${width} px`);
    }
    for (const element of document.querySelectorAll('button, input:not([type=hidden]), a')) {
        const inText = element.localName == 'a' && !element.matches('.alone, .button, .choice');
        const least = inText ? 0 : 44;
        const box = element.getBoundingClientRect();
        if (box.height < least || box.width < least)
            found.push(`<${element.localName}> ${element.textContent.trim()} is only ${box.width} x ${box.height} px`);
    }
    return found;
}"""


def axe_source():
    """The file of the installed package: nothing is fetched."""
    package = importlib.util.find_spec("axe_playwright_python")
    if package is None:
        raise SystemExit("FAILED: the package axe-playwright-python is not installed")
    return (pathlib.Path(package.origin).parent / "axe.min.js").read_text()


@contextlib.contextmanager
def browser(scheme="light", width=1280, **options):
    """A page of Debian's Chromium; `options` are Playwright's for a context."""
    from playwright.sync_api import sync_playwright

    program = shutil.which("chromium")
    if program is None:
        print("chromium is not installed")
        raise SystemExit(77)
    with sync_playwright() as playwright:
        # Root, as in a container, has no sandbox; the pages are ours.
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        chromium = playwright.chromium.launch(executable_path=program, args=arguments)
        context = chromium.new_context(
            color_scheme=scheme, viewport={"width": width, "height": 900}, **options)
        try:
            yield context.new_page()
        finally:
            chromium.close()


def findings(page):
    """What is wrong with the page as it is now, one line each.

    axe is not put into the page as a script, which its content security policy would rightly refuse, but evaluated by the
    debugger as the browser's own tools are.
    """
    page.evaluate(axe_source() + "\n;0")
    result = page.evaluate("tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", TAGS)
    lines = [
        f"{violation['id']} ({violation['impact']}): {node['html'][:160]} - {node['failureSummary']}"
        for violation in result["violations"] for node in violation["nodes"]
    ]
    if not result["passes"]:
        lines.append("axe found nothing to look at")
    return lines + page.evaluate(LAYOUT)


def check(page, name, schemes=SCHEMES, widths=WIDTHS, screenshots=None):
    """Ends the script when the open page has a fault in one of the schemes or at one of the widths."""
    faults = []
    for scheme in schemes:
        page.emulate_media(color_scheme=scheme)
        for width in widths:
            page.set_viewport_size({"width": width, "height": 900})
            faults += [f"{scheme}, {width} px: {line}" for line in findings(page)]
            if screenshots:
                page.screenshot(path=pathlib.Path(screenshots) / f"{name}-{scheme}-{width}.png", full_page=True)
    if faults:
        raise SystemExit(f"FAILED: {name}\n  " + "\n  ".join(faults))
    print(f"ok: {name} has no fault that axe finds", flush=True)


class Folder(http.server.SimpleHTTPRequestHandler):
    """The pages as the program serves them: with the content security policy, which would show what it refuses."""

    def end_headers(self):
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_message(self, *_):
        pass


def check_folder(folder, screenshots):
    folder = pathlib.Path(folder)
    pages = sorted(file.stem for file in folder.glob("*.html"))
    if not pages:
        raise SystemExit(f"FAILED: no pages in {folder}")
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Folder, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    failed = []
    with browser() as page:
        console = []
        page.on("console", lambda message: console.append(message.text))
        for name in pages:
            page.goto(f"http://127.0.0.1:{server.server_port}/{name}.html")
            # Chromium asks for it by itself, and a folder has none.
            refused = [text for text in console if "favicon" not in text and "404" not in text]
            console.clear()
            try:
                if refused:
                    raise SystemExit(f"FAILED: {name}: the console says {refused}")
                check(page, name, screenshots=screenshots)
            except SystemExit as fault:
                print(fault, flush=True)
                failed.append(name)
    server.shutdown()
    if failed:
        raise SystemExit(f"FAILED: {len(failed)} of {len(pages)} pages: {', '.join(failed)}")
    print(f"{len(pages)} pages, {len(SCHEMES)} schemes, {len(WIDTHS)} widths: no fault")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        print("a folder of pages is needed; see the comment at the top")
        raise SystemExit(77)
    shots = sys.argv[2] if len(sys.argv) > 2 else None
    if shots:
        pathlib.Path(shots).mkdir(parents=True, exist_ok=True)
    check_folder(sys.argv[1], shots)
