"""Examples/authlib-app: Flask and Authlib sign people in with a Gatehouse that `serve --dev` runs, as the example does."""

import json
import os
import pathlib
import re
import sys

from browser import Browser
from support import check, development, free_port, running

EXAMPLE = pathlib.Path(__file__).parents[2] / "Examples/authlib-app"


def main():
    port = free_port()
    site = f"http://127.0.0.1:{port}"
    with development() as server:
        document = json.loads((EXAMPLE / "client.json").read_text().replace("http://127.0.0.1:8093", site))
        client = server.call("POST", "/api/web/namespaces/system/oauth_clients", document)
        settings = {"PORT": str(port), "ISSUER": server.url, "CLIENT_ID": client["client_id"],
                    "CLIENT_SECRET": client["client_secret"]}
        people = re.search(r"issuer: (http://[^/]+)", (server.folder / "providers.d/people.yaml").read_text())[1]
        program = [sys.executable, str(EXAMPLE / "application.py")]
        with running(program, site + "/", quiet=True, env={**os.environ, **settings}):
            browser = Browser(site, server.url, people)
            check("Nobody is signed in" in browser.open(site + "/").words, "nobody is signed in")
            page = browser.open(site + "/login")
            check(page.url.startswith(people), "signing in leads to the provider", f"{page.status} {page.url}")
            page = browser.open(page.link["Continue with Alice Adams"], referring=page.url)
            check("Example app" in page.words, "then Gatehouse asks her about the application", page.text)
            page = browser.submit(page, "decision", decision="allow")
            check(page.url == site + "/" and "Hello, Alice Adams (alice@example.org)" in page.words, "and the application knows her", f"{page.url} {page.words}")
            answer = next(url for url in page.walk if url.startswith(site + "/callback"))
            check(browser.open(answer).status == 400, "the same answer again: refused")
            check(Browser(site).open(answer).status == 400, "and in another browser (login CSRF)")
            other = answer.replace("iss=http", "iss=https")
            check("somebody else" in browser.open(other).text, "an answer of another issuer: refused (RFC 9207)")

            page = browser.open(site + "/login")
            check(page.url == site + "/", "a second time nobody asks anything", page.url)
            page = browser.send(page, page.tree.forms[0])
            check(page.url.split("?")[0] == site + "/" and "Nobody is signed in" in page.words, "signing out leads back", f"{page.url} {page.words}")
            page = browser.open(server.url + "/account")
            check(page.url.startswith(people), "and she is signed out of Gatehouse, too", page.url)

            page = browser.open(browser.open(site + "/login").link["Continue with Bob Brown"])
            page = browser.submit(page, "decision", decision="deny")
            check(page.status == 400 and "access_denied" in page.words, "who says no is not signed in", f"{page.url} {page.text}")


if __name__ == "__main__":
    main()
