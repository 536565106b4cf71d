# SPDX-License-Identifier: Apache-2.0
"""Registries that misbehave.  What they do cannot be had from a real one."""

import hashlib
import json

import pytest

from bed.pki import Authority
from bed.registry import OCI_CONFIG, OCI_MANIFEST, Images, basic
from bed.tokens import Scripted

ERR_ACCESS, ERR_REFUSED, ERR_FAILED, ERR_TEMPORARY = 3, 5, 6, 8
TAGS = {"name": "a", "tags": ["1"]}


@pytest.fixture(scope="module")
def tls(tmp_path_factory):
    authority = Authority(tmp_path_factory.mktemp("pki"))
    return authority.cert, authority.sign("server", "/CN=server", server=True)


@pytest.fixture
def images(tmp_path):
    program = Images(tmp_path / "home")
    yield program
    program.look_in_home()


@pytest.fixture
def serve(tls):
    servers = []

    def make(answer, secure=False):
        servers.append(Scripted(answer, tls[1] if secure else None))
        return servers[-1]

    yield make
    for server in servers:
        server.stop()


def pages(*links):
    """Page i has the tag i, and leads on by links[i]."""
    def answer(request):
        i = int(request.path.split("page=")[1]) if "page=" in request.path \
            else 0
        link = {"Link": f'<{links[i]}>; rel="next"'} if i < len(links) else {}
        return 200, link, {"tags": [f"t{i}"]}
    return answer


def test_row_89_pages_by_path_url_and_query(images, serve):
    links = ["/v2/a/tags/list?page=1", "?page=2", None]
    server = serve(lambda request: pages(*links)(request))
    links[2] = f"{server.url}/v2/a/tags/list?page=3"
    images.log_in(server.host)
    assert images.one("tags", f"{server.host}/a")["tags"] == \
        ["t0", "t1", "t2", "t3"]
    assert set(server.logins()) == {"Basic " + basic()}


@pytest.mark.parametrize("link", [
    "http://localhost:{port}/v2/a/tags/list?page=1",
    "https://127.0.0.1:{port}/v2/a/tags/list?page=1",
    "http://127.0.0.1:{other}/v2/a/tags/list?page=1",
    "//127.0.0.1:{other}/v2/a/tags/list?page=1",
    "http://127.0.0.1:{port}@127.0.0.1:{other}/?page=1",
])
def test_row_89_pages_elsewhere_are_not_got(images, serve, link):
    links = [""]
    other = serve(lambda request: (200, {}, TAGS))
    server = serve(lambda request: pages(*links)(request))
    links[0] = link.format(port=server.port, other=other.port)
    images.log_in(server.host)
    found = images.one("tags", f"{server.host}/a")
    assert found["status"] == ERR_REFUSED and "next page" in found["error"]
    assert not found["tags"] and not other.seen and len(server.seen) == 1


@pytest.mark.parametrize("links", [
    ["?page=0"], ["?page=1", "?page=2", "?page=1"],
])
def test_row_89_pages_in_a_circle_end(images, serve, links):
    server = serve(pages(*links, *["?page=0"] * 3))
    found = images.one("tags", f"{server.host}/a")
    assert found["status"] == ERR_FAILED and "circle" in found["error"]
    assert len(server.seen) <= 4


def test_row_90_tags_that_no_reference_can_name_are_counted(images, serve):
    server = serve(lambda request: (200, {}, {"tags": [
        "1", "x" * 10240, "a b", "\x1b[2J", "", "-x", "1", 5, "_2"]}))
    found = images.one("tags", f"{server.host}/a")
    assert found["tags"] == ["1", "_2"] and found["invalid"] == 6


@pytest.mark.parametrize("body", [
    "<html>log in</html>", "[]", '{"tags": "1"}', '"', "", "\0", "5",
])
def test_what_is_no_list_of_tags_is_told(images, serve, body):
    server = serve(lambda request: (200, {}, body))
    found = images.one("tags", f"{server.host}/a")
    assert found["status"] == ERR_FAILED and " not " in found["error"]


