"""What the interop scripts share: a Gatehouse of their own on loopback, beside a third party's program."""

import contextlib
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

import requests

PROGRAM = os.environ.get("GATEHOUSE", ".build/release/gatehouse")


def step(text):
    print(text, flush=True)


def check(condition, text, got=""):
    """Ends the script when the condition does not hold; `got` is what came instead."""
    if not condition:
        raise SystemExit(f"FAILED: {text}" + (f"; got {got}" if got else ""))
    step(f"ok: {text}")


def free_port():
    """Below Linux's ephemeral range: a connection that somebody opens in between cannot take it."""
    while True:
        port = random.SystemRandom().randrange(20000, 32768)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def eventually(condition, text, seconds=5):
    """For what the server may do a moment later, as a new revocation list: at most ten a second are made."""
    end = time.monotonic() + seconds
    while not (found := condition()) and time.monotonic() < end:
        time.sleep(0.05)
    check(found, text)


def wait_for(url, process, seconds=30):
    """Until the URL answers 200; a process that dies first is a failure at once."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if process.poll() is not None:
            raise SystemExit(f"FAILED: the program behind {url} ended with {process.returncode}")
        with contextlib.suppress(requests.ConnectionError):
            if requests.get(url, timeout=5).status_code == 200:
                return
        time.sleep(0.05)
    raise SystemExit(f"FAILED: {url} did not answer within {seconds} s")


@contextlib.contextmanager
def logged(path):
    """A file for a talkative program's output; its end is shown when the block fails."""
    try:
        with open(path, "w") as log:
            yield {"stdout": log, "stderr": log}
    except BaseException:
        step("".join(f"  | {line}" for line in pathlib.Path(path).read_text(errors="replace").splitlines(True)[-8:]))
        raise


@contextlib.contextmanager
def running(command, url, quiet=False, **options):
    """A program for as long as the block lasts; its output goes where ours goes, or is errors only."""
    outputs = {"stdout": subprocess.DEVNULL if quiet else sys.stdout, "stderr": sys.stderr, "stdin": subprocess.DEVNULL}
    process = subprocess.Popen(command, **{**outputs, **options})
    try:
        wait_for(url, process)
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class Served:
    """What every server of ours has: an address, a folder and a first administrator."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.port, self.https_port = free_port(), free_port()
        self.url, self.https = f"http://127.0.0.1:{self.port}", f"https://127.0.0.1:{self.https_port}"
        # What the certificate of `https` is checked with.
        self.ca = str(self.folder / "tls/ca.pem")

    @property
    def token(self):
        return (self.folder / "admin.token").read_text().strip()

    @property
    def admin(self):
        """Headers of the first administrator."""
        return {"Authorization": "APIToken " + self.token}

    def request(self, method, path, body=None, headers=None):
        """A call with the administrator's token; answers whatever comes."""
        return requests.request(method, self.url + path, json=body, headers=headers or self.admin, timeout=30)

    def call(self, method, path, body=None, headers=None, expect=200):
        """A call with the administrator's token; answers the JSON, and fails on any other status."""
        answer = self.request(method, path, body, headers)
        check(answer.status_code == expect, f"{method} {path} is {expect}", f"{answer.status_code} {answer.text}")
        return answer.json() if answer.content else None

    def status(self, token, path="/api/web/namespaces", scheme="APIToken"):
        return requests.get(self.url + path, headers={"Authorization": f"{scheme} {token}"}, timeout=30).status_code

    def create(self, body, family="api_credentials", namespace="system"):
        return self.call("POST", f"/api/web/namespaces/{namespace}/{family}", body)

    def act(self, verb, name, family="api_credentials", **more):
        return self.call("POST", f"/api/web/namespaces/system/{verb}/{family}", {"name": name, **more})

    def introspect(self, token):
        answer = requests.post(self.url + "/oauth/introspect", data={"token": token}, headers=self.admin, timeout=10)
        check(answer.status_code == 200, "introspection answers", f"{answer.status_code} {answer.text}")
        return answer.json()

    def revoke(self, token):
        answer = requests.post(self.url + "/oauth/revoke", data={"token": token}, timeout=10)
        check(answer.status_code == 200, "revocation answers", f"{answer.status_code} {answer.text}")


class Gatehouse(Served):
    """A server with one provider and one policy file, in a folder that goes away with it."""

    def __init__(self, folder, issuer, provider, policies, settings="", https=False):
        super().__init__(folder)
        tls = "{certificate: ./tls/server.pem, key: {file: ./tls/server.key}}"
        further = f", {{address: 127.0.0.1:{self.https_port}, tls: {tls}}}" if https else ""
        self.configuration = self.folder / "gatehouse.yaml"
        for name in ("providers.d", "policies.d"):
            (self.folder / name).mkdir()
        self.configuration.write_text(
            f"""
listen: ["127.0.0.1:{self.port}"{further}]
public_url: {self.url}
database: sqlite:./gatehouse.db
providers: ./providers.d
policies: ./policies.d
keys: {{dir: ./keys}}
outbound: {{allow_origins: ["{issuer}"]}}
bootstrap: {{admin_token: {{file: ./admin.token}}}}
{settings}
"""
        )
        (self.folder / "providers.d/provider.yaml").write_text(provider)
        (self.folder / "policies.d/policies.yaml").write_text(policies)


@contextlib.contextmanager
def gatehouse(issuer, provider, policies):
    with tempfile.TemporaryDirectory(prefix="gatehouse-interop-") as folder:
        server = Gatehouse(folder, issuer, provider, policies)
        with running([PROGRAM, "serve", "--config", str(server.configuration)], server.url + "/readyz"):
            yield server


@contextlib.contextmanager
def secured(settings):
    """With https and further lines of gatehouse.yaml; nobody asks its provider, all begins with the administrator."""
    with tempfile.TemporaryDirectory(prefix="gatehouse-interop-") as folder:
        tls = pathlib.Path(folder) / "tls"
        tls.mkdir()
        run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
            "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", tls / "server.key",
            "-out", tls / "server.pem")
        shutil.copy(tls / "server.pem", tls / "ca.pem")
        server = Gatehouse(
            folder, "http://127.0.0.1:1", "name: nobody\ntype: oidc\nissuer: https://nobody.example\naudiences: [nobody]\n",
            'policies: [{name: none, provider: nobody, when: "false", grant: [{namespace: payments, roles: [monitor]}]}]\n',
            settings, https=True)
        with running([PROGRAM, "serve", "--config", str(server.configuration)], server.url + "/readyz", quiet=True) as server.process:
            yield server


class Development(Served):
    """`serve --dev` with https, as `make run` has it."""

    def __init__(self, folder):
        super().__init__(folder)
        self.command = [PROGRAM, "serve", "--dev", "--state", str(self.folder), "--port", str(self.port),
                        "--https-port", str(self.https_port), "--provider-port", str(free_port())]


@contextlib.contextmanager
def development():
    with tempfile.TemporaryDirectory(prefix="gatehouse-interop-") as folder:
        server = Development(folder)
        with running(server.command, server.url + "/readyz", quiet=True):
            yield server


def run(*command, fails=False, timeout=60, **options):
    """A command to its end; answers what it printed."""
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=timeout, **options)
    check((done.returncode != 0) == fails, " ".join(str(word) for word in command[:3]) + (" fails" if fails else " works"),
          f"{done.returncode} {done.stdout[-400:]} {done.stderr[-400:]}")
    return done.stdout + done.stderr
