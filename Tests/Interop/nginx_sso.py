"""Examples/nginx-sso: nginx asks `/gateway/check` about each request, and the application reads who it is from headers.

`--alone` puts a stub in Gatehouse's place; then it is about nginx.conf only.
"""

import contextlib
import http.client
import http.server
import json
import pathlib
import shutil
import sys
import tempfile
import threading
import urllib.parse

import requests

from broker import broker
from identity_providers import Mock, email
from support import check, free_port, logged, running, step

EXAMPLE = pathlib.Path(__file__).parents[2] / "Examples/nginx-sso"
NGINX = shutil.which("nginx") or "/usr/sbin/nginx"
# What a client may try, in all the spellings that an application behind CGI takes for the same.
FORGED = ["X-Gatehouse-User", "x-gatehouse-user", "X_Gatehouse_User", "X-Gatehouse_User", "X-Gatehouse-Email", "X_GATEHOUSE_EMAIL",
          "X-Gatehouse-Kind", "X-Gatehouse-Roles", "X-Gatehouse-Namespaces", "X-Gatehouse-Groups", "X-Gatehouse-Name", "X-Gatehouse-Sign-In"]


class Site:
    """The example's nginx and application, on ports of their own."""

    def __init__(self):
        self.port, self.application = free_port(), free_port()
        self.authority = f"127.0.0.1:{self.port}"
        self.url = "http://" + self.authority

    @contextlib.contextmanager
    def running(self, gatehouse):
        with tempfile.TemporaryDirectory(prefix="nginx-sso-") as name:
            folder = pathlib.Path(name)
            text = (EXAMPLE / "nginx.conf").read_text().replace("FOLDER", name)
            for of_example, here in ((8090, self.port), (8080, gatehouse), (8091, self.application)):
                text = text.replace(f"127.0.0.1:{of_example}", f"127.0.0.1:{here}")
            (folder / "nginx.conf").write_text(text)
            application = [sys.executable, str(EXAMPLE / "application.py"), str(self.application)]
            nginx = [NGINX, "-e", "stderr", "-c", name + "/nginx.conf", "-g", "master_process off;"]
            ready = f"http://127.0.0.1:{self.application}/"
            with running(application, ready), logged(folder / "log") as outputs, \
                    running(nginx, ready, **outputs):
                self.wait()
                yield self

    def wait(self):
        while True:
            with contextlib.suppress(ConnectionError):
                return self.raw("GET", "/", [])

    def raw(self, method, path, headers, host=None, body=None):
        """A request with exactly these headers, twice where they come twice: status, headers, body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in [("Host", host or self.authority), *headers]:
            connection.putheader(name, value)
        connection.endheaders(body)
        answer = connection.getresponse()
        found = answer.status, answer.headers, answer.read().decode()
        connection.close()
        return found

    def seen(self, cookie, headers=(), path="/", **more):
        """What the application sees of a request that is let in."""
        status, _, text = self.raw("GET", path, [("Cookie", cookie), *headers], **more)
        check(status == 200, f"{path} is let in", f"{status} {text[:500]}")
        return json.loads(text)


def names(seen, name):
    """Every header that an application could take for this one."""
    return [value for found, value in seen["headers"] if found.replace("_", "-") == name]


def nobody(site, expected_sign_in):
    status, headers, _ = site.raw("GET", "/reports?year=2026&q=a%26b", [])
    check(status == 302 and expected_sign_in(headers["Location"]), "nobody is sent to sign in, and then back", f"{status} {headers}")
    for forged in FORGED:
        check(site.raw("GET", "/", [(forged, "root")])[0] == 302, f"{forged} alone lets nobody in")
    status, headers, _ = site.raw("POST", "/reports", [("Content-Length", "3")], body=b"a=b")
    check(status == 401, "a form is not redirected: 401", f"{status} {headers}")
    check(site.raw("GET", "/_gatehouse", [])[0] == 404, "the question itself cannot be asked from outside")
    check(site.raw("GET", "/gateway/check", [])[0] == 404, "nor by its own name")
    check(site.raw("GET", "/", [], host="attacker.example")[0] == 421, "another host is not served")
    status, headers, _ = site.raw("GET", site.url + "/x", [], host="attacker.example")
    check("attacker" not in headers.get("Location", ""), "nor does one get into the redirect", headers)


def somebody(site, cookie, address):
    """`cookie` is the session's, `name=value`."""
    seen = site.seen(cookie, path="/reports?year=2026")
    check(seen["path"] == "/reports?year=2026", "the path arrives as it is", seen)
    check(names(seen, "x-gatehouse-email") == [address], "the application knows who it is", seen)
    user, roles = names(seen, "x-gatehouse-user"), names(seen, "x-gatehouse-roles")
    check(len(user) == 1 and user[0] not in ("", "root"), "by a stable name, too", seen)
    twice = [(name, value) for name in FORGED for value in ("root", "admin")]
    forged = site.seen(cookie, [*twice, ("X-Original-URL", "http://attacker.example/"), ("X-Forwarded-For", "10.0.0.1"),
                                ("X-Forwarded-Host", "attacker.example"), ("Forwarded", "for=10.0.0.1")])
    check(names(forged, "x-gatehouse-email") == [address] and names(forged, "x-gatehouse-user") == user
          and names(forged, "x-gatehouse-roles") == roles, "what the client wrote is gone, in all spellings and twice", forged)
    check("root" not in json.dumps(forged) and "admin" not in json.dumps(forged), "everywhere", forged)
    check(names(forged, "x-forwarded-for") == ["127.0.0.1"] and names(forged, "forwarded") == [], "and so are addresses", forged)
    secret = cookie.split("=", 1)[1]
    for text in (cookie, f"a=1; {cookie}; b=2", f"{cookie}; a=1; b=2", f"a=1; b=2; {cookie}", f"{cookie}; a=1; b=2; {cookie}",
                 f"{cookie};a=1;b=2", f"{cookie}; {cookie}; {cookie}; a=1; b=2"):
        found = names(site.seen(text), "cookie")
        kept = [] if text.count(secret) > 2 or "a=1" not in text else ["a=1", "b=2"]
        left = [part.strip() for part in "".join(found).split(";") if part.strip()]
        check(secret not in "".join(found) and left == kept, f"the application does not get the session ({text.count('=')} cookies)", found)
    status, _, text = site.raw("POST", "/form", [("Cookie", cookie), ("Content-Length", "3")], body=b"a=b")
    check(status == 200 and json.loads(text)["body"] == "a=b", "a form arrives with its body", text)


