"""The real kubectl with our kubeconfigs, against an API server that trusts our authority and reads our revocation list.

The server is a small one of this file: discovery and one list of pods, under the path of the kubeconfig's server URL, with
the certificate's CN as the user and its O as the groups, as Kubernetes does.
"""

import base64
import contextlib
import http.server
import json
import os
import pathlib
import re
import shutil
import ssl
import subprocess
import sys
import tempfile
import threading

import requests

from support import check, eventually, free_port, secured, step

BASE = "/api/web/namespaces/system/"
WHOAMI = "/api/web/custom/namespaces/system/whoami"
PREFIX = re.compile(r"(/api/vk8s/namespaces/[^/]+/[^/]+|/api/k8s/sites/[^/]+)(/.*)")
READER = [{"namespace": "system", "role": "monitor"}]
CLUSTER = {"virtual_k8s_name": "blue", "virtual_k8s_namespace": "default"}
CLUSTER_URL, SITE_URL = "/api/vk8s/namespaces/default/blue", "/api/k8s/sites/berlin"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def user(self):
        subject = [pair for part in self.connection.getpeercert()["subject"] for pair in part]
        return (next(value for name, value in subject if name == "commonName"),
                [value for name, value in subject if name == "organizationName"])

    def do_GET(self):
        path = PREFIX.fullmatch(self.path.partition("?")[0])
        if path is None:
            return self.answer(404, {"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": 404})
        self.server.prefixes.add(path[1])
        name, groups = self.user()
        if path[2] == "/version":
            return self.answer(200, {"major": "1", "minor": "32", "gitVersion": "v1.32.4"})
        if path[2] == "/api":
            return self.answer(200, {"kind": "APIVersions", "versions": ["v1"]})
        if path[2] == "/apis":
            return self.answer(200, {"kind": "APIGroupList", "apiVersion": "v1", "groups": []})
        if path[2] == "/api/v1":
            pods = {"name": "pods", "singularName": "pod", "namespaced": True, "kind": "Pod", "verbs": ["get", "list"]}
            return self.answer(200, {"kind": "APIResourceList", "groupVersion": "v1", "resources": [pods]})
        if found := re.fullmatch(r"/api/v1/namespaces/([^/]+)/pods", path[2]):
            pod = {"apiVersion": "v1", "kind": "Pod", "spec": {}, "status": {}, "metadata": {
                "name": "pod-of-" + found[1], "namespace": found[1],
                "annotations": {"user": name, "groups": ",".join(groups)}}}
            return self.answer(200, {"kind": "PodList", "apiVersion": "v1", "metadata": {}, "items": [pod]})
        return self.answer(404, {"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": 404})

    def do_POST(self):
        """Only `kubectl auth whoami`."""
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        if not self.path.partition("?")[0].endswith("/apis/authentication.k8s.io/v1/selfsubjectreviews"):
            return self.answer(404, {"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": 404})
        name, groups = self.user()
        self.answer(201, {"kind": "SelfSubjectReview", "apiVersion": "authentication.k8s.io/v1", "metadata": {},
                          "status": {"userInfo": {"username": name, "groups": groups}}})


class APIServer(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, port, gatehouse):
        super().__init__(("127.0.0.1", port), Handler)
        self.gatehouse, self.prefixes, self.refusals = gatehouse, set(), []

    def finish_request(self, request, client_address):
        """The list is read anew for each connection; Kubernetes itself reads none, a gateway before it does."""
        trusted = pathlib.Path(tempfile.mkstemp(dir=self.gatehouse.folder, suffix=".pem")[1])
        trusted.write_text("".join(
            requests.get(self.gatehouse.url + path, timeout=10).text for path in ("/pki/ca.pem", "/pki/ca.crl.pem")))
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(trusted))
        context.verify_mode = ssl.CERT_REQUIRED
        context.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF
        context.load_cert_chain(self.gatehouse.folder / "tls/server.pem", self.gatehouse.folder / "tls/server.key")
        try:
            with context.wrap_socket(request, server_side=True) as encrypted:
                super().finish_request(encrypted, client_address)
        except OSError as error:  # among them every failure of the handshake
            self.refusals.append(str(error))
        finally:
            trusted.unlink()


