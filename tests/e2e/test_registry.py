# SPDX-License-Identifier: Apache-2.0
"""What the library asks of a real registry (docker-registry, htpasswd)."""

import json

import pytest

from bed.registry import PASSWORD, USER, Images, Registry, basic

ERR_ACCESS, ERR_NOT_FOUND, ERR_TEMPORARY = 3, 4, 8


@pytest.fixture(scope="module")
def registry(tmp_path_factory):
    one = Registry(tmp_path_factory.mktemp("registry"))
    yield one
    one.stop()


@pytest.fixture(scope="module")
def open_registry(tmp_path_factory):
    one = Registry(tmp_path_factory.mktemp("open"), login=False)
    yield one
    one.stop()


@pytest.fixture
def images(tmp_path):
    program = Images(tmp_path / "home")
    yield program
    program.look_in_home()


@pytest.fixture
def known(images, registry):
    images.log_in(registry.host)
    return images


def test_tags_are_listed_by_one_request_each(known, registry, prefix):
    names = [f"{prefix}/{i}" for i in range(5)]
    for name in names:
        for tag in ("1.0.0", "1.1.0", "latest"):
            registry.push(name, tag)
    before = len(registry.requests())
    found = known.ask("tags", *(f"{registry.host}/{name}" for name in names))
    assert [sorted(one["tags"]) for one in found["images"]] == \
        [["1.0.0", "1.1.0", "latest"]] * 5
    assert found["counts"] == {registry.host: [5, 0]}
    assert len(registry.requests()) - before == 5


def test_a_repository_named_twice_is_asked_once(known, registry, prefix):
    registry.push(prefix, "1")
    found = known.ask("tags", f"{registry.host}/{prefix}",
                      f"{registry.host}/{prefix}:1")
    assert [one["tags"] for one in found["images"]] == [["1"], ["1"]]
    assert found["counts"] == {registry.host: [1, 0]}


def test_what_is_not_there_fails_alone(known, registry, prefix):
    registry.push(prefix, "1")
    found = known.ask("tags", f"{registry.host}/{prefix}-not",
                      f"{registry.host}/{prefix}")
    missing, there = found["images"]
    assert there["tags"] == ["1"] and "error" not in there
    assert missing["status"] == ERR_NOT_FOUND
    assert "NAME_UNKNOWN" in missing["error"]
    assert f"{prefix}-not" in missing["error"] and "log in" in missing["hint"]


def test_a_list_may_be_used_again_for_a_while(known, registry, prefix):
    registry.push(prefix, "1")
    image = f"{registry.host}/{prefix}"
    assert known.one("tags", "--fresh=600", image)["tags"] == ["1"]
    registry.push(prefix, "2")
    found = known.ask("tags", "--fresh=600", image)
    assert found["images"][0]["tags"] == ["1"]
    assert found["counts"] == {registry.host: [0, 0]}
    assert sorted(known.one("tags", image)["tags"]) == ["1", "2"]


def test_row_88_digests_cost_a_head_each(known, registry, prefix):
    one = registry.push(prefix, "1")
    two = registry.push(prefix, "2", docker=True, unique="x")
    index = registry.index(prefix, "3", {"linux/amd64": one})
    before = len(registry.requests())
    found = known.ask("digests", *(f"{registry.host}/{prefix}:{tag}"
                                   for tag in "1234"))
    assert [image.get("digest") for image in found["images"]] == \
        [one["digest"], two["digest"], index["digest"], None]
    assert found["images"][3]["gone"]
    asked = registry.requests()[before:]
    assert len(asked) == 4 and all('"HEAD ' in line for line in asked)


DATE = "2024-02-29T12:34:56.789Z"
BUILT = {"built": 1709210096, "ns": 789000000}


