"""Our verifier beside joserfc's: what one takes the other takes, over every algorithm and thousands of altered tokens.

Tokens are made by joserfc and verified by `gatehouse token verify-jws --batch`; then they are altered, and whatever we
take joserfc must take with the same payload. What joserfc takes and we do not must be one of the gaps named below: we are
stricter on purpose, and on nothing else.
"""

import base64
import json
import random
import subprocess
import sys
import tempfile

from joserfc import jws
from joserfc.jwk import ECKey, KeySet, OctKey, OKPKey, RSAKey

from support import PROGRAM, check, step

ALGORITHMS = {
    "RS256": "rsa", "RS384": "rsa", "RS512": "rsa", "PS256": "rsa", "PS384": "rsa", "PS512": "rsa",
    "ES256": "p256", "ES384": "p384", "ES512": "p521", "EdDSA": "ed",
}
REGISTRY = jws.JWSRegistry(algorithms=list(ALGORITHMS) + ["HS256", "HS384", "HS512"])


def keys():
    made = {
        "rsa": RSAKey.generate_key(2048, {"kid": "rsa"}), "p256": ECKey.generate_key("P-256", {"kid": "p256"}),
        "p384": ECKey.generate_key("P-384", {"kid": "p384"}), "p521": ECKey.generate_key("P-521", {"kid": "p521"}),
        "ed": OKPKey.generate_key("Ed25519", {"kid": "ed"}),
    }
    return made


def ours(tokens, jwks, *more):
    """(accepted, payload or code) for each token, in order."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(jwks, file)
        file.flush()
        done = subprocess.run(
            [PROGRAM, "token", "verify-jws", "--batch", "--jwks", file.name, *more, "-"],
            input="".join(t + "\n" for t in tokens).encode("utf-8", "surrogateescape"), capture_output=True, timeout=300)
    lines = done.stdout.decode().splitlines()
    check(len(lines) == len(tokens), "one answer for each line", f"{len(lines)} for {len(tokens)}: {done.stderr[:200]}")
    answers = []
    for line in lines:
        verdict, _, rest = line.partition(" ")
        answers.append((verdict == "ok", rest))
    return answers


def theirs(token, key_set):
    try:
        return base64.urlsafe_b64encode(jws.deserialize_compact(token, key_set, registry=REGISTRY).payload).rstrip(b"=").decode()
    except Exception:  # whatever it is, it is no acceptance
        return None


def alter(token, pick):
    head, payload, signature = token.split(".")
    kind = pick.randrange(12)
    def flip(text):
        if not text:
            return text
        at = pick.randrange(len(text))
        return text[:at] + pick.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/ .") + text[at + 1:]
    def header(change):
        value = json.loads(base64.urlsafe_b64decode(head + "=="))
        change(value)
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
    if kind == 0: return ".".join([flip(head), payload, signature])
    if kind == 1: return ".".join([head, flip(payload), signature])
    if kind == 2: return ".".join([head, payload, flip(signature)])
    if kind == 3: return ".".join([header(lambda h: h.update(alg=pick.choice(["none", "HS256", "RS256", "ES256", "None", "", 5, None]))), payload, signature])
    if kind == 4: return ".".join([header(lambda h: h.update(kid=pick.choice(["rsa", "p256", "", "x" * 600, 1]))), payload, signature])
    if kind == 5: return ".".join([header(lambda h: h.pop("kid", None)), payload, signature])
    if kind == 6: return ".".join([header(lambda h: h.update(crit=["exp"])), payload, signature])
    if kind == 7: return token + pick.choice(["=", ".", "A", " ", "\t", "..", "\u00e9"])
    if kind == 8: return pick.choice([" ", ".", "=", "A"]) + token
    if kind == 9: return ".".join([head, payload, signature[:-pick.randrange(1, 8)]])
    if kind == 10: return ".".join([head, payload])
    return ".".join([head, "", signature])


def gap(token):
    """Why we refuse what joserfc takes, or None."""
    parts = token.split(".")
    if any("=" in part for part in parts): return "padding (RFC 7515 §2 has none)"
    for part in parts:
        try:
            if base64.urlsafe_b64encode(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))).rstrip(b"=").decode() != part:
                return "left-over bits or another alphabet in base64url"
        except Exception:
            return "left-over bits or another alphabet in base64url"
    return None


def main():
    pick = random.Random(20261124)
    made = keys()
    public = {"keys": [key.as_dict(private=False) for key in made.values()]}
    key_set = KeySet(list(made.values()))
    tokens = []
    for algorithm, name in ALGORITHMS.items():
        for number in range(6):
            payload = json.dumps({"n": number, "sub": "\u00e9" * number}).encode()
            tokens.append(jws.serialize_compact({"alg": algorithm, "kid": name}, payload, made[name], registry=REGISTRY))
    answers = ours(tokens, public)
    refused = [(t, a) for t, a in zip(tokens, answers) if not a[0]]
    check(not refused, f"{len(tokens)} tokens of {len(ALGORITHMS)} algorithms by joserfc verify", refused[:3])
    check(all(theirs(t, key_set) == a[1] for t, a in zip(tokens, answers)), "with the same payloads")

    secret = OctKey.generate_key(512, {"kid": "oct"})
    shared = [jws.serialize_compact({"alg": a, "kid": "oct"}, b"{}", secret, registry=REGISTRY) for a in ("HS256", "HS384", "HS512")]
    for algorithm, token in zip(("HS256", "HS384", "HS512"), shared):
        check(ours([token], {"keys": [secret.as_dict(private=True)]}, "--alg", algorithm)[0][0], f"{algorithm} with --alg")
    check(not any(a for a, _ in ours(shared, {"keys": [secret.as_dict(private=True)]})), "no HS without --alg")

    altered = [alter(pick.choice(tokens), pick) for _ in range(4000)]
    altered = [t for t in altered if "\n" not in t and "\r" not in t]
    answers = ours(altered, public)
    taken = gaps = 0
    reasons = {}
    for token, (accepted, detail) in zip(altered, answers):
        other = theirs(token, key_set)
        if accepted:
            taken += 1
            check(other == detail, "joserfc takes what we take", token) if other != detail else None
        elif other is not None:
            why = gap(token)
            if why is None:
                raise SystemExit(f"FAILED: joserfc takes, we refuse with {detail}, and it is no known gap: {token}")
            gaps += 1
            reasons[why] = reasons.get(why, 0) + 1
    step(f"ok: {len(altered)} altered tokens: {taken} taken by both, {gaps} where we are stricter on purpose: {reasons}")


sys.exit(main())
