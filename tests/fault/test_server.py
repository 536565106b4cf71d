# SPDX-License-Identifier: Apache-2.0
"""What a server, a load balancer or a network in between can do.  Every run
ends, in time, with the right status, in little memory."""

import functools
import gzip
import itertools
import subprocess
import time

import pytest

from bed import objects
from bed.control import Control, encode
from bed.process import free_port, wait_until
from bed.proxy import (Answer, Delay, Drip, Proxy, Raw, Refuse, Reset, Silence,
                       Truncate)
from bed.thousand import thousand

MEMORY = 256 << 20


@pytest.fixture
def proxy(control, gitops, tmp_path):
    with Proxy(control) as server:
        gitops.kubeconfig = server.kubeconfig(tmp_path)
        yield server


@pytest.fixture
def one(repo, ns):
    repo.commit({"a.yaml": objects.config_map("a", {"x": "1"}, ns)})
    return repo


def first(action, condition=lambda request: True):
    """The action for the first request that fits, nothing for the others."""
    left = [action]

    def decide(request):
        if left and condition(request):
            return left.pop()
    return decide


def is_write(request):
    return request.write


def is_patch(request):
    return request.method == "PATCH"


def synced(control, ns):
    live = control.api.find(f"{objects.config_maps(ns)}/a")
    return live and live["data"] == {"x": "1"}


# Throttled

def test_row_1_retry_after_is_obeyed(gitops, control, proxy, one, ns):
    proxy.decide = first(Refuse(429, "TooManyRequests", "slow",
                                {"Retry-After": "2"}), is_write)
    result = gitops("sync", one)
    assert result.seconds >= 2 and synced(control, ns)
    # The object and, before and after it, the record; one of them twice; and
    # the Event.
    assert proxy.writes == 5


def test_row_2_throttled_for_good(gitops, proxy, one):
    proxy.decide = lambda request: Refuse(429, "TooManyRequests", "slow")
    result = gitops("sync", "--timeout", "4s", one, expect=4)
    assert result.seconds < 9
    assert len(proxy.requests) <= 30
    assert "429" in result.err or "slow" in result.err


@pytest.mark.parametrize("wait", ["86400", "Fri, 31 Dec 2100 23:59:59 GMT"])
def test_row_3_a_wait_that_is_longer_than_the_run(gitops, proxy, one, wait):
    """It is given up at once, not when the time is over."""
    proxy.decide = lambda request: Refuse(429, "TooManyRequests", "slow",
                                          {"Retry-After": wait})
    result = gitops("sync", "--timeout", "60s", one, expect=4)
    assert result.seconds < 10


@pytest.mark.parametrize("wait", ["", "soon", "-5", "1e9", "0", "99999999999"
                                  "99999999999999"])
def test_row_3_nonsense_in_retry_after(gitops, control, proxy, one, ns, wait):
    proxy.decide = first(Refuse(429, "TooManyRequests", "slow",
                                {"Retry-After": wait}), is_write)
    result = gitops("sync", "--timeout", "20s", one, expect=(0, 4))
    assert result.seconds < 22


# Errors that pass

@pytest.mark.parametrize("trouble", [
    Refuse(500, "InternalError", "etcdserver: leader changed"),
    Refuse(500, "InternalError", "etcdserver: request timed out"),
    Answer(502, "<html>x</html>", {"Content-Type": "text/html"}),
    Answer(503, ""), Answer(504, "upstream timed out"),
    Reset(), Reset(after=True), Truncate(),
], ids=["leader", "timeout", "502", "503", "504", "reset", "reset-after",
        "truncated"])
@pytest.mark.parametrize("where", ["read", "dry-run", "write"])
def test_row_4_7_8_9_trouble_that_passes(gitops, control, proxy, one, ns,
                                         trouble, where):
    fits = {"read": lambda r: r.method == "GET",
            "dry-run": lambda r: r.dry_run, "write": is_write}[where]
    proxy.decide = first(trouble, fits)
    gitops("sync", one)
    assert synced(control, ns)


def test_row_10_the_same_patch_twice_is_one_change(gitops, control, proxy, one,
                                                   ns):
    """Cut after the server did the work."""
    proxy.decide = first(Reset(after=True), lambda request: is_write(
        request) and request.path.endswith("/configmaps/a"))
    gitops("sync", one)
    # The record, the object twice, and the Event.
    assert proxy.writes == 2 + 2 + 1
    live = control.api.get(f"{objects.config_maps(ns)}/a")
    assert live["metadata"]["managedFields"][0]["manager"] == "gitops"
    gitops("diff", one)


@pytest.mark.parametrize("trouble", [
    Answer(503, "<html>"), Reset(), Refuse(500, "InternalError", "broken")],
    ids=["503", "reset", "500"])
