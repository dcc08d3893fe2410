"""PKCS#12 bundles over mTLS by curl, requests-pkcs12, Node and openssl; revocation lists; and nginx in front."""

import base64
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.parse

import requests
import requests_pkcs12

from support import check, eventually, free_port, running, secured, step

# With what is hard to say: a colon, a space, and more than ASCII.
PASSWORD = "s\u00e9cret: 9"
WHOAMI = "/api/web/custom/namespaces/system/whoami"
BASE = "/api/web/namespaces/system/"
NGINX = shutil.which("nginx") or "/usr/sbin/nginx"
# Where nginx comes from; the other clients come from 127.0.0.1, which nobody trusts.
PROXY = "127.0.0.3"
SETTINGS = f"""
plugins: [credentials, token, directory]
proxy: {{trusted: [{PROXY}], client_certificate_header: X-Client-Certificate}}
"""
NODE = """
const fs = require('fs'), https = require('https');
const [url, ca, pfx, passphrase] = process.argv.slice(1);
https.get(url, {ca: fs.readFileSync(ca), pfx: fs.readFileSync(pfx), passphrase, agent: false}, (answer) => {
  answer.resume(); answer.on('end', () => console.log(answer.statusCode));
}).on('error', (error) => { console.error(error.message); process.exit(1); });
"""


def run(*command, text=""):
    return subprocess.run([str(part) for part in command], input=text, capture_output=True, text=True, timeout=60)


def openssl(*arguments, text=""):
    return run("openssl", *arguments, text=text)


class Certificate:
    """One credential, and every client with its bundle."""

    def __init__(self, server, family, name, data):
        self.server, self.family, self.name = server, family, name
        self.folder = pathlib.Path(tempfile.mkdtemp(dir=server.folder))
        self.bundle, self.pem = self.folder / "bundle.p12", self.folder / "leaf.pem"
        self.bundle.write_bytes(base64.b64decode(data, validate=True))
        done = openssl("pkcs12", "-in", self.bundle, "-passin", "pass:" + PASSWORD, "-nodes", "-out", self.pem)
        check(done.returncode == 0, "openssl pkcs12 opens the bundle", done.stderr)
        # Without the attributes that openssl pkcs12 writes between: as a proxy hands a certificate on.
        self.escaped = urllib.parse.quote(openssl("x509", "-in", self.pem).stdout)

    def post(self, action):
        return self.server.call("POST", f"{BASE}{action}/{self.family}", {"name": self.name})

    def curl(self, url=None, password=PASSWORD, *more):
        return run("curl", "--silent", "--output", "/dev/null", "--write-out", "%{http_code}", "--cacert", self.server.ca,
                   "--cert-type", "P12", "--cert", f"{self.bundle}:{password}", *more,
                   (url or self.server.https) + WHOAMI)

    def node(self, password=PASSWORD):
        return run("node", "-e", NODE, self.server.https + WHOAMI, self.server.ca, self.bundle, password)

    def requests(self, password=PASSWORD):
        return requests_pkcs12.get(
            self.server.https + WHOAMI, pkcs12_filename=str(self.bundle), pkcs12_password=password,
            verify=self.server.ca, timeout=10)

    def s_client(self):
        host = self.server.https.removeprefix("https://")
        return openssl("s_client", "-connect", host, "-CAfile", self.server.ca, "-verify_return_error", "-cert", self.pem,
                       "-key", self.pem, "-ign_eof",
                       text=f"GET {WHOAMI} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").stdout

    def all_get(self, status, text):
        check(self.curl().stdout == str(status), f"curl: {text}: {status}", self.curl())
        check(self.requests().status_code == status, f"requests-pkcs12: {text}: {status}")
        check(self.node().stdout.strip() == str(status), f"node: {text}: {status}", self.node())
        check(f"HTTP/1.1 {status} " in self.s_client(), f"openssl s_client: {text}: {status}", self.s_client()[-600:])

    def verify(self, *more):
        ca = self.folder / "ca.pem"
        ca.write_text(self.document("/pki/ca.pem"))
        return openssl("verify", "-purpose", "sslclient", "-CAfile", ca, *more, self.pem)

    def verify_revocation(self):
        crl = self.folder / "crl.pem"
        crl.write_text(self.document("/pki/ca.crl.pem"))
        return self.verify("-crl_check", "-CRLfile", crl)

    def document(self, path):
        return requests.get(self.server.url + path, timeout=10).text


def look_into(certificate):
    done = openssl("pkcs12", "-info", "-in", certificate.bundle, "-passin", "pass:" + PASSWORD, "-nokeys")
    text = done.stderr
    check(re.search(r"MAC: sha256, Iteration", text, re.I), "the bundle has a MAC with SHA-256", text)
    sealed = re.findall(r"(?:PKCS7 Encrypted data|Shrouded Keybag): (.*)", text)
    check(len(sealed) >= 2 and all(
        "PBES2, PBKDF2, AES-256-CBC" in line and "hmacWithSHA256" in line for line in sealed),
        "AES-256 under PBKDF2, for the key and for the certificates", sealed)
    counts = [int(number) for number in re.findall(r"Iteration (\d+)", text)]
    check(len(counts) >= 3 and min(counts) >= 100_000, f"with {counts} iterations, 100,000 at least", text)
    check("RC2" not in text, "and no RC2", text)