class Kubeconfig:
    def __init__(self, server, data):
        self.folder = pathlib.Path(tempfile.mkdtemp(dir=server.folder))
        self.path = self.folder / "config"
        self.path.write_bytes(base64.b64decode(data, validate=True))

    def kubectl(self, *arguments):
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder)}
        return subprocess.run(["kubectl", "--kubeconfig", str(self.path), *arguments], env=environment,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)

    def view(self):
        """As kubectl reads it."""
        done = self.kubectl("config", "view", "--raw", "--output", "json")
        check(done.returncode == 0, "kubectl reads the kubeconfig", done.stderr)
        return json.loads(done.stdout)

    def pem(self):
        user = self.view()["users"][0]["user"]
        path = self.folder / "client.pem"
        path.write_bytes(base64.b64decode(user["client-certificate-data"]) + base64.b64decode(user["client-key-data"]))
        return str(path)


@contextlib.contextmanager
def api_server(port, server):
    api = APIServer(port, server)
    thread = threading.Thread(target=api.serve_forever)
    thread.start()
    try:
        yield api
    finally:
        api.shutdown()
        thread.join()
        api.server_close()


def life(server, api, family, body, prefix, namespace):
    made = server.call("POST", BASE + family, {"name": "kube", "expiration_days": 10, **body})
    kubeconfig = Kubeconfig(server, made["data"])
    view = kubeconfig.view()
    url = view["clusters"][0]["cluster"]["server"]
    check(url == f"https://127.0.0.1:{api.server_port}{prefix}", f"the server is {url}", view["clusters"])
    if family == "api_credentials":
        owner = server.call("GET", WHOAMI)["user_uuid"]
    else:
        items = server.call("GET", f"{BASE}{family}")["items"]
        check(any(item["name"] == made["name"] for item in items), "it is listed")
        owner = None  # a service user of its own

    done = kubeconfig.kubectl("get", "pods")
    check(done.returncode == 0 and f"pod-of-{namespace}" in done.stdout, f"kubectl get pods, in '{namespace}'", done)
    check(prefix in api.prefixes, "under the path of the kubeconfig's server")
    done = kubeconfig.kubectl("get", "pods", "--output", "jsonpath={.items[0].metadata.annotations}")
    who = json.loads(done.stdout)
    check(who["groups"] == "gatehouse" and (who["user"] == owner if owner else who["user"].startswith("svc_")),
          f"the API server sees {who}", who)
    done = kubeconfig.kubectl("auth", "whoami", "--output", "json")
    if "unknown command" in done.stderr:  # Debian 12's kubectl is older than the command
        step("skip: this kubectl has no `auth whoami`")
    else:
        check(done.returncode == 0, "kubectl auth whoami", done)
        check(json.loads(done.stdout)["status"]["userInfo"]["username"] == who["user"], "says the same user", done.stdout)

    pem = kubeconfig.pem()
    def own():
        return requests.get(server.https + WHOAMI, cert=pem, verify=server.ca, timeout=10).status_code
    check(own() == 200, "Gatehouse itself takes the certificate: 200", own())
    server.call("POST", f"{BASE}revoke/{family}", {"name": made["name"]})
    check(own() == 401, "and revoked it does not: 401", own())
    before = len(api.refusals)
    eventually(lambda: kubeconfig.kubectl("get", "pods").returncode != 0, "revoked: kubectl fails", seconds=15)
    refusals = api.refusals[before:]
    check(any("revoked" in text for text in refusals), "because the API server found it on our list", refusals)


def main():
    if not shutil.which("kubectl"):
        step("kubectl is not installed")
        return 77
    port = free_port()
    settings = f"""
plugins: [credentials, token, directory]
certificates: {{kubernetes: {{server: "https://127.0.0.1:{port}", certificate_authority: ./tls/ca.pem}}}}
"""
    with secured(settings) as server, api_server(port, server) as api:
        step("-- KUBE_CONFIG")
        life(server, api, "api_credentials", {"spec": {"type": "KUBE_CONFIG", **CLUSTER}}, CLUSTER_URL, "default")
        step("-- SERVICE_KUBE_CONFIG")
        choice = {"vk8s_cluster_name": "blue", "vk8s_namespace": "default"}
        life(server, api, "service_credentials", {"vk8s_kubeconfig": choice, "namespace_roles": READER}, CLUSTER_URL, "default")
        step("-- SITE_GLOBAL_KUBE_CONFIG")
        site = {"site_kubeconfig": {"site": "berlin"}, "namespace_roles": READER}
        life(server, api, "service_credentials", site, SITE_URL, "default")
        step("-- SERVICE_SITE_GLOBAL_KUBE_CONFIG")
        life(server, api, "service_credentials", {"type": "SERVICE_SITE_GLOBAL_KUBE_CONFIG", **site}, SITE_URL, "default")


if __name__ == "__main__":
    sys.exit(main())