def test_trouble_for_good(gitops, proxy, one, trouble):
    proxy.decide = lambda request: trouble
    result = gitops("sync", "--timeout", "5s", one, expect=(2, 4))
    assert result.seconds < 10 and result.err


@pytest.mark.parametrize("body", [
    b"", b"null", b"[]", b"{", b'{"kind": 7}', b"\xff\xfe", b"<html>login",
    b'{"kind":"APIGroupDiscoveryList","items":{"a":1}}',
    b'{"kind":"APIGroupDiscoveryList","items":[{"metadata":{"name":null},'
    b'"versions":[{"resources":[{"responseKind":[]}]}]}]}',
    b"[" * 100_000], ids=range(10))
def test_two_hundred_and_nonsense(gitops, proxy, one, body):
    """A login page with status 200, too."""
    proxy.decide = lambda request: Answer(200, body)
    result = gitops("sync", "--timeout", "10s", one, expect=(2, 4))
    assert result.err


@pytest.mark.parametrize("body", [
    b"", b"null", b"{}", b'{"metadata": []}', b"<html>", b"[" * 100_000])
def test_nonsense_as_the_answer_to_an_apply(gitops, proxy, one, body):
    proxy.decide = lambda request: Answer(200, body) if is_patch(request) \
        else None
    gitops("sync", "--timeout", "10s", one, expect=(0, 2, 3, 4))
    gitops("diff", "--timeout", "10s", one, expect=(0, 1, 2, 4))


# A webhook that knows no dry-run

def test_row_6_a_dry_run_that_a_webhook_does_not_support(gitops, control,
                                                         proxy, one, ns):
    """diff cannot know, and says why; a sync that does not ask works."""
    def decide(request):
        if request.dry_run:
            return Refuse(400, "BadRequest", 'admission webhook '
                          '"hook.example.com" does not support dry run')

    proxy.decide = decide
    result = gitops("diff", one, expect=2)
    assert "hook.example.com" in result.err and "a.yaml:1" in result.err
    gitops("sync", "--validate", "none", one)
    assert synced(control, ns)


# GOAWAY, from the real API server over HTTP/2

def test_row_12_goaway(gitops, repo, prefix, tmp_path):
    plane = Control(tmp_path / "plane", ["--goaway-chance", "0.02"])
    try:
        files, n = thousand(prefix, each=100)
        repo.commit(files)
        gitops.kubeconfig = plane.kubeconfig
        gitops("sync", repo)
        gitops("diff", repo)
    finally:
        plane.stop()


# Silence

@pytest.mark.parametrize("where", ["read", "write"])
def test_row_14_a_silent_server_ends_by_the_deadline(gitops, proxy, one,
                                                     where):
    fits = is_write if where == "write" else (lambda request: True)
    proxy.decide = lambda request: Silence() if fits(request) else None
    result = gitops("sync", "--timeout", "3s", one, expect=(3, 4))
    assert 2 < result.seconds < 8


def test_row_56_a_server_that_never_shakes_hands(gitops, control, one,
                                                 tmp_path):
    import socket
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(64)
        gitops.kubeconfig = control.write_kubeconfig(
            "deaf", {"token": "CANARY-t"},
            {"server": f"https://127.0.0.1:{deaf.getsockname()[1]}"},
            directory=tmp_path)
        result = gitops("sync", "--timeout", "3s", one, expect=4)
        assert result.seconds < 8


def test_row_58_a_dripping_server_ends_by_the_deadline(gitops, proxy, one):
    proxy.decide = lambda request: Drip(0.5)
    result = gitops("sync", "--timeout", "3s", one, expect=4)
    assert result.seconds < 8


def test_slow_is_not_broken(gitops, control, proxy, one, ns):
    proxy.decide = lambda request: Delay(0.5)
    gitops("sync", one)
    assert synced(control, ns)


# Too much

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def endless_body():
    yield OK + b"\r\n"
    for _ in range(10_000):
        yield b" " * (1 << 20)


def endless_headers():
    yield OK
    for i in itertools.count():
        yield b"X-%d: %s\r\n" % (i, b"y" * 1000)


def long_header():
    yield OK + b"X: "
    for _ in range(10_000):
        yield b"y" * 100_000


@functools.cache
def half_a_gigabyte():
    return gzip.compress(b" " * (512 << 20), 1)


def bomb():
    body = half_a_gigabyte()
    for _ in range(2):
        body = gzip.compress(body, 1)
    layers = b", ".join([b"gzip"] * 3)
    yield (OK + b"Content-Encoding: %s\r\nContent-Length: %d\r\n\r\n" %
           (layers, len(body)) + body)


def plain_bomb():
    body = half_a_gigabyte()
    yield (OK + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" %
           len(body) + body)


def many_encodings():
    yield OK + b"Content-Encoding: gzip\r\n" * 50 + b"\r\nx"


@pytest.mark.parametrize("flood", [
    endless_body, endless_headers, long_header, bomb, plain_bomb,
    many_encodings], ids=lambda f: f.__name__)
