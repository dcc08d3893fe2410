"""A person at a browser without JavaScript, by requests: cookies, redirects one by one, and forms.

It goes no further than the origins it knows: a redirect to another place (a client's callback, where nobody listens) ends
the walk there, and the page that comes back is that place.
"""

import dataclasses
import urllib.parse

import lxml.html
import requests

from support import check


def origin(url):
    parts = urllib.parse.urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def query(url):
    """The parameters of a redirect, each once: a second `state` is an attack or a mistake."""
    pairs = urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query, keep_blank_values=True)
    if len(dict(pairs)) != len(pairs):
        raise SystemExit(f"FAILED: no parameter comes twice; got {url}")
    return dict(pairs)


@dataclasses.dataclass
class Page:
    url: str
    status: int
    headers: dict
    text: str
    walk: list  # every address on the way here

    @property
    def tree(self):
        return lxml.html.fromstring(self.text, base_url=self.url)

    @property
    def words(self):
        return " ".join(self.tree.text_content().split())

    @property
    def query(self):
        return query(self.url)

    @property
    def link(self):
        """Where each link leads, by its words."""
        return {" ".join(a.text_content().split()): urllib.parse.urljoin(self.url, a.get("href")) for a in self.tree.iter("a")}

    def form(self, field):
        """The one form that has this field or button; `kind=value` is another attribute than `name`."""
        kind, value = field.split("=") if "=" in field else ("name", field)
        found = [form for form in self.tree.forms if form.xpath(f".//*[@{kind}='{value}']")]
        if len(found) != 1:
            raise SystemExit(f"FAILED: one form with {field}; got {len(found)} at {self.url}: {self.text[:2000]}")
        return found[0]


class Browser:
    def __init__(self, *origins, verify=True):
        self.origins, self.session = set(origins), requests.Session()
        self.session.verify, self.session.trust_env = verify, False
        self.session.headers["Accept"] = "text/html,application/xhtml+xml,*/*;q=0.8"

    def cookie(self, name):
        return next((cookie for cookie in self.session.cookies if cookie.name == name), None)

    def open(self, url, referring=None, method="GET", data=None, hops=20):
        """As an address typed in, or as a link or a form of the page `referring`."""
        walk, site = [], "same-origin" if referring else "none"
        for _ in range(hops):
            walk.append(url)
            if origin(url) not in self.origins:
                return Page(url, 0, {}, "", walk)
            # Fetch metadata as a browser has it on loopback, where all ports are one site.
            if referring and origin(url) != origin(referring):
                site = "same-site"
            headers = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document", "Sec-Fetch-User": "?1", "Sec-Fetch-Site": site}
            if method == "POST":
                headers["Origin"] = origin(referring)
            answer = self.session.request(method, url, data=data, headers=headers, allow_redirects=False, timeout=30)
            if answer.status_code not in (301, 302, 303, 307, 308):
                return Page(url, answer.status_code, answer.headers, answer.text, walk)
            url = urllib.parse.urljoin(url, answer.headers["Location"])
            if answer.status_code in (301, 302, 303):
                method, data = "GET", None
        check(False, "the redirects end", walk)

    def submit(self, page, field, **values):
        """Fills in and sends the form that has `field`; a value may also be that of the button pressed."""
        return self.send(page, page.form(field), **values)

    def send(self, page, form, **values):
        pairs = [(name, value) for name, value in form.form_values() if name not in values] + list(values.items())
        action, method = urllib.parse.urljoin(page.url, form.action or page.url), form.method.upper()
        if method == "GET":
            return self.open(action.split("?")[0] + "?" + urllib.parse.urlencode(pairs), referring=page.url)
        return self.open(action, referring=page.url, method=method, data=pairs)
