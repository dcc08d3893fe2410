"""kill -9 between write and reply, again and again: nothing acknowledged is lost, nothing revoked opens anything again.

Four writers create and revoke API tokens while the server is killed at random moments and started anew. After each start,
what was acknowledged is checked over the API, and at the end the audit chain. KILL_ROUNDS sets how often (10).
"""

import contextlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time

import requests

from support import PROGRAM, check, free_port, step, wait_for

ROUNDS = int(os.environ.get("KILL_ROUNDS", "10"))
BASE = "/api/web/namespaces/system"


def main():
    with tempfile.TemporaryDirectory(prefix="gatehouse-kill-") as folder:
        port, url = free_port(), None
        command = [PROGRAM, "serve", "--dev", "--state", folder, "--port", str(port), "--provider-port", str(free_port())]
        url = f"http://127.0.0.1:{port}"
        live, dead, uncertain = {}, {}, set()
        lock = threading.Lock()
        pick = random.Random(7)
        slowest = 0.0
        for number in range(ROUNDS + 1):
            began = time.monotonic()
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
            wait_for(url + "/readyz", process)
            slowest = max(slowest, time.monotonic() - began)
            admin = {"Authorization": "APIToken " + open(os.path.join(folder, "admin.token")).read().strip()}
            with requests.Session() as session:
                for name, token in list(live.items())[-150:]:
                    status = session.get(url + BASE + "/api_credentials", headers={"Authorization": "APIToken " + token}).status_code
                    check(status == 200, f"round {number}: an acknowledged token opens", f"{name}: {status}") if status != 200 else None
                for name, token in list(dead.items())[-150:]:
                    status = session.get(url + BASE + "/api_credentials", headers={"Authorization": "APIToken " + token}).status_code
                    check(status == 401, f"round {number}: a revoked token is refused", f"{name}: {status}") if status != 401 else None
            if number == ROUNDS:
                break
            stop = threading.Event()

            def write(seed):
                own = random.Random(seed)
                session = requests.Session()
                mine = []
                while not stop.is_set():
                    with contextlib.suppress(requests.RequestException):
                        if mine and own.random() < 0.4:
                            name = mine.pop(own.randrange(len(mine)))
                            with lock:
                                token = live.pop(name)
                                uncertain.add(name)
                            answer = session.post(url + BASE + "/revoke/api_credentials", json={"name": name}, headers=admin, timeout=5)
                            if answer.status_code == 200:
                                with lock:
                                    dead[name] = token
                                    uncertain.discard(name)
                        else:
                            answer = session.post(url + BASE + "/api_credentials", headers=admin, timeout=5,
                                                  json={"name": "kill", "spec": {"type": "API_TOKEN"}})
                            if answer.status_code == 200:
                                body = answer.json()
                                with lock:
                                    live[body["name"]] = body["data"]
                                mine.append(body["name"])

            threads = [threading.Thread(target=write, args=(number * 10 + n,)) for n in range(4)]
            for thread in threads:
                thread.start()
            time.sleep(0.2 + pick.random() * 0.4)
            process.send_signal(signal.SIGKILL)
            process.wait()
            stop.set()
            for thread in threads:
                thread.join()
        process.send_signal(signal.SIGTERM)
        check(process.wait(15) == 0, "the last server stops well")
        audit = subprocess.run([PROGRAM, "audit", "verify", "--database", f"sqlite:{folder}/gatehouse.db"], capture_output=True, text=True)
        check(audit.returncode == 0, "the audit chain is whole", audit.stdout + audit.stderr)
        step(f"ok: {ROUNDS} kills, {len(live)} live and {len(dead)} revoked acknowledged, {len(uncertain)} unanswered; ready again in {slowest:.2f} s at most")


sys.exit(main())