def test_row_59_60_61_too_much_is_cut(plain, control, one, tmp_path, flood):
    with Proxy(control, lambda request: Raw(flood())) as proxy:
        plain.kubeconfig = proxy.kubeconfig(tmp_path)
        result = plain("sync", "--timeout", "20s", one, expect=(2, 4),
                       memory=MEMORY + (64 << 20))
        assert result.seconds < 20


def test_row_48_warnings_without_end(gitops, control, proxy, one, ns):
    """Escaped, capped, and said once."""
    handler = proxy.listener.RequestHandlerClass
    ask = handler.ask

    def loud(self, request):
        answer = ask(self, request)
        answer.headers["Warning"] = [
            '299 - "evil \x1b[2J ' + "w" * 300 + '"'] * 40
        return answer

    handler.ask = loud
    result = gitops("sync", one)
    assert "\x1b" not in result.err
    assert result.err.count("evil") <= 2
    assert len(result.err) < 2000


# Not allowed

def test_row_17_forbidden_for_one_object_only(gitops, control, proxy, repo,
                                              ns):
    repo.commit({name + ".yaml": objects.config_map(name, {"x": "1"}, ns)
                 for name in ("a", "b", "c")})

    def decide(request):
        if request.method == "PATCH" and request.path.endswith("/b"):
            return Refuse(403, "Forbidden", "not this one")

    proxy.decide = decide
    refused = gitops("sync", repo, expect=2)
    assert proxy.writes == 0 and "b.yaml:1" in refused.err
    partly = gitops("sync", "--validate", "none", repo, expect=3)
    assert "b.yaml:1" in partly.err
    live = {i["metadata"]["name"]
            for i in control.api.items(objects.config_maps(ns))}
    assert {"a", "c"} <= live and "b" not in live


# Redirects, also to ourselves

def test_row_62_a_redirect_loop(gitops, proxy, one):
    proxy.decide = lambda request: Answer(
        307, headers={"Location": request.target})
    gitops("sync", "--timeout", "5s", one, expect=2)
    assert len(proxy.requests) < 10


# The API server restarts while we write

def test_row_51_the_server_restarts_mid_sync(gitops, repo, prefix, tmp_path):
    plane = Control(tmp_path / "plane")
    try:
        files, n = thousand(prefix, each=200)
        repo.commit(files)
        gitops.kubeconfig = plane.kubeconfig
        process = gitops.start("sync", "--timeout", "60s", repo,
                               stdout=subprocess.DEVNULL,
                               stderr=subprocess.PIPE, text=True)
        wait_until(lambda: plane.api.find(f"/api/v1/namespaces/{prefix}-9"),
                   60, "the first writes")
        plane.restart_server()
        _, err = process.communicate(timeout=90)
        assert process.returncode in (0, 3, 4), err
        assert "Sanitizer" not in err
        if process.returncode:
            gitops("sync", repo)
        gitops("diff", repo)
    finally:
        plane.stop()


# Names and proxies

def test_a_name_that_does_not_exist(gitops, control, one, tmp_path):
    gitops.kubeconfig = control.write_kubeconfig(
        "nowhere", {"token": "CANARY-t"},
        {"server": "https://no-such-host.invalid:6443"}, directory=tmp_path)
    result = gitops("sync", "--timeout", "20s", one, expect=(2, 4))
    assert "no-such-host.invalid" in result.err


def test_nobody_listens(gitops, control, one, tmp_path):
    gitops.kubeconfig = control.write_kubeconfig(
        "down", {"token": "CANARY-t"},
        {"server": f"https://127.0.0.1:{free_port()}"}, directory=tmp_path)
    begin = time.monotonic()
    gitops("sync", "--timeout", "4s", one, expect=4)
    assert time.monotonic() - begin < 9


# Certificates

def test_row_55_an_expired_certificate(gitops, control, one, tmp_path):
    if not control.own:
        pytest.skip("needs a cluster of our own")
    cert = control.pki.sign("expired", "/CN=x", server=True, days=-1)
    with Proxy(control, cert=cert) as proxy:
        gitops.kubeconfig = proxy.kubeconfig(tmp_path)
        result = gitops("sync", one, expect=2)
        assert "expired" in result.err
        assert proxy.requests == []


def test_row_57_a_key_that_does_not_fit(gitops, control, one, tmp_path):
    if not control.own:
        pytest.skip("needs a cluster of our own")
    cert, _ = control.pki.sign("fit", "/CN=fit")
    _, key = control.pki.sign("unfit", "/CN=unfit")
    gitops.kubeconfig = control.write_kubeconfig(
        "mismatch", {"client-certificate-data": encode(cert),
                     "client-key-data": encode(key)}, directory=tmp_path)
    result = gitops("sync", one, expect=2)
    assert "mismatch" in result.err, "the user entry is named"