@pytest.mark.parametrize("body", ['{"tags": null}', "{}", '{"tags": []}'])
def test_no_tags_are_none(images, serve, body):
    server = serve(lambda request: (200, {}, body))
    assert images.one("tags", f"{server.host}/a") == {"tags": [], "invalid": 0}


def test_row_88_patience_is_had_where_it_is_asked_for(images, serve):
    """429 of one repository; the others go on."""
    first = []

    def answer(request):
        if "/b/" in request.path and not first:
            first.append(1)
            return 429, {"Retry-After": "1"}, {"errors": [
                {"code": "TOOMANYREQUESTS", "message": "slow down"}]}
        return 200, {}, TAGS

    server = serve(answer)
    found = images.ask("tags", *(f"{server.host}/{x}" for x in "abc"))
    assert [one["tags"] for one in found["images"]] == [["1"]] * 3
    assert len(server.seen) == 4


def test_row_88_too_long_a_wait_is_temporary(images, serve):
    server = serve(lambda request: (429, {"Retry-After": "21600"}, {"errors": [
        {"code": "TOOMANYREQUESTS", "message": "pull rate limit"}]}))
    found = images.one("tags", f"{server.host}/a")
    assert found["status"] == ERR_TEMPORARY
    assert "TOOMANYREQUESTS: pull rate limit" in found["error"]
    assert "later" in found["hint"] and len(server.seen) == 1


# ---- redirects ----

@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_elsewhere_goes_without_the_login(
        images, serve, tls, status):
    images.env["SSL_CERT_FILE"] = str(tls[0])
    other = serve(lambda request: (200, {}, TAGS), secure=True)
    server = serve(lambda request: (status, {
        "Location": f"https://localhost:{other.port}/elsewhere"}, ""))
    images.log_in(server.host)
    assert images.one("tags", f"{server.host}/a")["tags"] == ["1"]
    assert server.logins() == ["Basic " + basic()]
    assert other.logins() == [None]


@pytest.mark.parametrize("status", [301, 307])
def test_a_redirect_within_keeps_the_login(images, serve, status):
    server = serve(lambda request: (200, {}, TAGS) if request.path == "/x"
                   else (status, {"Location": "/x"}, ""))
    images.log_in(server.host)
    assert images.one("tags", f"{server.host}/a")["tags"] == ["1"]
    assert server.logins() == ["Basic " + basic()] * 2


@pytest.mark.parametrize("location", [
    "http://127.0.0.1:{other}/x", "http://localhost:{port}/x",
    "http://u:p@127.0.0.1:{port}/x", "file:///etc/passwd", "//localhost/x",
    "gopher://127.0.0.1/x", "", None,
])
def test_other_redirects_are_refused(images, serve, location):
    other = serve(lambda request: (200, {}, TAGS))
    headers = {}
    server = serve(lambda request: (302, headers, ""))
    if location is not None:
        headers["Location"] = location.format(port=server.port,
                                              other=other.port)
    images.log_in(server.host)
    found = images.one("tags", f"{server.host}/a")
    assert found["status"] == ERR_REFUSED and "redirect" in found["error"]
    assert not other.seen and len(server.seen) == 1


def test_a_second_redirect_is_refused(images, serve):
    server = serve(lambda request: (302, {"Location": request.path + "x"}, ""))
    found = images.one("tags", f"{server.host}/a")
    assert found["status"] == ERR_REFUSED and "second" in found["error"]
    assert len(server.seen) == 2


def test_pages_of_where_a_redirect_led(images, serve, tls):
    images.env["SSL_CERT_FILE"] = str(tls[0])
    other = serve(pages("?page=1"), secure=True)
    server = serve(lambda request: (307, {
        "Location": f"https://localhost:{other.port}/v2/b/tags/list"}, ""))
    images.log_in(server.host)
    assert images.one("tags", f"{server.host}/a")["tags"] == ["t0", "t1"]
    assert other.logins() == [None, None] and len(server.seen) == 1


