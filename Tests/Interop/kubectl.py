"""The real kubectl with each kind of kubeconfig, against an API server that trusts our authority and reads our list."""

import base64
import http.server
import json
import pathlib
import shutil
import ssl
import subprocess
import tempfile
import threading

import requests

from support import check, development, run


class Kubernetes(http.server.BaseHTTPRequestHandler):
    """As much of an API server as `kubectl get pods` asks for, under any prefix."""

    seen = []

    def do_GET(self):
        path = self.path.split("?")[0]
        subject = {key: value for part in self.connection.getpeercert()["subject"] for key, value in part}
        Kubernetes.seen.append((path, subject))
        groups = {"kind": "APIGroupList", "apiVersion": "v1", "groups": []}
        resources = {"kind": "APIResourceList", "groupVersion": "v1", "resources": [
            {"name": "pods", "singularName": "", "namespaced": True, "kind": "Pod", "verbs": ["get", "list"], "shortNames": ["po"]}]}
        pods = {"kind": "PodList", "apiVersion": "v1", "metadata": {}, "items": [
            {"metadata": {"name": "pod-of-" + subject["commonName"].split("_")[0], "namespace": "payments"}, "status": {"phase": "Running"}}]}
        if path.endswith("/api"):
            body = {"kind": "APIVersions", "versions": ["v1"]}
        elif path.endswith("/apis"):
            body = groups
        elif path.endswith("/pods"):
            body = pods
        else:
            body = resources
        text = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *arguments):
        pass


class APIServer(http.server.ThreadingHTTPServer):
    """Reads the revocation list anew for each connection: what is on it does not get in."""

    def __init__(self, gatehouse, folder):
        super().__init__(("127.0.0.1", 0), Kubernetes)
        self.gatehouse, self.folder = gatehouse, folder

    def get_request(self):
        connection, address = self.socket.accept()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.folder / "server.pem", self.folder / "server.key")
        for document in ("ca.pem", "ca.crl.pem"):
            text = requests.get(f"{self.gatehouse}/pki/{document}", timeout=10).text
            (self.folder / document).write_text(text)
            context.load_verify_locations(self.folder / document)
        context.verify_mode = ssl.CERT_REQUIRED
        context.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF
        return context.wrap_socket(connection, server_side=True), address


def kinds():
    cluster = {"virtual_k8s_name": "dev", "virtual_k8s_namespace": "payments"}
    yield "KUBE_CONFIG", "api_credentials", {"spec": {"type": "KUBE_CONFIG", **cluster}}, "/api/vk8s/namespaces/payments/dev"
    yield ("SERVICE_KUBE_CONFIG", "service_credentials",
           {"vk8s_kubeconfig": {"vk8s_cluster_name": "dev", "vk8s_namespace": "payments"}}, "/api/vk8s/namespaces/payments/dev")
    yield "SITE_GLOBAL_KUBE_CONFIG", "service_credentials", {"site_kubeconfig": {"site": "hq"}}, "/api/k8s/sites/hq"
    yield ("SERVICE_SITE_GLOBAL_KUBE_CONFIG", "service_credentials",
           {"type": "SERVICE_SITE_GLOBAL_KUBE_CONFIG", "site_kubeconfig": {"site": "hq"}}, "/api/k8s/sites/hq")


if not shutil.which("kubectl"):
    print("kubectl is not installed")
    raise SystemExit(77)
with tempfile.TemporaryDirectory() as name, development() as server:
    folder = pathlib.Path(name)
    # The API server shows the development certificate, so the kubeconfig's authority is that of `--dev`.
    for file in ("server.pem", "server.key"):
        shutil.copy(server.folder / "tls" / file, folder / file)
    api = APIServer(server.url, folder)
    threading.Thread(target=api.serve_forever, daemon=True).start()
    for kind, family, body, prefix in kinds():
        made = server.create({"name": "kube", **body}, family)
        text = base64.b64decode(made["data"]).decode()
        check(f"{server.https}{prefix}\"" in text, f"{kind}: the server URL follows the rule")
        config = folder / f"{kind}.yaml"
        config.write_text(text)
        # kubectl refuses a file that it cannot read; the prefix stays, the port is the test server's.
        config.write_text(text.replace(f":{server.https_port}/", f":{api.server_address[1]}/"))
        command = ["kubectl", "--kubeconfig", config, "--cache-dir", folder / kind, "get", "pods"]
        shown = run(*command)
        check("pod-of-" in shown, f"kubectl lists pods with {kind}", shown)
        path, subject = Kubernetes.seen[-1]
        check(path.startswith(prefix + "/api/v1/") and subject["organizationName"] == "gatehouse", "user and group", subject)
        # The same certificate on our own API.
        own = ["curl", "-s", "--cacert", server.ca, "-o", "/dev/null", "-w", "%{http_code}", server.https + "/api/web/namespaces"]
        for field in ("client-certificate", "client-key"):
            line = next(line for line in text.splitlines() if f"{field}-data:" in line)
            (folder / field).write_bytes(base64.b64decode(line.split()[-1]))
        own += ["--cert", folder / "client-certificate", "--key", folder / "client-key"]
        check(run(*own) == "200", f"{kind} is a credential of ours")
        listed = server.call("GET", f"/api/web/namespaces/system/{family}")["items"]
        check(any(item["name"] == made["name"] and item["type"] == kind for item in listed), f"{kind} is listed")
        server.act("revoke", made["name"], family)
        run(*command, fails=True)
        check(run(*own) == "401", f"{kind} is refused after its revocation, here and there")
    api.shutdown()