class Stub(http.server.ThreadingHTTPServer):
    """`/gateway/check` as Gatehouse has it: 200, 401 with where to sign in, 403."""

    daemon_threads = True

    def __init__(self, port):
        self.asked, self.is_gone = [], False
        super().__init__(("127.0.0.1", port), StubHandler)
        threading.Thread(target=self.serve_forever, daemon=True).start()


class StubHandler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if self.server.is_gone:
            self.close_connection = True
            return
        self.server.asked.append((self.command, self.path, [(name.lower(), value) for name, value in self.headers.items()]))
        path, _, question = self.path.partition("?")
        cookie = self.headers.get("Cookie", "")
        if path != "/gateway/check":
            return self.answer(200, {})
        if question != "namespace=payments&role=developer":
            return self.answer(500, {})
        if "gatehouse_session=alice" in cookie:
            return self.answer(200, {"X-Gatehouse-User": "user-1", "X-Gatehouse-Email": email("alice"), "X-Gatehouse-Namespaces": "payments",
                                     "X-Gatehouse-Roles": "payments:developer"})
        if "gatehouse_session=bob" in cookie:
            return self.answer(403, {})
        site = urllib.parse.urlsplit(self.headers["X-Original-URL"])
        back = urllib.parse.quote(site.path + ("?" + site.query if site.query else ""), safe="")
        return self.answer(401, {"WWW-Authenticate": "Bearer", "X-Gatehouse-Sign-In": f"{site.scheme}://{site.netloc}/sign-in?return_to={back}"})

    do_POST = do_GET

    def answer(self, status, headers):
        self.send_response(status)
        for name, value in {**headers, "Content-Length": "0"}.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_):
        pass