@pytest.mark.parametrize("made, want", [
    ({"created": DATE}, BUILT),
    ({"created": DATE, "docker": True}, BUILT),
    ({"created": "2024-02-29T13:34:56.789+01:00"}, BUILT),
    # A label of the base image must not be taken for the build.
    ({"created": DATE, "labels":
      {"org.opencontainers.image.created": "2020-01-01T00:00:00Z"}}, BUILT),
    ({"created": "1970-01-01T00:00:00Z", "labels":
      {"org.opencontainers.image.created": DATE}}, BUILT),
    ({"created": "0001-01-01T00:00:00Z", "labels":
      {"org.label-schema.build-date": DATE}}, BUILT),
    ({"annotations": {"org.opencontainers.image.created": DATE}}, BUILT),
    ({"created": DATE, "config_type": "application/x-chart+json",
      "annotations": {}}, {}),
    ({}, {}),
    ({"created": "yesterday"}, {}),
])
def test_build_dates(known, registry, prefix, made, want):
    pushed = registry.push(prefix, "1", **made)
    assert known.one("dates", f"{registry.host}/{prefix}:1") == \
        {"digest": pushed["digest"], **want}


def test_a_date_is_found_out_once(known, registry, prefix):
    registry.push(prefix, "1", created=DATE)
    registry.push(prefix, "1.0", created=DATE)
    names = [f"{registry.host}/{prefix}:{tag}" for tag in ("1", "1.0")]
    first = known.ask("dates", *names)
    # A HEAD for each; manifest and configuration once for both.
    assert first["counts"] == {registry.host: [4, 0]}
    again = known.ask("dates", *names)
    assert again["images"] == first["images"]
    assert again["counts"] == {registry.host: [2, 0]}
    registry.push(prefix, "1", created="2025-01-01T00:00:00Z")
    assert known.one("dates", names[0])["built"] == 1735689600


def test_an_index_is_looked_into_for_the_platform(known, registry, prefix):
    def made(year):
        return registry.push(prefix, None, created=f"{year}-01-01T00:00:00Z")

    amd, arm, old = made(2022), made(2023), made(2021)
    registry.index(prefix, "all", {
        "linux/arm64/v8": arm, "unknown/unknown": old, "linux/amd64": amd})
    registry.index(prefix, "arm", {"unknown/unknown": old,
                                   "linux/arm64/v8": arm})
    name = f"{registry.host}/{prefix}"

    def built(tag, *args):
        return known.one("dates", *args, f"{name}:{tag}").get("built")

    assert built("all") == 1640995200
    assert built("all", "--platform=linux/arm64") == 1672531200
    assert built("all", "--platform=windows/amd64") is None
    assert built("arm") == 1672531200


def test_a_digest_is_looked_at_as_it_is(known, registry, prefix):
    pushed = registry.push(prefix, "1", created=DATE)
    assert known.one("dates", f"{registry.host}/{prefix}@{pushed['digest']}") \
        == {"digest": pushed["digest"], **BUILT}


def test_row_91_a_tag_may_vanish(known, registry, prefix):
    pushed = registry.push(prefix, "1", created=DATE)
    registry.push(prefix, "2", created=DATE, unique="2")
    registry.delete(prefix, pushed["digest"])
    found = known.ask("dates", f"{registry.host}/{prefix}:1",
                      f"{registry.host}/{prefix}:2")["images"]
    assert found[0] == {"gone": True} and found[1]["built"]


# ---- logins ----

def test_without_a_login_it_says_what_to_do(images, registry, prefix):
    registry.push(prefix, "1")
    found = images.one("tags", f"{registry.host}/{prefix}")
    assert found["status"] == ERR_ACCESS and "401" in found["error"]
    assert f"docker login {registry.host}" in found["hint"]


def test_a_wrong_login_names_its_file(images, registry, prefix):
    registry.push(prefix, "1")
    images.log_in(registry.host, basic(password="CANARY-not-it"))
    found = images.ask("tags", *[f"{registry.host}/{prefix}"] * 2,
                       f"{registry.host}/other")
    assert all(one["status"] == ERR_ACCESS for one in found["images"])
    assert "config.json" in found["images"][0]["hint"]


def test_an_open_registry_takes_anybody(images, open_registry, prefix):
    open_registry.push(prefix, "1")
    name = f"{open_registry.host}/{prefix}"
    assert images.one("tags", name)["tags"] == ["1"]
    images.log_in(open_registry.host)
    assert images.one("tags", name)["tags"] == ["1"]


def place_auth(images, kind, registry):
    auths = json.dumps({"auths": {registry.host: {"auth": basic()}}})
    if kind == "file":
        path = images.home / "auth.json"
        images.env["REGISTRY_AUTH_FILE"] = str(path)
    elif kind == "runtime":
        path = images.home / "run" / "containers" / "auth.json"
        images.env["XDG_RUNTIME_DIR"] = str(images.home / "run")
    elif kind == "config":
        path = images.home / ".config" / "containers" / "auth.json"
    elif kind == "docker-config":
        path = images.home / "d" / "config.json"
        images.env["DOCKER_CONFIG"] = str(images.home / "d")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(auths)
    return path


