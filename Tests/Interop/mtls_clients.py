"""Client certificates with curl, requests-pkcs12, Node, openssl and nginx in front: used, on hold, revoked, refused."""

import base64
import json
import pathlib
import shutil
import subprocess
import tempfile

import requests
import requests_pkcs12

from support import PROGRAM, check, development, free_port, run, running

PASSWORD = "sécret-1"
PATH = "/api/web/namespaces"
NODE = """
const https = require('https'), fs = require('fs');
const [url, ca, pfx, passphrase] = process.argv.slice(1);
https.get(url, {ca: fs.readFileSync(ca), pfx: fs.readFileSync(pfx), passphrase}, a => { console.log(a.statusCode); a.resume() })
  .on('error', e => { console.log('error ' + e.message); process.exit(1) });
"""


def curl(server, bundle, password=PASSWORD):
    return run("curl", "-s", "--cacert", server.ca, "--cert-type", "P12", "--cert", f"{bundle}:{password}",
               "-o", "/dev/null", "-w", "%{http_code}", server.https + PATH).strip()


def everybody(server, bundle, expected):
    check(curl(server, bundle) == expected, f"curl: {expected}")
    answer = requests_pkcs12.get(server.https + PATH, pkcs12_filename=bundle, pkcs12_password=PASSWORD, verify=server.ca)
    check(str(answer.status_code) == expected, f"requests-pkcs12: {expected}")
    check(run("node", "-e", NODE, server.https + PATH, server.ca, bundle, PASSWORD).strip() == expected, f"Node: {expected}")


def life(server, folder, family, body):
    made = server.create(body, family)
    bundle = folder / f"{made['name']}.p12"
    bundle.write_bytes(base64.b64decode(made["data"]))
    everybody(server, bundle, "200")
    shown = run("openssl", "pkcs12", "-in", bundle, "-passin", f"pass:{PASSWORD}", "-info", "-noout")
    check("AES-256-CBC" in shown and "PBKDF2" in shown and "RC2" not in shown and "sha256" in shown, "AES-256, SHA-256", shown)
    check(all(int(part.split()[0].strip(",")) >= 100000 for part in shown.split("Iteration ")[1:]), "100,000 rounds", shown)
    run("openssl", "pkcs12", "-in", bundle, "-passin", "pass:wrong-1", "-noout", fails=True)
    (folder / "ca.pem").write_text(requests.get(server.url + "/pki/ca.pem").text)
    leaf = folder / "leaf.pem"
    leaf.write_text(run("openssl", "pkcs12", "-in", bundle, "-passin", f"pass:{PASSWORD}", "-clcerts", "-nokeys"))

    def listed(fails):
        (folder / "crl.pem").write_text(requests.get(server.url + "/pki/ca.crl.pem").text)
        run("openssl", "verify", "-CAfile", folder / "ca.pem", "-CRLfile", folder / "crl.pem", "-crl_check",
            "-purpose", "sslclient", leaf, fails=fails)

    listed(False)
    server.act("activate", made["name"], family)
    everybody(server, bundle, "401")
    listed(True)
    server.act("activate", made["name"], family)
    everybody(server, bundle, "200")
    server.act("revoke", made["name"], family)
    everybody(server, bundle, "401")
    listed(True)
    return bundle


def behind_nginx(folder):
    """nginx ends TLS and passes the certificate on; nobody else is believed."""
    nginx = shutil.which("nginx") or "/usr/sbin/nginx"
    state = folder / "behind"
    state.mkdir()
    port, https = free_port(), free_port()
    run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
        "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", state / "tls.key", "-out", state / "tls.pem")
    (state / "gatehouse.yaml").write_text(f"""
listen: 127.0.0.1:{port}
public_url: https://127.0.0.1:{https}
proxy: {{trusted: [127.0.0.1], client_certificate_header: X-Client-Cert}}
bootstrap: {{admin_token: {{file: ./admin.token}}}}
""")
    (state / "nginx.conf").write_text(f"""
daemon off; pid {state}/nginx.pid; error_log {state}/error.log; events {{}}
http {{ access_log off;
  client_body_temp_path {state}/b; proxy_temp_path {state}/p; fastcgi_temp_path {state}/f; uwsgi_temp_path {state}/u; scgi_temp_path {state}/s;
  server {{ listen 127.0.0.1:{https} ssl; ssl_certificate {state}/tls.pem; ssl_certificate_key {state}/tls.key;
    ssl_verify_client optional_no_ca;
    location / {{ proxy_pass http://127.0.0.1:{port}; proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-Proto https; proxy_set_header X-Client-Cert $ssl_client_escaped_cert; }} }} }}
""")
    direct, front = f"http://127.0.0.1:{port}", f"https://127.0.0.1:{https}"
    host = {"Host": f"127.0.0.1:{https}"}
    with running([PROGRAM, "serve", "--config", str(state / "gatehouse.yaml")], direct + "/readyz"):
        proxy = subprocess.Popen([nginx, "-c", str(state / "nginx.conf")])
        try:
            admin = {"Authorization": "APIToken " + (state / "admin.token").read_text().strip(), **host}
            body = {"name": "web", "spec": {"type": "API_CERTIFICATE", "password": PASSWORD}}
            made = requests.post(direct + "/api/web/namespaces/system/api_credentials", json=body, headers=admin).json()
            bundle = state / "web.p12"
            bundle.write_bytes(base64.b64decode(made["data"]))
            for _ in range(50):
                answer = subprocess.run(["curl", "-sk", "-o", "/dev/null", front + "/livez"])
                if answer.returncode == 0:
                    break

            def status(*more):
                return run("curl", "-sk", "-o", "/dev/null", "-w", "%{http_code}", *more, front + PATH)

            check(status("--cert-type", "P12", "--cert", f"{bundle}:{PASSWORD}") == "200", "through nginx with the certificate")
            check(status() == "401", "through nginx without one")
            leaf = run("openssl", "pkcs12", "-in", bundle, "-passin", f"pass:{PASSWORD}", "-clcerts", "-nokeys")
            escaped = requests.utils.quote(leaf[leaf.index("-----BEGIN"):])
            check(status("-H", f"X-Client-Cert: {escaped}") == "401", "nginx overwrites what a client sends in that field")
        finally:
            proxy.terminate()
            proxy.wait()


for program in ("node", "curl", "openssl"):
    if not shutil.which(program):
        print(f"{program} is not installed")
        raise SystemExit(77)
with tempfile.TemporaryDirectory() as name, development() as server:
    folder = pathlib.Path(name)
    life(server, folder, "api_credentials", {"name": "web", "spec": {"type": "API_CERTIFICATE", "password": PASSWORD}})
    life(server, folder, "service_credentials", {"name": "web", "api_certificate": {"password": PASSWORD}})
    behind_nginx(folder)
