"""A headless Chromium that is driven over a pipe (--remote-debugging-pipe): JSON with a zero byte
behind each message, as https://chromedevtools.github.io/devtools-protocol describes it."""

import fcntl
import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time

# Patience, not a judgement: a busy machine takes a minute to load a page.
SECONDS = 300
KEYS = {"Enter": 13, "Tab": 9, "Escape": 27, "ArrowUp": 38, "ArrowDown": 40, "ArrowLeft": 37,
        "ArrowRight": 39, "/": 191}


def program():
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if shutil.which(name):
            return name
    sys.exit("chromium is not there: install the packages of tools/packages.txt")


class Chromium:
    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        theirs, self.out = os.pipe()
        self.into, answers = os.pipe()
        # Chromium reads descriptor 3 and writes 4; above them nothing is overwritten on the way.
        theirs, answers = (fcntl.fcntl(one, fcntl.F_DUPFD, 10) for one in (theirs, answers))
        words = [program(), "--headless", "--disable-gpu", "--disable-dev-shm-usage",
                 "--no-first-run", "--disable-background-networking", "--remote-debugging-pipe",
                 f"--user-data-dir={self.folder.name}"]
        if os.geteuid() == 0:
            words.append("--no-sandbox")
        self.process = subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            pass_fds=(3, 4), preexec_fn=lambda: (os.dup2(theirs, 3), os.dup2(answers, 4)))
        os.close(theirs)
        os.close(answers)
        self.number = 0
        self.rest = b""
        self.events = []

    def close(self):
        os.close(self.out)
        self.process.terminate()
        self.process.wait()
        os.close(self.into)
        self.folder.cleanup()

    def message(self, end):
        while b"\0" not in self.rest:
            if not select.select([self.into], [], [], max(0.0, end - time.monotonic()))[0]:
                raise TimeoutError("Chromium does not answer")
            more = os.read(self.into, 1 << 20)
            if not more:
                raise EOFError("Chromium has ended")
            self.rest += more
        text, self.rest = self.rest.split(b"\0", 1)
        return json.loads(text)

    def call(self, method, session=None, **parameters):
        self.number += 1
        request = {"id": self.number, "method": method, "params": parameters}
        if session:
            request["sessionId"] = session
        text = json.dumps(request).encode() + b"\0"
        while text:
            text = text[os.write(self.out, text):]
        end = time.monotonic() + SECONDS
        while True:
            answer = self.message(end)
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                return answer["result"]
            if "method" in answer:
                self.events.append(answer)


class Page:
    """A tab without a network. What went wrong in it and what it asked for is kept."""

    def __init__(self, chromium, width=1200, height=900):
        self.chromium = chromium
        self.target = chromium.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = chromium.call("Target.attachToTarget", targetId=self.target,
                                     flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")
        self.call("Network.emulateNetworkConditions", offline=True, latency=0,
                  downloadThroughput=-1, uploadThroughput=-1)
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height,
                  deviceScaleFactor=1, mobile=False)

    def call(self, method, **parameters):
        return self.chromium.call(method, self.session, **parameters)

    def close(self):
        self.chromium.call("Target.closeTarget", targetId=self.target)

    def open(self, path):
        self.call("Page.navigate", url=path.as_uri())
        self.wait_for("document.body && 'ready' in document.body.dataset")

    def value(self, expression):
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True,
                           awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(f"{expression}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def wait_for(self, expression):
        end = time.monotonic() + SECONDS
        while True:
            try:
                if self.value(expression):
                    return
            except RuntimeError:
                # The page went away in the middle, because it loads itself again.
                pass
            if time.monotonic() > end:
                raise TimeoutError(f"waited too long for {expression}")
            time.sleep(0.05)

    def mine(self, method):
        return [event["params"] for event in self.chromium.events
                if event.get("sessionId") == self.session and event["method"] == method]

    def complaints(self):
        return ([one["exceptionDetails"] for one in self.mine("Runtime.exceptionThrown")]
                + [one for one in self.mine("Runtime.consoleAPICalled")
                   if one["type"] in ("error", "warning", "assert")]
                + [one["entry"] for one in self.mine("Log.entryAdded")
                   if one["entry"]["level"] in ("error", "warning")])

    def requests(self):
        return [one["request"]["url"] for one in self.mine("Network.requestWillBeSent")]

    def place(self, selector):
        """The middle of an element, which is brought into view."""
        return self.value(f"""(() => {{
            const node = document.querySelector({json.dumps(selector)});
            node.scrollIntoView({{block: "center", behavior: "instant"}});
            const box = node.getBoundingClientRect();
            return [box.x + box.width / 2, box.y + box.height / 2];
        }})()""")

    def mouse(self, kind, x, y, **more):
        self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, **more)

    def hover(self, selector):
        self.mouse("mouseMoved", *self.place(selector))

    def click(self, selector):
        x, y = self.place(selector)
        self.mouse("mouseMoved", x, y)
        self.mouse("mousePressed", x, y, button="left", clickCount=1)
        self.mouse("mouseReleased", x, y, button="left", clickCount=1)

    def press(self, key):
        text = {"Enter": "\r", "/": "/"}.get(key)
        common = {"key": key, "code": key, "windowsVirtualKeyCode": KEYS[key]}
        self.call("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown",
                  **common, **({"text": text} if text else {}))
        self.call("Input.dispatchKeyEvent", type="keyUp", **common)

    def write(self, text):
        self.call("Input.insertText", text=text)

    def texts(self, selector):
        return self.value(f"[...document.querySelectorAll({json.dumps(selector)})]"
                          ".map(node => node.textContent)")

    def count(self, selector):
        return self.value(f"document.querySelectorAll({json.dumps(selector)}).length")

    def style(self, selector, name):
        return self.value(f"getComputedStyle(document.querySelector({json.dumps(selector)}))"
                          f".getPropertyValue({json.dumps(name)})")