def wrong_password(certificate):
    done = certificate.curl(password="wrong-password")
    check(done.returncode == 58, "curl: a wrong password does not open the bundle", done)
    check(certificate.node("wrong-password").returncode == 1, "node: nor here", certificate.node("wrong-password"))
    done = openssl("pkcs12", "-in", certificate.bundle, "-passin", "pass:wrong-password", "-noout")
    check(done.returncode != 0, "openssl: nor here")
    try:
        certificate.requests("wrong-password")
    except ValueError:
        step("ok: requests-pkcs12: nor here")
    else:
        check(False, "requests-pkcs12: nor here")


def life(server, certificate, proxy):
    look_into(certificate)
    wrong_password(certificate)
    check(certificate.verify().returncode == 0, "openssl verify: a client certificate of our authority", certificate.verify())
    check(certificate.verify_revocation().returncode == 0, "openssl verify -crl_check: not revoked", certificate.verify_revocation())

    certificate.all_get(200, "as made")
    check(certificate.curl(proxy).stdout == "200", "curl through nginx: 200", certificate.curl(proxy))
    check(certificate.post("activate") == {"status": True}, "deactivated")
    certificate.all_get(401, "deactivated")
    check(certificate.curl(proxy).stdout == "401", "curl through nginx: 401", certificate.curl(proxy))
    eventually(lambda: "certificate revoked" in certificate.verify_revocation().stderr, "the list has it, on hold")
    check(certificate.post("activate") == {"status": True}, "activated")
    certificate.all_get(200, "activated again")
    eventually(lambda: certificate.verify_revocation().returncode == 0, "and off the list")

    check(certificate.post("revoke") == {"status": True}, "revoked")
    certificate.all_get(401, "revoked")
    check(certificate.curl(proxy).stdout == "401", "curl through nginx: 401", certificate.curl(proxy))
    eventually(lambda: "certificate revoked" in certificate.verify_revocation().stderr, "the list has it, for good")
    serial = openssl("x509", "-in", certificate.pem, "-noout", "-serial").stdout.strip().removeprefix("serial=")
    der = certificate.folder / "crl.der"
    der.write_bytes(requests.get(server.url + "/pki/ca.crl", timeout=10).content)
    listed = openssl("crl", "-inform", "DER", "-in", der, "-noout", "-text").stdout
    check(serial in listed, f"openssl crl: the DER list names {serial}", listed)


def trust(server, certificate):
    """The header means something from the proxy's address only; loopback has many."""
    header = "X-Client-Certificate: " + certificate.escaped
    command = ("curl", "--silent", "--output", "/dev/null", "--write-out", "%{http_code}", "--header", header)
    done = run(*command, "--interface", PROXY, server.url + WHOAMI)
    check(done.stdout == "200", "the header from the trusted address: 200", done)
    done = run(*command, server.url + WHOAMI)
    check(done.stdout == "401", "the same header from another address is ignored: 401", done)
    token = "Authorization: " + server.admin["Authorization"]
    done = run(*command, "--header", token, server.url + WHOAMI)
    check(done.stdout == "200", "and does not spoil a token beside it", done)
    done = certificate.curl(None, PASSWORD, "--interface", PROXY)
    check(done.stdout == "401", "the proxy's own certificate is never its client's: 401", done)


def nginx(server):
    """TLS ends here; whatever certificate the client has goes on in the header, and a header of the client's does not."""
    port, folder = free_port(), server.folder
    configuration = folder / "nginx.conf"
    configuration.write_text(f"""
daemon off;
pid {folder}/nginx.pid;
error_log stderr;
events {{}}
http {{
  access_log off;
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  server {{
    listen 127.0.0.1:{port} ssl;
    ssl_certificate {folder}/tls/server.pem; ssl_certificate_key {folder}/tls/server.key;
    ssl_verify_client optional_no_ca;
    location / {{
      proxy_pass {server.url}; proxy_bind {PROXY};
      proxy_set_header X-Client-Certificate $ssl_client_escaped_cert;
      proxy_set_header X-Forwarded-Proto https;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    }}
  }}
  server {{ listen 127.0.0.1:{port + 1}; location / {{ return 200; }} }}
}}
""")
    # As root, nginx's workers would be another user, who may not read the folder.
    command = [NGINX, "-e", "stderr", "-c", str(configuration), "-g", "master_process off;"]
    return running(command, f"http://127.0.0.1:{port + 1}/"), f"https://127.0.0.1:{port}"


def forged(server, certificate, proxy):
    """Through nginx, but without a certificate in TLS: a header that the client wrote itself."""
    answer = requests.get(
        proxy + WHOAMI, verify=server.ca, timeout=10,
        headers={"X-Client-Certificate": certificate.escaped})
    check(answer.status_code == 401, "nginx replaces a header that the client wrote: 401", answer.text)


def main():
    for program in ("curl", "node", "openssl", NGINX):
        if not shutil.which(program):
            step(f"{program} is not installed")
            return 77
    with secured(SETTINGS) as server:
        check(server.request("GET", WHOAMI).status_code == 200, "the administrator signs in")
        made = server.call("POST", BASE + "api_credentials", {
            "name": "p12", "expiration_days": 10, "spec": {"type": "API_CERTIFICATE", "password": PASSWORD}})
        personal = Certificate(server, "api_credentials", made["name"], made["data"])
        made = server.call("POST", BASE + "service_credentials", {
            "name": "p12", "expiration_days": 10, "api_certificate": {"password": PASSWORD},
            "namespace_roles": [{"namespace": "system", "role": "monitor"}]})
        service = Certificate(server, "service_credentials", made["name"], made["data"])
        process, proxy = nginx(server)
        with process:
            trust(server, personal)
            forged(server, personal, proxy)
            for certificate in (personal, service):
                step(f"-- {certificate.family}")
                life(server, certificate, proxy)


if __name__ == "__main__":
    sys.exit(main())