@pytest.mark.parametrize("kind",
                         ["file", "runtime", "config", "docker-config"])
def test_logins_are_where_podman_and_docker_keep_them(
        images, registry, prefix, kind):
    registry.push(prefix, "1")
    path = place_auth(images, kind, registry)
    assert images.one("tags", f"{registry.host}/{prefix}")["tags"] == ["1"]
    path.unlink()


@pytest.mark.parametrize("key", ["https://{}", "https://{}/v1/", "{}/", "{}/t"])
def test_logins_go_by_several_names(images, registry, prefix, key):
    name = f"t/{prefix}"
    registry.push(name, "1")
    images.log_in(key.format(registry.host))
    assert images.one("tags", f"{registry.host}/{name}")["tags"] == ["1"]


def test_the_login_of_another_path_is_not_used(images, registry, prefix):
    registry.push(prefix, "1")
    images.log_in(f"{registry.host}/t1")
    assert images.one("tags", f"{registry.host}/{prefix}")["status"] == \
        ERR_ACCESS


def test_a_helper_is_asked_by_argv_and_one_line(images, registry, prefix):
    registry.push(prefix, "1")
    name = f"{registry.host}/{prefix}"
    images.helper("ours", f"""
echo "$# $1" >"$HOME/argv"
cat >"$HOME/stdin"
echo '{{"Username": "{USER}", "Secret": "{PASSWORD}"}}'
""")
    images.log_in(None, credHelpers={registry.host: "ours"})
    assert images.one("tags", name)["tags"] == ["1"]
    assert (images.home / "argv").read_text() == "1 get\n"
    assert (images.home / "stdin").read_text() == registry.host + "\n"
    # The store is asked for what the file lists without a secret.
    images.log_in(None, credsStore="ours", auths={registry.host: {}})
    assert images.one("tags", name)["tags"] == ["1"]
    (images.home / "bin" / "docker-credential-ours").unlink()


@pytest.mark.parametrize("script, error", [
    ("echo credentials not found in native keychain; exit 1", "401"),
    ("echo keychain is locked; exit 1", "keychain is locked"),
    ("exit 1", "did not say why"),
    ("echo no json", "not JSON"),
    ("echo '{}'", "no login"),
    ("yes | head -c 1000000", "docker-credential-bad"),
])
def test_row_93_a_helper_that_fails(images, registry, prefix, script, error):
    registry.push(prefix, "1")
    images.helper("bad", script + "\n")
    images.log_in(None, credsStore="bad")
    found = images.one("tags", f"{registry.host}/{prefix}")
    assert error in found["error"] and "tags" in found and not found["tags"]


@pytest.mark.parametrize("name, error", [
    ("../../bin/sh", "is no name"), ("-x", "is no name"),
    ("a b", "is no name"), ("not-there", "there is no docker-credential-"),
])
def test_row_93_what_is_no_helper_is_not_run(images, registry, prefix, name,
                                             error):
    registry.push(prefix, "1")
    images.log_in(None, credsStore=name)
    found = images.one("tags", f"{registry.host}/{prefix}")
    assert found["status"] == ERR_ACCESS and error in found["error"]


def test_a_broken_file_of_logins_is_an_error(images, registry):
    path = images.home / ".docker" / "config.json"
    path.parent.mkdir()
    path.write_text('{"auths": {"x": {"auth": "CANARY-half')
    done = images("tags", f"{registry.host}/x", expect=2)
    assert f"{path}:1" in done.err
    images.env["REGISTRY_AUTH_FILE"] = str(images.home / "none.json")
    assert "none.json" in images("tags", "x", expect=2).err
    path.unlink()


def test_nobody_there_is_said_once_for_all(images, registry):
    gone = "127.0.0.1:1"
    found = images.ask("tags", f"{gone}/a", f"{gone}/b", f"{gone}/c")
    assert all(one["status"] == ERR_TEMPORARY for one in found["images"])
    assert found["counts"] == {gone: [1, 0]}