# ---- logins ----

@pytest.mark.parametrize("realm", [
    "http://10.255.255.1/token", "https://169.254.169.254/latest/meta-data",
    "https://u:p@127.0.0.1/t", "ftp://127.0.0.1/t", "/token", "https://",
    "https://evil.example/\r\nX: y", "https://10.1.2.3:8443/t",
    "https://[fe80::1]/t",
])
def test_a_login_goes_to_no_odd_realm(images, serve, realm):
    challenge = f'Bearer realm="{realm}",service="x"'.replace("\r\n", "\\\n")
    server = serve(lambda request: (
        401, {"WWW-Authenticate": challenge.replace("\\\n", "\x01")}, ""))
    images.log_in(server.host)
    found = images.ask("tags", f"{server.host}/a", f"{server.host}/b")
    for one in found["images"]:
        assert one["status"] == ERR_REFUSED and "tokens" in one["error"]
    assert len(server.seen) == 1


def test_a_registry_that_dislikes_a_login_unasked(images, serve):
    """403 to Basic, and only without it the way to a token."""
    def answer(request):
        login = request.headers["Authorization"]
        if request.path.startswith("/token"):
            return 200, {}, {"token": "CANARY-token"}
        if login == "Bearer CANARY-token":
            return 200, {}, TAGS
        if login:
            return 403, {}, {}
        return 401, {"WWW-Authenticate":
                     f'Bearer realm="http://{request.headers["Host"]}/token"'
                     }, {}

    server = serve(answer)
    images.log_in(server.host)
    assert images.one("tags", f"{server.host}/a")["tags"] == ["1"]
    assert server.logins() == ["Basic " + basic(), None, "Basic " + basic(),
                               "Bearer CANARY-token"]


def test_two_challenges_in_two_headers(images, serve):
    def answer(request):
        if request.headers["Authorization"] == "Basic " + basic():
            return 200, {}, TAGS
        return 401, [("WWW-Authenticate", "Negotiate"),
                     ("WWW-Authenticate", 'Basic realm="x"')], {}

    server = serve(answer)
    images.helper("h", "cat >/dev/null\necho '" + json.dumps(
        {"Username": "ci", "Secret": "CANARY-registry-password"}) + "'\n")
    images.log_in(None, credsStore="h")
    assert images.one("tags", f"{server.host}/a")["tags"] == ["1"]
    (images.home / "bin" / "docker-credential-h").unlink()


@pytest.mark.parametrize("body", [
    "<html>", "{}", '{"token": ""}', '{"token": "a b"}',
    '{"token": "a\\r\\nX: y"}', '{"token": 5}',
])
def test_what_is_no_token_is_told(images, serve, body):
    def answer(request):
        if request.path.startswith("/token"):
            return 200, {}, body
        return 401, {"WWW-Authenticate":
                     f'Bearer realm="http://{request.headers["Host"]}/token"'
                     }, {}

    server = serve(answer)
    found = images.one("tags", f"{server.host}/a")
    assert found["status"] == ERR_FAILED and "token" in found["error"]
    assert len(server.seen) == 2


def test_row_87_a_token_that_runs_out_between_pages(images, serve):
    """Renewed once, and on."""
    given = []

    def answer(request):
        if request.path.startswith("/token"):
            given.append(1)
            return 200, {}, {"token": f"CANARY-{len(given)}"}
        page = request.path.partition("page=")[2]
        wanted = "Bearer CANARY-2" if page else "Bearer CANARY-1"
        if request.headers["Authorization"] != wanted:
            return 401, {"WWW-Authenticate": 'Bearer realm="http://'
                         f'{request.headers["Host"]}/token"'}, {}
        return pages("?page=1")(request)

    server = serve(answer)
    assert images.one("tags", f"{server.host}/a")["tags"] == ["t0", "t1"]
    assert len(given) == 2


