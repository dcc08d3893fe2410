#!/usr/bin/env python3
"""Measures the release binary under load, with the limits of the machine taken in the same run.

The server is pinned to one core and the load generator (wrk, 64 connections) to the other. Every row gives requests a
second, latencies, CPU microseconds of the server for each request (from /proc), and the ratio to what this machine can
do at all: OpenSSL's own speed for the same signatures, nginx for HTTP, the server's own /livez for everything above it.

Usage: Benchmarks/bench.py [--binary PATH] [--seconds N] [--credentials N] [--people N] [--provisioned N] [--only-scim] [--json FILE]
"""
import argparse, concurrent.futures, http.client, json, os, re, shutil, signal, socket, subprocess, sys, tempfile, threading
import time, urllib.parse

EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
JWT = "urn:ietf:params:oauth:token-type:jwt"
API_TOKEN = "urn:gatehouse:params:oauth:token-type:api-token"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def call(port, method, path, body=None, headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request(method, path, body, headers or {})
    response = connection.getresponse()
    text = response.read()
    connection.close()
    return response.status, text


def cpu_seconds(pid):
    fields = open(f"/proc/{pid}/stat").read().rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_mb(pid):
    return int(re.search(r"VmRSS:\s+(\d+)", open(f"/proc/{pid}/status").read()).group(1)) / 1024


def openssl_speed(seconds):
    out = subprocess.run(["taskset", "-c", "0", "openssl", "speed", "-seconds", str(seconds), "rsa2048", "ecdsap256"],
                         capture_output=True, text=True).stdout
    rsa = re.search(r"rsa 2048 bits\s+\S+\s+\S+\s+(\S+)\s+(\S+)", out)
    ec = re.search(r"256 bits ecdsa.*?s\s+\S+s\s+(\S+)\s+(\S+)", out)
    return {"rsa2048 sign/s": float(rsa[1]), "rsa2048 verify/s": float(rsa[2]),
            "p256 sign/s": float(ec[1]), "p256 verify/s": float(ec[2])}


def wrk(port, path, seconds, script=None, connections=64):
    command = ["taskset", "-c", "1", "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency"]
    if script:
        command += ["-s", script]
    out = subprocess.run(command + [f"http://127.0.0.1:{port}{path}"], capture_output=True, text=True).stdout
    def milliseconds(text):
        number, unit = re.match(r"([\d.]+)(us|ms|s)", text).groups()
        return float(number) * {"us": 0.001, "ms": 1, "s": 1000}[unit]
    errors = re.search(r"Non-2xx or 3xx responses: (\d+)", out)
    return {"requests": int(re.search(r"(\d+) requests in", out)[1]),
            "req/s": float(re.search(r"Requests/sec:\s+([\d.]+)", out)[1]),
            "p50 ms": milliseconds(re.search(r"(?m)^\s+50%\s+(\S+)", out)[1]),
            "p99 ms": milliseconds(re.search(r"(?m)^\s+99%\s+(\S+)", out)[1]),
            "errors": int(errors[1]) if errors else 0}


def lua(folder, name, method, headers, bodies):
    """A wrk script that cycles through bodies."""
    path = os.path.join(folder, name + ".lua")
    with open(path, "w") as f:
        f.write(f'wrk.method = "{method}"\n')
        for key, value in headers.items():
            f.write(f'wrk.headers["{key}"] = "{value}"\n')
        f.write("local bodies = {\n" + "".join(f"  {json.dumps(b)},\n" for b in bodies) + "}\n")
        f.write("local i = 0\nfunction request()\n  i = i % #bodies + 1\n"
                "  return wrk.format(nil, nil, nil, bodies[i])\nend\n" if bodies else "")
    return path


class Nginx:
    def __init__(self, folder):
        self.port = free_port()
        config = os.path.join(folder, "nginx.conf")
        with open(config, "w") as f:
            f.write(f"""daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/nginx.err;
events {{ worker_connections 1024; }}
http {{ access_log off; keepalive_requests 1000000000;
server {{ listen 127.0.0.1:{self.port}; location / {{ return 200 "ok\\n"; }} }} }}""")
        nginx = shutil.which("nginx") or "/usr/sbin/nginx"
        self.process = subprocess.Popen(["taskset", "-c", "0", nginx, "-c", config], stderr=subprocess.DEVNULL)
        for _ in range(100):
            try:
                call(self.port, "GET", "/")
                break
            except OSError:
                time.sleep(0.05)

    def stop(self):
        self.process.terminate()
        self.process.wait()


class Gatehouse:
    def __init__(self, binary, folder):
        self.port, self.provider = free_port(), free_port()
        self.state, self.binary = os.path.join(folder, "state"), binary
        self.start()

    def start(self):
        began = time.time()
        self.process = subprocess.Popen(
            ["taskset", "-c", "0", self.binary, "serve", "--dev", "--state", self.state, "--port", str(self.port),
             "--provider-port", str(self.provider)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(200):
            try:
                if call(self.port, "GET", "/readyz")[0] == 200:
                    break
            except OSError:
                pass
            time.sleep(0.05)
        else:
            sys.exit("the server did not become ready")
        self.ready_after = time.time() - began
        # taskset execs the binary, and the binary may exec itself once: the pid stays.
        self.pid = self.process.pid
        self.token = open(os.path.join(self.state, "admin.token")).read().strip()

    def subject_token(self, number):
        claims = {"sub": f"repo:acme/app{number}:ref:refs/heads/main", "exp": int(time.time()) + 80000}
        status, body = call(self.provider, "POST", "/token", json.dumps(claims))
        assert status == 200, body
        return json.loads(body)["id_token"]

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()


NAMESPACE = "/api/web/namespaces/system"


def create(port, headers, body, family="api_credentials"):
    status, text = call(port, "POST", f"{NAMESPACE}/{family}", json.dumps(body), headers)
    assert status == 200, text
    return json.loads(text)


def store_credentials(server, folder, headers, count):
    """Creates tokens until there are so many; answers how long it took and what the last runs did a second."""
    body = [json.dumps({"name": "bench", "spec": {"type": "API_TOKEN"}})]
    script = lua(folder, "create", "POST", headers, body)
    before, started, row = cpu_seconds(server.pid), time.time(), None
    made = 0
    while made < count:
        row = wrk(server.port, NAMESPACE + "/api_credentials", 5, script)
        made += row["requests"]
    row["cpu us"] = (cpu_seconds(server.pid) - before) / made * 1e6
    row["rss MB"] = resident_mb(server.pid)
    return {"what": f"create API token ({made} stored)", **row}


DIRECTORY = "/api/web/custom/namespaces/system"


def store_directory(server, headers, people, others=1000):
    """Makes roles, groups that give them, and people in the groups; answers how many of all a second."""
    def run(jobs):
        def work(part):
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
            for path, body in part:
                connection.request("POST", DIRECTORY + path, json.dumps(body), headers)
                answer = connection.getresponse()
                text = answer.read()
                assert answer.status == 200, text
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            list(pool.map(work, [jobs[i::16] for i in range(16)]))
    started = time.time()
    run([("/roles", {"metadata": {"name": f"role-{n}"}, "api_groups": [f"app-{n}-user", "gatehouse-users-monitor"]})
         for n in range(others)])
    run([("/user_groups", {"name": f"group-{n}", "namespace_roles": [{"namespace": "system", "role": f"role-{n}"}]})
         for n in range(others)])
    run([("/user_roles", {"email": f"u{n}@example.com", "first_name": "U", "last_name": str(n),
                          "group_names": [f"group-{n % others}"]}) for n in range(people)])
    return (people + 2 * others) / (time.time() - started)


def page_through(server, headers, limit=1000, path=NAMESPACE + "/api_credentials"):
    """Every page of a listing; answers how many entries, seconds, and the slowest page in milliseconds."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    start, seen, slowest, began = "", 0, 0.0, time.time()
    while True:
        one = time.time()
        connection.request("GET", f"{path}?page_limit={limit}&page_start={urllib.parse.quote(start)}",
                           headers=headers)
        page = json.loads(connection.getresponse().read())
        slowest = max(slowest, (time.time() - one) * 1000)
        seen += len(page["items"])
        start = page["next_page_start"]
        if not start:
            return seen, time.time() - began, slowest


def at_half_load(server, token, seconds, peak):
    """p99 of token use at half of what the server can do: a fixed number of requests a second, from 16 connections."""
    latencies, lock, stop = [], threading.Lock(), time.time() + seconds
    threads, interval = 16, 16 / (peak / 2)

    def client():
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        headers, mine, due = {"Authorization": "APIToken " + token}, [], time.time()
        while time.time() < stop:
            due += interval
            pause = due - time.time()
            if pause > 0:
                time.sleep(pause)
            began = time.time()
            connection.request("GET", "/api/web/namespaces", headers=headers)
            connection.getresponse().read()
            mine.append(time.time() - began)
        with lock:
            latencies.extend(mine)

    workers = [threading.Thread(target=client) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    latencies.sort()
    return latencies[int(len(latencies) * 0.99)] * 1000, len(latencies) / seconds


def certificates_beside(server, headers, token, count=50):
    """p99 of token use without and with so many certificates being made, and how long these take."""
    # Python is the slower side: half of what it can send itself.
    load = 1200
    quiet, _ = at_half_load(server, token, 5, load)
    done = []

    def make(number):
        began = time.time()
        create(server.port, headers, {"name": f"c{number}", "spec": {"type": "API_CERTIFICATE", "password": "secret1"}})
        done.append(time.time() - began)

    with concurrent.futures.ThreadPoolExecutor(count) as pool:
        futures = [pool.submit(make, number) for number in range(count)]
        busy, _ = at_half_load(server, token, 5, load)
        for future in futures:
            future.result()
    return quiet, busy, max(done)


SCIM = "/api/scim/namespaces/system/v2"
USER, GROUP = "urn:ietf:params:scim:schemas:core:2.0:User", "urn:ietf:params:scim:schemas:core:2.0:Group"


def provisioned(server, admin, count, members):
    """What a directory does: makes so many users, finds some by indexed attributes, changes one member of a small and of a
    large group. Answers notes; fails when an answer is not as it should be."""
    path = "/api/web/custom/namespaces/system/oidc_providers/people/scim"
    status, text = call(server.port, "PUT", path, json.dumps({"scim_enabled": True}), admin)
    assert status == 200, text
    headers = {"Authorization": "Bearer " + json.loads(text)["scim_token"]["data"],
               "Content-Type": "application/scim+json"}

    def ask(connection, method, path, body=None, expect=(200,)):
        connection.request(method, SCIM + path, json.dumps(body) if body else None, headers)
        answer = connection.getresponse()
        text = answer.read()
        assert answer.status in expect, (answer.status, text[:300])
        return text

    def user(number):
        name = f"p{number}@example.com"
        return {"schemas": [USER], "userName": name, "externalId": f"00u{number}", "active": True,
                "name": {"givenName": "P", "familyName": str(number)}, "displayName": f"Person {number}",
                "emails": [{"value": name, "type": "work", "primary": True}]}

    def make(part):
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        return [json.loads(ask(connection, "POST", "/Users?attributes=id", user(n), (201,)))["id"] for n in part]

    clients = 64
    before, began = cpu_seconds(server.pid), time.time()
    with concurrent.futures.ThreadPoolExecutor(clients) as pool:
        ids = [one for part in pool.map(make, [range(i, count, clients) for i in range(clients)]) for one in part]
    took = time.time() - began
    cpu = (cpu_seconds(server.pid) - before) / count * 1e6
    notes = [f"SCIM: {count} users made at {count / took:.0f}/s over {clients} connections, {cpu:.0f} us of the server's "
             f"processor each, RSS {resident_mb(server.pid):.0f} MB"]
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=300)

    def percentiles(what, times, run):
        latencies = []
        for n in range(times):
            one = time.time()
            run(n)
            latencies.append((time.time() - one) * 1000)
        latencies.sort()
        return f"SCIM: {what}: p50 {latencies[times // 2]:.2f} ms, p99 {latencies[int(times * 0.99)]:.2f} ms"

    def find(what, filter):
        notes.append(percentiles(what, 500, lambda n: ask(
            connection, "GET", "/Users?" + urllib.parse.urlencode({"filter": filter(n * 131 % count), "count": 100}))))

    find(f"list {count} users, userName eq", lambda n: f'userName eq "P{n}@example.com"')
    find("externalId eq", lambda n: f'externalId eq "00u{n}"')
    find("emails.value eq", lambda n: f'emails.value eq "p{n}@example.com"')
    find("userName sw, 100 of them", lambda n: 'userName sw "p1"')
    notes.append(percentiles("without a filter, sorted by userName, from the middle", 20, lambda n: ask(
        connection, "GET", f"/Users?sortBy=userName&startIndex={count // 2}&count=100")))
    notes.append(percentiles("displayName co, every user looked at", 3, lambda n: ask(
        connection, "GET", "/Users?" + urllib.parse.urlencode({"filter": 'displayName co "son 77"'}))))

    def group(name, members):
        body = {"schemas": [GROUP], "displayName": name, "members": [{"value": one} for one in members]}
        return json.loads(ask(connection, "POST", "/Groups?attributes=id", body, (201,)))["id"]

    members = min(members, count - 1)
    groups = {10: group("small", ids[:10]), members: group("large", ids[:members])}
    for size, one in groups.items():
        def change(n):
            operation = {"op": "remove", "path": f'members[value eq "{ids[-1]}"]'} if n % 2 else {
                "op": "add", "path": "members", "value": [{"value": ids[-1]}]}
            ask(connection, "PATCH", f"/Groups/{one}?excludedAttributes=members",
                {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [operation]})
        notes.append(percentiles(f"PATCH of one member of a group of {size}", 400, change))
    return notes


def measure(server, name, path, seconds, script=None):
    wrk(server.port, path, 1, script)
    before = cpu_seconds(server.pid)
    row = wrk(server.port, path, seconds, script)
    row["cpu us"] = (cpu_seconds(server.pid) - before) / max(1, row["requests"]) * 1e6
    row["rss MB"] = resident_mb(server.pid)
    return {"what": name, **row}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", default=".build/release/gatehouse")
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--credentials", type=int, default=100_000, help="stored before authentication is measured again")
    parser.add_argument("--people", type=int, default=10_000, help="stored, with 1,000 groups and 1,000 roles, for 'may they?'")
    parser.add_argument("--provisioned", type=int, default=100_000, help="users that a directory makes over SCIM")
    parser.add_argument("--members", type=int, default=50_000, help="of the large group of SCIM")
    parser.add_argument("--only-scim", action="store_true")
    parser.add_argument("--json")
    options = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="gatehouse-bench-")
    if options.only_scim:
        server = Gatehouse(options.binary, folder)
        try:
            admin = {"Authorization": "APIToken " + server.token, "Content-Type": "application/json"}
            print("\n".join(provisioned(server, admin, options.provisioned, options.members)))
        finally:
            server.stop()
            shutil.rmtree(folder, ignore_errors=True)
        return
    rows, notes, limits = [], [], openssl_speed(3)
    nginx = Nginx(folder)
    limits["nginx req/s"] = wrk(nginx.port, "/", options.seconds)["req/s"]
    nginx.stop()
    server = Gatehouse(options.binary, folder)
    try:
        idle = resident_mb(server.pid)
        tokens = [server.subject_token(n) for n in range(64)]
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        def exchange(kind=None):
            fields = {"grant_type": EXCHANGE, "subject_token_type": JWT}
            if kind:
                fields["requested_token_type"] = kind
            return [urllib.parse.urlencode({**fields, "subject_token": t}) for t in tokens]
        status, body = call(server.port, "POST", "/oauth/token", exchange(API_TOKEN)[0], form)
        assert status == 200, body
        opaque = json.loads(body)["access_token"]
        status, body = call(server.port, "POST", "/oauth/token", exchange()[0], form)
        jwt = json.loads(body)["access_token"]
        admin = {"Authorization": "APIToken " + server.token}
        seconds = options.seconds
        rows.append(measure(server, "/livez", "/livez", seconds))
        rows.append(measure(server, "authenticate by API token", "/demo/payments/whoami", seconds,
                            lua(folder, "api", "GET", {"Authorization": "APIToken " + opaque}, [])))
        rows.append(measure(server, "authenticate by access token", "/demo/payments/whoami", seconds,
                            lua(folder, "jwt", "GET", {"Authorization": "Bearer " + jwt}, [])))
        rows.append(measure(server, "introspect API token", "/oauth/introspect", seconds,
                            lua(folder, "introspect", "POST", {**admin, **form}, ["token=" + opaque])))
        rows.append(measure(server, "exchange to access token", "/oauth/token", seconds,
                            lua(folder, "exchange-jwt", "POST", form, exchange())))
        rows.append(measure(server, "exchange to API token", "/oauth/token", seconds,
                            lua(folder, "exchange-opaque", "POST", form, exchange(API_TOKEN))))
        if options.people:
            body = {**admin, "Content-Type": "application/json"}
            made = store_directory(server, body, options.people)
            question = DIRECTORY + "/access/check?api_group=app-7-x&verb=list"
            rows.append(measure(server, "may I", question, seconds, lua(folder, "may-i", "GET", admin, [])))
            rows.append(measure(server, "may they", f"{question}&user=u{options.people // 2}@example.com", seconds,
                                lua(folder, "may-they", "GET", admin, [])))
            rows.append(measure(server, "who am I", DIRECTORY + "/whoami", seconds,
                                lua(folder, "whoami", "GET", admin, [])))
            people = page_through(server, admin, path=DIRECTORY + "/user_roles")
            began = time.time()
            status, text = call(server.port, "GET", DIRECTORY + "/access/who-can?api_group=users&verb=list", None, admin)
            assert status == 200, text
            notes += [f"directory: {options.people} people, 1,000 groups, 1,000 roles made at {made:.0f}/s, "
                      f"RSS {resident_mb(server.pid):.0f} MB; who-can over all of them {(time.time() - began) * 1000:.0f} ms",
                      f"people: {people[0]} in pages of 1,000 in {people[1]:.1f} s, slowest page {people[2]:.0f} ms"]
        if options.provisioned:
            notes += provisioned(
                server, {**admin, "Content-Type": "application/json"}, options.provisioned, options.members)
        if options.credentials:
            body = {**admin, "Content-Type": "application/json"}
            one = create(server.port, body, {"name": "one", "expiration_days": 80, "spec": {"type": "API_TOKEN"}})
            rows.append(store_credentials(server, folder, body, options.credentials))
            use = {"Authorization": "APIToken " + one["data"]}
            rows.append(measure(server, "/livez, with them stored", "/livez", seconds))
            rows.append(measure(server, "authenticate, with them stored", "/api/web/namespaces", seconds,
                                lua(folder, "stored", "GET", use, [])))
            rows.append(measure(server, "get one of them", f"{NAMESPACE}/api_credentials/{one['name']}", seconds,
                                lua(folder, "get", "GET", use, [])))
            listing = page_through(server, admin)
            quiet, busy, longest = certificates_beside(server, body, one["data"])
            notes += [f"listing: {listing[0]} entries in pages of 1,000 in {listing[1]:.1f} s, slowest page {listing[2]:.0f} ms",
                      f"token use at a steady load: p99 {quiet:.1f} ms, {busy:.1f} ms while 50 certificates are made "
                      f"(the last of them after {longest:.1f} s)"]
            server.stop()
            server.start()
            notes.append(f"RSS after a restart with them stored: {resident_mb(server.pid):.0f} MB, "
                         f"ready again in {server.ready_after:.1f} s")
    finally:
        if server.process.poll() is None:
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)
    livez = rows[0]["req/s"]
    later = next((row["req/s"] for row in rows if row["what"].startswith("/livez, with")), livez)
    exchange_limit = 1 / (1 / limits["rsa2048 verify/s"] + 1 / limits["p256 sign/s"])
    for row in rows:
        row["of /livez"] = row["req/s"] / (later if "stored" in row["what"] or "one of them" in row["what"] else livez)
        if row["what"].startswith("exchange"):
            limit = exchange_limit if "access" in row["what"] else limits["rsa2048 verify/s"]
            row["of the signatures alone"] = row["req/s"] / limit
    print("limits of this machine, one core, same run:")
    for name, value in limits.items():
        print(f"  {name:20} {value:10.0f}")
    print(f"  exchange: verify one RS256, sign one ES256: {exchange_limit:.0f}/s at most\n")
    columns = ["req/s", "p50 ms", "p99 ms", "cpu us", "rss MB", "of /livez"]
    print(f"{'':32}" + "".join(f"{c:>12}" for c in columns) + "   errors")
    for row in rows:
        print(f"{row['what']:32}" + "".join(f"{row[c]:12.2f}" for c in columns) + f"{row['errors']:9}")
    print(f"\nidle RSS {idle:.1f} MB")
    for row in rows:
        if "of the signatures alone" in row:
            print(f"{row['what']}: {row['of the signatures alone']:.0%} of what the signatures alone allow")
    for note in notes:
        print(note)
    if options.json:
        json.dump({"limits": limits, "idle rss MB": idle, "rows": rows, "notes": notes}, open(options.json, "w"), indent=1)
    if any(row["errors"] for row in rows):
        sys.exit("some requests failed")


main()
