"""E-mail through aiosmtpd: sign-up by a link in an e-mail, over implicit TLS with a password, and over STARTTLS.

And what an operator does: authentication policies hold over a restart, and `authentication_policies: ignore` opens the door.
"""

import asyncio
import email
import email.policy
import queue
import re
import ssl
import threading

import requests
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from support import PROGRAM, check, free_port, running, secured, step

mails = queue.Queue()


class Mailbox:
    def __init__(self, implicit):
        self.implicit = implicit

    async def handle_DATA(self, server, session, envelope):
        mails.put((envelope.mail_from, envelope.rcpt_tos, self.implicit or session.ssl is not None, bool(session.authenticated), envelope.content))
        return "250 taken"


def authenticate(server, session, envelope, mechanism, data):
    good = isinstance(data, LoginPassword) and (data.login, data.password) == (b"gatehouse", b"hunter22")
    return AuthResult(success=good, handled=good)


def listen(loop, port, context, implicit):
    """Implicit TLS or STARTTLS, always with a password."""
    def smtp():
        return SMTP(Mailbox(implicit), authenticator=authenticate, auth_required=True, auth_require_tls=not implicit,
                    tls_context=None if implicit else context, require_starttls=not implicit, loop=loop)
    starting = loop.create_server(smtp, "127.0.0.1", port, ssl=context if implicit else None)
    asyncio.run_coroutine_threadsafe(starting, loop).result(10)


def sign_up(gatehouse, address):
    answer = requests.post(gatehouse.url + "/no_auth/signup", json={"email": address, "first_name": "Ada"}, timeout=10)
    check(answer.status_code == 200 and answer.json()["state"] == "PENDING", "a sign-up waits", answer.text)
    sender, recipients, is_secure, is_known, content = mails.get(timeout=20)
    check((sender, recipients) == ("id@example.com", [address]), "the e-mail goes to the address", f"{sender} {recipients}")
    check(is_secure and is_known, "over TLS, with the password")
    message = email.message_from_bytes(content, policy=email.policy.default)
    check(message["To"].addresses[0].addr_spec == address and message["Subject"], "its head reads")
    link = re.search(r"http\S+/sign-up/\S+", message.get_content())[0]
    page = requests.get(link, timeout=10)
    check("Confirm" in page.text and page.headers["Content-Security-Policy"], "the link leads to a page that asks")
    users = gatehouse.call("GET", "/api/web/custom/namespaces/system/user_roles")["items"]
    check(not any(user["email"] == address for user in users), "which has changed nothing yet")
    place, token = link.split("?token=")
    done = requests.post(place, data={"token": token}, timeout=10)
    check(done.status_code == 200 and "You have an account" in done.text, "its form does", done.text)
    users = gatehouse.call("GET", "/api/web/custom/namespaces/system/user_roles")["items"]
    check(any(user["email"] == address for user in users), "there is a user")


def policies(gatehouse):
    place = "/api/config/namespaces/default/authentications"
    gatehouse.call("POST", place, {"metadata": {"name": "short"}, "spec": {"access_params": {"max_lifetime": 3600}}})
    check(gatehouse.status(gatehouse.token, "/api/web/namespaces/default/api_credentials") == 403, "a policy keeps a token out")


def main():
    implicit, explicit = free_port(), free_port()
    mail = "mail: {{server: {}, from: id@example.com, username: gatehouse, password: hunter22, certificate_authority: ./tls/ca.pem}}"
    with secured(mail.format(f"smtps://127.0.0.1:{implicit}")) as gatehouse:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(gatehouse.folder / "tls/server.pem", gatehouse.folder / "tls/server.key")
        loop = asyncio.new_event_loop()
        threading.Thread(target=loop.run_forever, daemon=True).start()
        listen(loop, implicit, context, True)
        listen(loop, explicit, context, False)
        gatehouse.call("PUT", "/api/web/namespaces/system/signup/policy", {"mode": "OPEN", "verification": "EMAIL"})
        step("implicit TLS")
        sign_up(gatehouse, "ada@example.org")
        policies(gatehouse)
        # The same store again, with other lines of configuration.
        step("STARTTLS, after a restart")
        text = gatehouse.configuration.read_text()
        again, ports = text, {gatehouse.port: free_port(), gatehouse.https_port: free_port()}
        for old, new in ports.items():
            again = again.replace(str(old), str(new))
        again = again.replace(f"smtps://127.0.0.1:{implicit}", f"smtp://127.0.0.1:{explicit}")
        other = gatehouse.folder / "again.yaml"
        gatehouse.process.terminate()
        gatehouse.process.wait(15)
        gatehouse.port = ports[gatehouse.port]
        gatehouse.url = f"http://127.0.0.1:{gatehouse.port}"
        path = "/api/web/namespaces/default/api_credentials"
        for line, status in (("authentication_policies: enforce", 403), ("authentication_policies: ignore", 200)):
            other.write_text(again + line + "\n")
            with running([PROGRAM, "serve", "--config", str(other)], gatehouse.url + "/readyz", quiet=True):
                check(gatehouse.status(gatehouse.token, path) == status, f"{line} is {status}")
                if status == 403:
                    sign_up(gatehouse, "bob@example.org")


main()
