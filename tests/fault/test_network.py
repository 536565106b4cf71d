# SPDX-License-Identifier: Apache-2.0
"""What a network does, below HTTP/1.1: refused streams, and addresses of
another family."""

import json
import socket
import socketserver
import ssl
import threading

import pytest

from bed import objects
from bed.proxy import copy


@pytest.fixture
def one(repo, ns):
    repo.commit({"a.yaml": objects.config_map("a", {"x": "1"}, ns)})
    return repo


def synced(control, ns):
    live = control.api.find(f"{objects.config_maps(ns)}/a")
    return live and live["data"] == {"x": "1"}


# A server that refuses each stream

class Refuser:
    """HTTP/2 as far as it goes: each request is answered with RST_STREAM
    (REFUSED_STREAM), or with GOAWAY that leaves it out."""

    def __init__(self, control, goaway):
        self.streams = 0
        self.goaway = goaway
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(control.server_cert, control.server_key)
        tls.set_alpn_protocols(["h2"])
        refuser = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self):
                with tls.wrap_socket(self.request, server_side=True) as link:
                    refuser.serve(link.makefile("rwb"))

        class Listener(socketserver.ThreadingTCPServer):
            daemon_threads = True

            def handle_error(self, request, client_address):
                """The client goes away."""

        self.listener = Listener(("127.0.0.1", 0), Handler)
        self.port = self.listener.server_address[1]
        threading.Thread(target=self.listener.serve_forever,
                         kwargs={"poll_interval": .05}, daemon=True).start()

    def serve(self, link):
        def send(kind, stream, payload=b"", flags=0):
            link.write(len(payload).to_bytes(3, "big") + bytes([kind, flags]) +
                       stream.to_bytes(4, "big") + payload)
            link.flush()

        link.read(24)  # the preface
        send(4, 0)     # SETTINGS
        while True:
            head = link.read(9)
            if len(head) < 9:
                return
            link.read(int.from_bytes(head[:3], "big"))
            stream = int.from_bytes(head[5:], "big")
            if head[3] == 4 and not head[4] & 1:
                send(4, 0, flags=1)
            if head[3] == 1:
                self.streams += 1
                if self.goaway:
                    send(7, 0, bytes(8))
                    return
                send(3, stream, (7).to_bytes(4, "big"))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.shutdown()
        self.listener.server_close()


@pytest.mark.parametrize("goaway", [False, True])
def test_row_13_streams_that_are_refused_for_good(gitops, control, one,
                                                  tmp_path, goaway):
    with Refuser(control, goaway) as server:
        gitops.kubeconfig = control.write_kubeconfig(
            "refuser", {"token": "CANARY-t"},
            {"server": f"https://127.0.0.1:{server.port}"},
            directory=tmp_path)
        result = gitops("sync", "--timeout", "6s", one, expect=4)
    assert result.seconds < 12
    assert 1 < server.streams < 100


# IPv6

@pytest.mark.parametrize("host", ["[::1]", "[::1%25lo]"])
def test_row_65_a_server_by_an_ipv6_literal(gitops, control, one, ns, tmp_path,
                                            host):
    class Carry(socketserver.BaseRequestHandler):
        def handle(self):
            with socket.create_connection((control.api.host,
                                           control.port)) as far:
                threading.Thread(target=copy, args=(self.request, far),
                                 daemon=True).start()
                copy(far, self.request)

    class Listener(socketserver.ThreadingTCPServer):
        address_family = socket.AF_INET6
        daemon_threads = True

    try:
        listener = Listener(("::1", 0), Carry)
    except OSError:
        pytest.skip("needs IPv6")
    with listener:
        threading.Thread(target=listener.serve_forever,
                         kwargs={"poll_interval": .05}, daemon=True).start()
        config = json.loads(control.kubeconfig.read_text())
        config["clusters"][0]["cluster"] |= {
            "server": f"https://{host}:{listener.server_address[1]}",
            "tls-server-name": control.api.host}
        gitops.kubeconfig = tmp_path / "v6.kubeconfig"
        gitops.kubeconfig.touch(mode=0o600)
        gitops.kubeconfig.write_text(json.dumps(config))
        gitops("sync", one)
        listener.shutdown()
    assert synced(control, ns)