def back_to(site, path):
    def holds(location):
        parts = urllib.parse.urlsplit(location)
        back = dict(urllib.parse.parse_qsl(parts.query)).get("return_to")
        return parts.path == "/sign-in" and parts.netloc in ("", site.authority) and back in (path, site.url + path)
    return holds


def alone():
    site, port = Site(), free_port()
    stub = Stub(port)
    with site.running(port):
        nobody(site, back_to(site, "/reports?year=2026&q=a%26b"))
        somebody(site, "gatehouse_session=alice", email("alice"))
        status, headers, text = site.raw("GET", "/", [("Cookie", "gatehouse_session=bob")])
        check(status == 403 and "Not permitted" in text, "who may not sees a page that says so: 403", f"{status} {text}")
        method, path, headers = next(asked for asked in stub.asked if asked[1].startswith("/gateway") and ("x-original-method", "POST") in asked[2])
        check(method == "GET" and ("content-length", "3") not in headers, "the question has no body, and is a GET", headers)
        check([v for n, v in headers if n == "x-original-url"] == [f"{site.url}/reports"], "it has the address, once", headers)
        site.raw("GET", "/sign-in?return_to=%2F", [("Host2", "x"), ("X-Forwarded-Host", "attacker.example")])
        _, path, headers = stub.asked[-1]
        check(path == "/sign-in?return_to=%2F" and "attacker" not in str(headers), "Gatehouse's pages are under the same host", stub.asked[-1])
        stub.is_gone = True
        check(site.raw("GET", "/", [("Cookie", "gatehouse_session=alice")])[0] == 500, "a Gatehouse that breaks off lets nobody in: 500")
        stub.shutdown()
        stub.server_close()
        check(site.raw("GET", "/", [("Cookie", "gatehouse_session=alice")])[0] == 500, "without Gatehouse nobody gets in: 500")


def against_us():
    site = Site()
    settings = "proxy: {trusted: [127.0.0.1]}"
    with broker(Mock, settings=settings, public_url=site.url) as (server, provider), site.running(server.port):
        nobody(site, back_to(site, "/reports?year=2026&q=a%26b"))
        sessions = {}
        for person in ("alice", "bob"):
            browser = server.browser(provider)
            page = server.walk_in(browser, browser.open(site.url + "/reports?year=2026"), provider, person)
            check(page.url == site.url + "/reports?year=2026", f"{person} comes back to where it began", page.url)
            check(page.status == (200 if person == "alice" else 403), f"{person}: {page.status}", page.text[:800])
            sessions[person] = browser, "gatehouse_session=" + browser.cookie("gatehouse_session").value
        browser, cookie = sessions["alice"]
        somebody(site, cookie, email("alice"))
        check("Not permitted" in site.raw("GET", "/", [("Cookie", sessions["bob"][1])])[2], "bob sees a page that says so")
        page = browser.open(site.url + "/sign-out")
        browser.send(page, next(form for form in page.tree.forms if form.method == "POST"))
        check(site.raw("GET", "/", [("Cookie", cookie)])[0] == 302, "after signing out the old cookie lets nobody in")
        check(requests.get(server.url + "/readyz", timeout=10).ok, "and all is well")


def main():
    if not pathlib.Path(NGINX).exists():
        step("nginx is not installed")
        return 77
    return alone() if "--alone" in sys.argv else against_us()


if __name__ == "__main__":
    sys.exit(main())