def test_a_redirect_does_not_get_a_token(images, serve, tls):
    """Where a redirect led asks for a login: it gets none."""
    images.env["SSL_CERT_FILE"] = str(tls[0])
    other = serve(lambda request: (
        401, {"WWW-Authenticate": 'Basic realm="x"'}, ""), secure=True)
    server = serve(lambda request: (307, {
        "Location": f"https://localhost:{other.port}/x"}, ""))
    images.log_in(server.host)
    assert images.one("tags", f"{server.host}/a")["status"] == ERR_ACCESS
    assert other.logins() == [None]


# ---- manifests ----

def digest(text):
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


CONFIG = '{"created": "2024-02-29T12:34:56Z"}'
MANIFEST = json.dumps({"schemaVersion": 2, "mediaType": OCI_MANIFEST, "config":
                       {"mediaType": OCI_CONFIG, "digest": digest(CONFIG),
                        "size": len(CONFIG)}})


def manifests(head=200, said=True, manifest=MANIFEST, config=CONFIG):
    def answer(request):
        headers = {"Docker-Content-Digest": digest(MANIFEST)} if said else {}
        if "/blobs/" in request.path:
            return 200, {}, config
        if request.command == "HEAD":
            return head, headers if head == 200 else {}, ""
        return 200, headers, manifest
    return answer


def test_a_registry_without_head_or_digest_header(images, serve):
    for answer in (manifests(head=405), manifests(said=False)):
        server = serve(answer)
        found = images.one("dates", f"{server.host}/a:1")
        assert found == {"digest": digest(MANIFEST), "built": 1709210096,
                         "ns": 0}


@pytest.mark.parametrize("answer", [
    manifests(manifest=MANIFEST + " "), manifests(config=CONFIG + " "),
    manifests(head=405, manifest=MANIFEST + " "),
])
def test_row_92_another_digest_than_it_says(images, serve, answer):
    server = serve(answer)
    found = images.one("dates", f"{server.host}/a:1")
    assert found["status"] == ERR_FAILED and "digest" in found["error"]
    assert "built" not in found
    # Nothing of it is believed the next time.
    assert images.one("dates", f"{server.host}/a:1")["status"] == ERR_FAILED


def test_a_blob_elsewhere_is_got_without_the_login(images, serve, tls):
    images.env["SSL_CERT_FILE"] = str(tls[0])
    other = serve(lambda request: (200, {}, CONFIG), secure=True)

    def answer(request):
        if "/blobs/" in request.path:
            return 307, {"Location":
                         f"https://localhost:{other.port}/b?sig=1"}, ""
        return manifests()(request)

    server = serve(answer)
    images.log_in(server.host)
    assert images.one("dates", f"{server.host}/a:1")["built"] == 1709210096
    assert other.logins() == [None]
    assert set(server.logins()) == {"Basic " + basic()}


def test_row_91_a_tag_that_goes_between_head_and_get(images, serve):
    def answer(request):
        if request.command == "HEAD":
            return manifests()(request)
        return 404, {}, {}

    server = serve(answer)
    assert images.one("dates", f"{server.host}/a:1")["gone"]


def test_https_on_this_machine_is_found_out(images, tls, tmp_path_factory):
    """A real one: it answers plain http with 400 and a word of https."""
    from bed.registry import Registry
    registry = Registry(tmp_path_factory.mktemp("tls"), login=False,
                        tls=tls[1])
    try:
        images.env["SSL_CERT_FILE"] = str(tls[0])
        found = images.ask("tags", f"{registry.host}/a", f"{registry.host}/b")
        assert [one["status"] for one in found["images"]] == [4, 4]
        assert found["counts"] == {registry.host: [3, 0]}
    finally:
        registry.stop()
