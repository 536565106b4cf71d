# SPDX-License-Identifier: Apache-2.0
"""The flow of tokens, with a real registry that demands them."""

import json

import pytest

from bed.registry import Images, Registry, basic
from bed.tokens import Tokens

ERR_ACCESS = 3
DATE = "2024-02-29T12:34:56Z"


@pytest.fixture(scope="module")
def bed(tmp_path_factory):
    directory = tmp_path_factory.mktemp("tokens")
    tokens = Tokens(directory)
    # Filled while it asks for nothing.
    filled = Registry(directory / "registry", login=False)
    for i in range(30):
        filled.push(f"r{i}", "1.0", created=DATE, unique=f"r{i}")
    filled.push("not/secret", "1.0")
    filled.stop()
    registry = Registry(directory / "registry", login=False, auth=tokens.auth)
    yield registry, tokens
    registry.stop()
    tokens.stop()


@pytest.fixture
def registry(bed):
    return bed[0]


@pytest.fixture
def tokens(bed):
    bed[1].reset()
    return bed[1]


@pytest.fixture
def images(tmp_path):
    program = Images(tmp_path / "home")
    yield program
    program.look_in_home()


def names(registry, n=30):
    return [f"{registry.host}/r{i}:1.0" for i in range(n)]


def tags_of(found):
    return [one["tags"] for one in found["images"]]


def test_one_token_is_for_many_repositories(images, registry, tokens):
    found = images.ask("tags", *names(registry))
    assert tags_of(found) == [["1.0"]] * 30
    # One to be told, one for each; a token for twenty.
    assert found["counts"] == {registry.host: [31, 2]}
    assert tokens.logins() == [None, None]
    assert tokens.seen[0][1].startswith(
        "/token?account=x&service=the-registry&scope=repository%3Ar0%3Apull&")


def test_a_token_is_used_again(images, registry, tokens):
    found = images.ask("dates", "--again", *names(registry, 2))
    assert [one["built"] for one in found["images"]] == [1709210096] * 2
    assert found["counts"][registry.host][1] == 1


def test_the_login_goes_to_the_realm(images, registry, tokens):
    tokens.users = [basic()]
    images.log_in(registry.host)
    assert tags_of(images.ask("tags", *names(registry, 2))) == [["1.0"]] * 2
    assert tokens.logins() == ["Basic " + basic()]


def test_a_refused_login_is_told_with_its_file(images, registry, tokens):
    tokens.users = [basic()]
    images.log_in(registry.host, basic(password="CANARY-wrong"))
    for one in images.ask("tags", *names(registry, 3))["images"]:
        assert one["status"] == ERR_ACCESS and "401" in one["error"]
        assert "config.json" in one["hint"]


def test_an_identity_token_is_posted(images, registry, tokens):
    tokens.identity = "CANARY-identity&=+"
    images.log_in(None, auths={
        registry.host: {"identitytoken": tokens.identity}})
    assert tags_of(images.ask("tags", *names(registry))) == [["1.0"]] * 30
    assert [method for method, _, _ in tokens.seen] == ["POST", "POST"]
    assert all("CANARY" not in path for _, path, _ in tokens.seen)


def test_a_helper_may_have_an_identity_token(images, registry, tokens):
    tokens.identity = "CANARY-from-helper"
    images.helper("ours", "cat >/dev/null; echo '" + json.dumps(
        {"Username": "<token>", "Secret": tokens.identity}) + "'\n")
    images.log_in(None, credHelpers={registry.host: "ours"})
    assert tags_of(images.ask("tags", *names(registry, 2))) == [["1.0"]] * 2
    (images.home / "bin" / "docker-credential-ours").unlink()


def test_a_realm_that_takes_one_scope_only(images, registry, tokens):
    tokens.most = 1
    found = images.ask("tags", *names(registry, 5))
    assert tags_of(found) == [["1.0"]] * 5
    assert found["counts"] == {registry.host: [6, 6]}


def test_what_may_not_be_seen_fails_alone(images, registry, tokens):
    found = images.ask("tags", f"{registry.host}/not/secret",
                       *names(registry, 2))
    secret, *others = found["images"]
    assert [one["tags"] for one in others] == [["1.0"]] * 2
    assert secret["status"] == ERR_ACCESS
    # Renewed once, by itself, and that is it.
    assert found["counts"] == {registry.host: [5, 2]}


@pytest.mark.parametrize("stale, works", [(1, True), (99, False)])
def test_row_86_a_token_is_renewed_once(images, registry, tokens, stale,
                                        works):
    tokens.stale = stale
    found = images.ask("tags", *names(registry, 1))
    assert ("error" not in found["images"][0]) == works
    assert found["counts"] == {registry.host: [3, 2]}


def test_all_share_the_renewed_token(images, registry, tokens):
    tokens.stale = 1
    found = images.ask("dates", *names(registry, 3))
    assert [one["built"] for one in found["images"]] == [1709210096] * 3
