# SPDX-License-Identifier: Apache-2.0
"""Releases: a real registry, a real git server, and what becomes of both."""

import subprocess

import pytest

from bed.driver import named
from bed.gitservers import PASSWORD as GIT_PASSWORD
from bed.gitservers import USER as GIT_USER
from bed.gitservers import https_git, repositories
from bed.registry import PASSWORD, Registry, basic
from bed.tokens import Tokens

__all__ = ["https_git", "repositories"]

PUSHERS = 20
MANY = 200
SCOPES_MOST = 20  # in one token
OLD, MIDDLE, NEW = ("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z",
                    "2026-03-01T00:00:00Z")


@pytest.fixture(scope="module")
def registry(tmp_path_factory):
    one = Registry(tmp_path_factory.mktemp("registry"))
    yield one
    one.stop()


@pytest.fixture
def release(gitops, registry):
    """gitops with a name, and logins for both."""
    named(gitops)
    path = gitops.home / ".docker" / "config.json"
    path.parent.mkdir()
    path.write_text('{"auths": {"%s": {"auth": "%s"}}}'
                    % (registry.host, basic()))
    gitops.env.pop("GITOPS_APP")
    yield gitops
    # What the test itself has put there.
    path.unlink()


@pytest.fixture
def https(release, https_git):
    release.env |= {"GITOPS_GIT_CA_FILE": str(https_git.ca),
                    "GITOPS_GIT_USERNAME": GIT_USER,
                    "GITOPS_GIT_TOKEN": GIT_PASSWORD}
    release.hide(GIT_PASSWORD, PASSWORD)
    return release


def deployment(name, image, annotations="", more=""):
    return (f"apiVersion: apps/v1\nkind: Deployment\n"
            f"metadata: {{name: {name}, annotations: {{{annotations}}}}}\n"
            f"spec:\n  template:\n    spec:\n      containers:\n"
            f"      - name: main\n        image: {image} # {more}\n")


def apps(*images):
    return ("apiVersion: gitops/v1\napps:\n- name: web\n  path: deploy\n"
            "  images:\n" + "".join(f"  - {{{one}}}\n" for one in images))


def git(repo, *args):
    return subprocess.run(["git", "--git-dir", repo.bare, *args], check=True,
                          capture_output=True).stdout.decode()


def push(registry, name, **tags):
    """Images by tag, "v1_0" for v1.0; built then."""
    for tag, created in tags.items():
        registry.push(name, tag[1:].replace("_", "."), created=created,
                      unique=tag)


# ---- from the registry to the branch ----


def test_image_becomes_a_commit_and_then_nothing(https, https_git, registry,
                                                 repositories, prefix):
    image = f"{registry.host}/{prefix}"
    push(registry, prefix, v1_0_0=OLD, v1_1_0=MIDDLE, v2_0_0=NEW)
    repo = repositories.make("release")
    text = deployment("web", f"{image}:1.0.0", more="keep")
    repo.commit({"deploy/web.yaml": text,
                 "gitops.yaml": apps(f"image: {image}, policy: semver ^1")})
    repo.push()
    url = https_git.url(repo, "private")

    done = https("release", "--all", url)
    assert f"{image} 1.0.0 -> 1.1.0" in done.out
    assert done.out.endswith(", pushed\n")
    assert git(repo, "show", "main:deploy/web.yaml") == \
        text.replace("1.0.0", "1.1.0")
    told = "%an|%(trailers:key=Gitops-Image,valueonly)"
    assert git(repo, "log", "-1", f"--format={told}", "main").strip() == \
        f"Ann|{image} 1.0.0 -> 1.1.0"
    tip = git(repo, "rev-parse", "main")

    before = len(registry.requests())
    again = https("release", "--all", url, "-o", "json").json["release"]
    assert again["commit"] is None
    assert again["registries"] == [
        {"host": registry.host, "requests": 1, "tokens": 0}]
    assert len(registry.requests()) - before <= 2  # a challenge, and it
    assert git(repo, "rev-parse", "main") == tip


def test_each_repository_is_asked_once(release, registry, repo, prefix):
    names = [f"{prefix}/{n}" for n in range(30)]
    for name in names:
        push(registry, name, v1_0=OLD)
        push(registry, name, v1_1=NEW)
    images = [f"{registry.host}/{name}" for name in names]
    repo.commit({
        "gitops.yaml": apps(*(f"image: {image}, policy: numerical asc"
                              for image in images)),
        **{f"deploy/{n}.yaml": deployment(f"d{n}", f"{image}:1.0") +
           "---\n" + deployment(f"e{n}", f"{image}:1.0")
           for n, image in enumerate(images)}})
    first = release("release", "--all", repo, "-o", "json").json["release"]
    assert len(first["places"]) == 60
    assert first["registries"] == [
        {"host": registry.host, "requests": 30, "tokens": 0}]
    trailers = repo.git("log", "-1", "--format=%(trailers:key=Gitops-Image)")
    assert len(trailers.splitlines()) == 30


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """The directory of a registry with many repositories, filled while it
    asks for nothing."""
    directory = tmp_path_factory.mktemp("many")
    registry = Registry(directory, login=False)
    for n in range(MANY):
        push(registry, f"r{n}", v1_0_0=OLD)
    registry.stop()
    return directory


def release_of_many(release, repo, registry):
    """What a release of them says that changes nothing, and how many requests
    the registry has answered."""
    images = [f"{registry.host}/r{n}" for n in range(MANY)]
    repo.commit({
        "gitops.yaml": apps(*(f"image: {image}, policy: semver ^1"
                              for image in images)),
        **{f"deploy/{n}.yaml": deployment(f"d{n}", f"{image}:1.0.0")
           for n, image in enumerate(images)}})
    before = len(registry.requests())
    done = release("release", "--all", repo, "-o", "json").json["release"]
    assert done["commit"] is None
    (counted,) = done["registries"]
    answered = len(registry.requests()) - before
    assert counted["requests"] == answered
    return counted["tokens"], answered


def test_many_repositories_with_a_login(release, many, repo):
    registry = Registry(many)
    (release.home / ".docker" / "config.json").write_text(
        '{"auths": {"%s": {"auth": "%s"}}}' % (registry.host, basic()))
    assert release_of_many(release, repo, registry) == (0, MANY)
    registry.stop()


def test_many_repositories_with_tokens(release, many, repo, tmp_path):
    """One request more says where tokens are to be had."""
    tokens = Tokens(tmp_path / "tokens")
    registry = Registry(many, login=False, auth=tokens.auth)
    assert release_of_many(release, repo, registry) == (
        MANY // SCOPES_MOST, MANY + 1)
    assert len(tokens.seen) == MANY // SCOPES_MOST
    # A realm that has one scope in a token is asked once more, for nothing:
    # each of the ten that were for twenty.
    tokens.reset()
    tokens.most = 1
    assert release_of_many(release, repo, registry) == (
        MANY // SCOPES_MOST + MANY, MANY + 1)
    registry.stop()
    tokens.stop()


def test_two_releases_at_once_are_both_in_the_history(https, https_git,
                                                      repositories, tmp_path):
    repo = repositories.make("release")
    repo.commit({f"deploy/w{n}.yaml": deployment(f"w{n}", f"acme/w{n}:1")
                 for n in range(PUSHERS)})
    repo.push()
    url = https_git.url(repo, "private")
    script = 'while :; do "$@"; s=$?; [ $s = 4 ] || exit $s; done'
    running = []
    for n in range(PUSHERS):
        (tmp_path / f"home{n}").mkdir()
        env = https.environment({"HOME": tmp_path / f"home{n}"})
        with open(tmp_path / f"log{n}", "wb") as log:
            running.append(subprocess.Popen(
                ["sh", "-c", script, "sh", str(https.path), "release",
                 "--image", f"acme/w{n}:2", url], env=env, stdout=log,
                stderr=log))
    for n, process in enumerate(running):
        assert process.wait(timeout=300) == 0, \
            (tmp_path / f"log{n}").read_text()
    log = git(repo, "log", "--format=%(trailers:key=Gitops-Image,valueonly)",
              "main").split("\n")
    assert sorted(line for line in log if line) == \
        sorted(f"acme/w{n} 1 -> 2" for n in range(PUSHERS))
    for n in range(PUSHERS):
        assert f"acme/w{n}:2 " in git(repo, "show", f"main:deploy/w{n}.yaml")


def test_branch_of_gitops_yaml(https, https_git, repositories):
    repo = repositories.make("release")
    repo.commit({"deploy/web.yaml": deployment("web", "acme/web:1"),
                 "gitops.yaml": apps("image: acme/web, policy: newest") +
                 "release: {branch: prod}\n"})
    repo.git("branch", "prod")
    repo.push()
    main = git(repo, "rev-parse", "main")
    https("release", "--image", "acme/web:2",
          https_git.url(repo, "private"))
    assert git(repo, "rev-parse", "main") == main
    assert "acme/web:2 " in git(repo, "show", "prod:deploy/web.yaml")
    https("release", "--image", "acme/web:3", "--rev", "main",
          https_git.url(repo, "private"))
    assert "acme/web:3 " in git(repo, "show", "main:deploy/web.yaml")


def test_none_is_pushed(https, https_git, repositories):
    repo = repositories.make("release")
    repo.commit({"deploy/web.yaml": deployment("web", "acme/web:1"),
                 "gitops.yaml": apps("image: acme/web, policy: newest") +
                 "release: {push: none}\n"})
    repo.push()
    url = https_git.url(repo, "private")
    done = https("release", "--image", "acme/web:2", url, expect=2)
    assert "release.push is none" in done.err
    assert "acme/web 1 -> 2" in https("release", "--image", "acme/web:2",
                                      "--dry-run", url).out
    https("release", "--image", "acme/web:2", "--push", url)
    assert "acme/web:2 " in git(repo, "show", "main:deploy/web.yaml")


def test_clone_is_pushed_where_it_is_told_to(https, https_git, repositories,
                                             tmp_path):
    repo = repositories.make("release")
    repo.commit({"web.yaml": deployment("web", "acme/web:1")})
    repo.push()
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", repo.bare, clone], check=True)
    subprocess.run(["git", "-C", clone, "remote", "set-url", "origin",
                    https_git.url(repo, "private")], check=True)
    done = https("release", "--image", "acme/web:2", clone)
    assert done.out.endswith(", not pushed\n")
    assert "acme/web:1 " in git(repo, "show", "main:web.yaml")
    done = https("release", "--image", "acme/web:3", "--push", clone)
    assert done.out.endswith(", pushed\n")
    assert "acme/web:3 " in git(repo, "show", "main:web.yaml")


# ---- a repository of this machine ----


def test_working_directory_follows(release, registry, repo, prefix):
    image = f"{registry.host}/{prefix}"
    push(registry, prefix, v1=OLD, v2=NEW)
    repo.commit({"deploy/web.yaml": deployment("web", f"{image}:1"),
                 "gitops.yaml": apps(f"image: {image}, policy: newest")})
    repo.write({"deploy/other.yaml": "# untracked\n"})
    release("release", "--all", repo)
    assert f"{image}:2 " in (repo.path / "deploy/web.yaml").read_text()
    assert repo.git("status", "--short") == "?? deploy/other.yaml"
    assert repo.git("log", "--format=%an") == "Ann\nAda"


def test_uncommitted_changes_are_not_touched(release, repo):
    repo.commit({"web.yaml": deployment("web", "acme/web:1")})
    repo.write({"web.yaml": deployment("web", "acme/web:1", more="mine")})
    done = release("release", "--image", "acme/web:2", repo, expect=2)
    assert "web.yaml" in done.err
    assert "acme/web:1 # mine" in (repo.path / "web.yaml").read_text()
    assert repo.git("rev-list", "--count", "HEAD") == "1"


# ---- policies ----


@pytest.mark.parametrize("policy,chosen", [
    ("policy: semver ~1.1", "1.1.0"),
    ("policy: newest", "0.9.0"),
    ("policy: newest, minAge: 1d, filter: '^1\\.'", "1.1.0"),
    ("policy: alphabetical desc", "0.9.0"),
    ("policy: glob 1.0.*", "1.0.0"),
    ("policy: numerical asc, filter: '^(\\d+)\\.9', extract: $1", "0.9.0"),
])
def test_policy_of_gitops_yaml(release, registry, repo, prefix, policy,
                               chosen):
    image = f"{registry.host}/{prefix}"
    push(registry, prefix, v1_0_0=OLD, v1_1_0=MIDDLE, v0_9_0=NEW)
    repo.commit({"deploy/web.yaml": deployment("web", f"{image}:0.1"),
                 "gitops.yaml": apps(f"image: {image}, {policy}")})
    places = release("release", "--image", image, repo, "-o",
                     "json").json["release"]["places"]
    assert [one["to"] for one in places] == [chosen]


def test_flux_1(release, registry, repo, prefix):
    image = f"{registry.host}/{prefix}"
    push(registry, prefix, v1_0_0=OLD, v1_1_0=MIDDLE, v2_0_0=NEW)
    repo.commit({
        "auto.yaml": deployment(
            "auto", f"{image}:1.0.0", 'fluxcd.io/automated: "true", '
            "fluxcd.io/tag.main: 'semver:~1'"),
        "newest.yaml": deployment("newest", f"{image}:1.0.0",
                                  'flux.weave.works/automated: "true"'),
        "locked.yaml": deployment(
            "locked", f"{image}:1.0.0", 'fluxcd.io/automated: "true", '
            'fluxcd.io/locked: "true"'),
        "manual.yaml": deployment("manual", f"{image}:1.0.0",
                                  "fluxcd.io/tag.main: 'glob:2.*'"),
    })
    release("release", "--all", repo)

    def tags():
        return {name: (repo.path / f"{name}.yaml").read_text().split(
            f"{image}:")[1].split(" ")[0]
            for name in ("auto", "newest", "locked", "manual")}

    assert tags() == {"auto": "1.1.0", "newest": "2.0.0", "locked": "1.0.0",
                      "manual": "1.0.0"}
    done = release("release", "--image", image, repo)
    assert "warning: locked.yaml:9: left alone: locked" in done.err
    assert tags()["manual"] == "2.0.0" and tags()["locked"] == "1.0.0"


def test_invalid_pattern_of_flux_is_an_error(release, repo):
    repo.commit({"web.yaml": deployment(
        "web", "acme/web:1", 'fluxcd.io/automated: "true", '
        "fluxcd.io/tag.main: 'semver:banana'")})
    done = release("release", "--all", repo, expect=2)
    assert "web.yaml:9: fluxcd.io/tag.main: policy" in done.err


def test_flux_2(release, registry, repo, prefix):
    image = f"{registry.host}/{prefix}"
    push(registry, prefix, v1_0_0=OLD, v1_1_0=MIDDLE)
    digest = registry.push(prefix, "1.2.0", created=NEW)["digest"]
    repo.commit({
        "flux/policy.yaml": f"""
            apiVersion: image.toolkit.fluxcd.io/v1beta2
            kind: ImageRepository
            metadata: {{name: web, namespace: flux-system}}
            spec: {{image: {image}}}
            ---
            apiVersion: image.toolkit.fluxcd.io/v1beta2
            kind: ImagePolicy
            metadata: {{name: web, namespace: flux-system}}
            spec:
              imageRepositoryRef: {{name: web}}
              policy: {{semver: {{range: 1.x}}}}
              digestReflectionPolicy: IfNotPresent
            """,
        "apps/web.yaml": deployment(
            "web", f"{image}:1.0.0",
            more='{"$imagepolicy": "flux-system:web"}'),
        "apps/overlay/kustomization.yaml": f"""
            images:
            - name: {image}
              newTag: 1.0.0 # {{"$imagepolicy": "flux-system:web:tag"}}
            - name: web
              newName: {image} # {{"$imagepolicy": "flux-system:web:name"}}
              newTag: 1.0.0 # {{"$imagepolicy": "flux-system:web:tag"}}
              digest: sha256:{"0" * 64}
            """,
        "apps/settings.yaml": """
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: settings}
            data:
              version: 1.0.0 # {"$imagepolicy": "flux-system:web:tag"}
              digest: '' # {"$imagepolicy": "flux-system:web:digest"}
              other: 1.0.0 # {"$imagepolicy": "flux-system:unknown:tag"}
            """})
    release("release", "--all", "--path", "apps", repo)
    assert f"image: {image}:1.2.0@{digest} #" in \
        (repo.path / "apps/web.yaml").read_text()
    settings = (repo.path / "apps/settings.yaml").read_text()
    assert "version: 1.2.0 #" in settings
    assert f"digest: '{digest}' #" in settings
    assert "other: 1.0.0 #" in settings
    overlay = (repo.path / "apps/overlay/kustomization.yaml").read_text()
    assert overlay.count("newTag: 1.2.0 #") == 2
    assert f"digest: {digest}\n" in overlay
    again = release("release", "--all", "--path", "apps", repo)
    assert again.out.startswith("nothing to move")


def test_patches_follow(release, registry, repo, prefix, tmp_path):
    """In files and inline; what cannot be changed safely is an error."""
    image = f"{registry.host}/{prefix}"
    push(registry, prefix, v1_0_0=OLD, v1_1_0=NEW)
    json6902 = ('[{"op": "replace", "path": '
                '"/spec/template/spec/containers/0/image",\n'
                f'  "value": "{image}:1.0.0"}}]\n')
    kustomization = f"""\
resources: [base.yaml, other.yaml]
patches:
- path: patch.json
  target: {{kind: Deployment, name: web}}
- target: {{kind: Deployment, name: other}}  # by hand
  patch: |-
    - op: replace
      path: /spec/template/spec/containers/0/image
      value: {image}:1.0.0 # why
"""
    repo.commit({
        "gitops.yaml": apps(f"image: {image}, policy: semver ^1"),
        "deploy/kustomization.yaml": kustomization,
        "deploy/patch.json": json6902,
        "deploy/base.yaml": deployment("web", "old:1"),
        "deploy/other.yaml": deployment("other", "old:1")})
    done = release("release", "--all", repo, "-o", "json").json["release"]
    assert len(done["places"]) == 2
    for path, was in (("kustomization.yaml", kustomization),
                      ("patch.json", json6902)):
        assert repo.git("show", f"HEAD:deploy/{path}") == \
            was.replace(":1.0.0", ":1.1.0").strip()
    rendered = release("render", repo).out
    assert rendered.count(f"image: {image}:1.1.0\n") == 2
    assert release("release", "--all", repo).out.startswith("nothing to move")
    repo.commit({"deploy/kustomization.yaml":
                 kustomization.replace("|-", ">-").replace(
                     "    - op", "    # x\n\n    - op")})
    failed = release("release", "--image", f"{image}:1.1.0", repo, expect=2)
    assert "deploy/kustomization.yaml:6: /0/value: stands in a text that is " \
        "folded or has escapes" in failed.err


def test_what_cannot_be_read_is_left_alone(release, repo):
    repo.commit({"a.yaml": deployment("a", "${IMAGE}"),
                 "b.yaml": deployment("b", "acme/web:1"),
                 "c.yaml": deployment("c", "${IMAGE}")})
    done = release("release", "--image", "acme/web:2", repo)
    assert "warning: a.yaml:9: left alone: '${IMAGE}' is no name" in done.err
    assert "; so are 1 more, see --list" in done.err
    assert "fault   '${IMAGE}' is no name" in release(
        "release", "--list", repo).out


def test_the_list_shows_what_no_tag_is_good_for(release, registry, repo,
                                                prefix):
    image = f"{registry.host}/{prefix}"
    push(registry, prefix, v1_0_0=OLD, v1_1_0=MIDDLE)
    repo.commit({"deploy/web.yaml": deployment("web", f"{image}:1.0.0"),
                 "gitops.yaml": apps(f"image: {image}, policy: semver ^9")})
    out = release("release", "--list", repo).out
    assert "deploy/web.yaml:9  Deployment web  main" in out
    assert "chosen  none: " in out
    assert "  > 1.0.0 " in out and "    1.1.0 " in out


# ---- digests ----


def test_digests(release, registry, repo, prefix):
    image = f"{registry.host}/{prefix}"
    one = registry.push(prefix, "1", created=OLD)["digest"]
    two = registry.push(prefix, "2", created=NEW)["digest"]
    repo.commit({"pinned.yaml": deployment("pinned", f"{image}:1@{one}"),
                 "loose.yaml": deployment("loose", f"{image}:1")})
    release("release", "--image", f"{image}:2", repo)
    assert f"{image}:2@{two} #" in (repo.path / "pinned.yaml").read_text()
    assert f"{image}:2 #" in (repo.path / "loose.yaml").read_text()
    release("release", "--image", f"{image}:2", "--pin-digests", repo)
    assert f"{image}:2@{two} #" in (repo.path / "loose.yaml").read_text()
    done = release("release", "--image", f"{image}:3", repo, expect=2)
    assert "'3'" in done.err


def test_a_tag_is_followed_by_its_digest(release, registry, repo, prefix):
    image = f"{registry.host}/{prefix}"
    one = registry.push(prefix, "main", created=OLD)["digest"]
    repo.commit({"deploy/web.yaml": deployment("web", f"{image}:main"),
                 "gitops.yaml": apps(f"image: {image}, policy: digest main")})
    release("release", "--all", repo)
    assert f"{image}:main@{one} #" in \
        (repo.path / "deploy/web.yaml").read_text()
    two = registry.push(prefix, "main", created=NEW)["digest"]
    release("release", "--all", repo)
    assert f"{image}:main@{two} #" in \
        (repo.path / "deploy/web.yaml").read_text()
    assert "nothing to move" in release("release", "--all", repo).out


# ---- what is left alone ----


def test_rejected_images_are_not_proposed_again(release, registry, repo,
                                                prefix):
    image = f"{registry.host}/{prefix}"
    push(registry, prefix, v1_0_0=OLD, v1_1_0=MIDDLE)
    repo.commit({"deploy/web.yaml": deployment("web", f"{image}:1.0.0"),
                 "gitops.yaml": apps(f"image: {image}, policy: semver ^1")})
    repo.commit(message=f"Roll back\n\nGitops-Reject: {image}:1.1.0")
    assert "nothing to move" in release("release", "--all", repo).out
    listed = release("release", "--list", repo).out
    assert "chosen  1.0.0" in listed
    # Whoever names it knows what he does; then it may be chosen again.
    release("release", "--image", f"{image}:1.1.0", repo)
    assert "nothing to move" in release("release", "--all", repo).out
    push(registry, prefix, v1_2_0=NEW)
    assert "1.1.0 -> 1.2.0" in release("release", "--all", repo).out


@pytest.mark.parametrize("policy", ["semver >=2.0.0", "semver ^1.1"])
def test_row_94_no_tag_that_the_policy_takes(release, registry, repo, prefix,
                                             policy):
    """Pre-releases are none unless the range says so; and it is told why."""
    image = f"{registry.host}/{prefix}"
    push(registry, prefix, **{"v1_0_0": OLD, "v1_1_0-rc_1": MIDDLE,
                              "v2_0_0-rc_1": NEW})
    repo.commit({"deploy/web.yaml": deployment("web", f"{image}:1.0.0"),
                 "gitops.yaml": apps(f"image: {image}, policy: '{policy}'")})
    done = release("release", "--all", repo)
    assert "nothing to move" in done.out
    assert f"gitops.yaml:6: {image}: no tag matches" in done.err
    assert repo.git("rev-list", "--count", "HEAD") == "1"


def test_digests_are_rejected(release, registry, repo, prefix):
    image = f"{registry.host}/{prefix}"
    one = registry.push(prefix, "1.0.0", created=OLD)["digest"]
    two = registry.push(prefix, "1.1.0", created=MIDDLE)["digest"]
    repo.commit({
        "deploy/web.yaml": deployment("web", f"{image}:1.0.0"),
        "gitops.yaml": apps(f"image: {image}, policy: newest")})
    repo.commit(message=f"Roll back\n\nGitops-Reject: {image}@{two}")
    assert "nothing to move" in release("release", "--all", repo).out
    repo.commit({"gitops.yaml": apps(f"image: {image}, policy: digest main")},
                message=f"Roll back\n\nGitops-Reject: {image}:main@{one}")
    registry.push(prefix, "main", created=OLD)
    assert "nothing to move" in release("release", "--all", repo).out
    three = registry.push(prefix, "main", created=NEW)["digest"]
    release("release", "--all", repo)
    assert f"{image}:main@{three} #" in \
        (repo.path / "deploy/web.yaml").read_text()


def test_excluded_images_stay(release, registry, repo, prefix):
    image = f"{registry.host}/{prefix}"
    push(registry, prefix, v2=NEW)
    repo.commit({"deploy/web.yaml": deployment("web", f"{image}:1"),
                 "gitops.yaml": apps(f"image: {image}, policy: newest")})
    done = release("release", "--all", "--exclude", image, repo)
    assert "nothing to move" in done.out


def test_row_95_the_others_are_moved_where_a_repository_is_missing(
        release, registry, repo, prefix):
    image = f"{registry.host}/{prefix}"
    push(registry, prefix, v2=NEW)
    repo.commit({
        "deploy/web.yaml": deployment("web", f"{image}:1"),
        "deploy/not.yaml": deployment("not", f"{image}-not:1"),
        "gitops.yaml": apps(f"image: {image}, policy: newest",
                            f"image: {image}-not, policy: newest")})
    done = release("release", "--all", repo, expect=3)
    assert f"{image} 1 -> 2" in done.out
    assert "some images were moved, and some could not be asked" in done.err
    assert f"{prefix}-not" in done.err
    assert f"{image}:2 " in (repo.path / "deploy/web.yaml").read_text()
    release("release", "--all", repo, expect=2)


# ---- the list ----


def test_list(release, registry, repo, prefix):
    image = f"{registry.host}/{prefix}"
    push(registry, prefix, v1_0_0=OLD, v1_1_0=MIDDLE, v2_0_0=NEW)
    registry.push(prefix, "latest", created=NEW)
    repo.commit({"deploy/web.yaml": deployment("web", f"{image}:1.0.0"),
                 "deploy/db.yaml": deployment("db", "postgres:17"),
                 "gitops.yaml": apps(f"image: {image}, policy: semver ^1")})
    text = release("release", "--list", repo).out
    assert text.splitlines() == [
        "deploy/db.yaml:9  Deployment db  main",
        "  image   postgres:17",
        "  policy  none",
        "deploy/web.yaml:9  Deployment web  main",
        f"  image   {image}:1.0.0",
        "  policy  semver ^1 (gitops.yaml:6)",
        "  chosen  1.1.0",
        "      1.1.0                     chosen",
        "    > 1.0.0                     " + verdict(text, "1.0.0"),
        "      2.0.0                     outside the range or pattern",
        "      latest                    " + verdict(text, "latest"),
    ]
    result = release("release", "--list", repo, "-o", "json").json["release"]
    assert result["commit"] is None
    assert [one["image"] for one in result["places"]] == ["postgres", image]
    choice, = result["choices"]
    assert choice["chosen"] == "1.1.0"
    assert [one["tag"] for one in choice["tags"]] == \
        ["1.1.0", "1.0.0", "2.0.0", "latest"]


def verdict(text, tag):
    line, = (line for line in text.splitlines()
             if line[6:].startswith(tag + "  "))
    return line[32:]


# ---- signing ----


def test_signed(release, repo):
    key = release.home / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key],
                   check=True)
    repo.git("config", "gpg.format", "ssh")
    repo.git("config", "user.signingKey", str(key))
    repo.commit({"web.yaml": deployment("web", "acme/web:1")})
    release("release", "--image", "acme/web:2", "--sign", repo)
    assert "BEGIN SSH SIGNATURE" in repo.git("cat-file", "commit", "HEAD")


# ---- and then ----


def test_to_the_cluster(release, registry, control, repo, ns):
    image = f"{registry.host}/{ns}"
    push(registry, ns, v1_0=OLD, v1_1=NEW)
    repo.commit({"gitops.yaml": apps(
        f"image: {image}, policy: alphabetical asc").replace(
            "name: web", f"name: {ns[:50].strip('-')}"),
        "deploy/web.yaml": f"""
            apiVersion: apps/v1
            kind: Deployment
            metadata: {{name: web, namespace: {ns}}}
            spec:
              selector: {{matchLabels: {{app: web}}}}
              template:
                metadata: {{labels: {{app: web}}}}
                spec:
                  containers:
                  - {{name: web, image: "{image}:1.0"}}
            """})
    release.kubeconfig = control.kubeconfig
    release("release", "--all", repo)
    release("sync", repo)
    live = control.api.get(
        f"/apis/apps/v1/namespaces/{ns}/deployments/web")
    assert live["spec"]["template"]["spec"]["containers"][0]["image"] == \
        f"{image}:1.1"


# ---- in the same run ----


@pytest.fixture
def synced(release, registry, tmp_path):
    """release --sync into files."""
    return lambda repo, *args, expect=0, **more: release(
        "release", "--sync", "--cluster", f"dir:{tmp_path / 'cluster'}",
        *args, repo, expect=expect, **more)


def two_apps(image, top=""):
    return ("apiVersion: gitops/v1\n" + top + "apps:\n" + "".join(
        f"- {{name: {name}, path: {name}, namespace: shop, images: "
        f"[{{image: {image}-{name}, policy: semver ^1}}]}}\n"
        for name in ("api", "web")))


def names(document):
    return [o["name"] for o in document["objects"]]


def test_what_was_released_is_synced_and_no_other(synced, registry, repo,
                                                  prefix):
    image = f"{registry.host}/{prefix}"
    push(registry, f"{prefix}-web", v1_0_0=OLD, v1_1_0=NEW)
    push(registry, f"{prefix}-api", v1_0_0=OLD)
    repo.commit({"gitops.yaml": two_apps(image)}
                | {f"{name}/d.yaml": deployment(name, f"{image}-{name}:1.0.0")
                   for name in ("api", "web")})

    done = synced(repo, "--all", "-o", "json").json
    assert done["command"] == "release" and done["exitStatus"] == 0
    assert done["release"]["commit"] == done["revision"]["commit"] == \
        repo.git("rev-parse", "HEAD")
    assert names(done) == ["web"] and done["summary"]["created"] == 1
    assert done["apps"] == [{"name": "web"}]

    # Nothing is moved: then all that was asked for is to be as it is in git.
    again = synced(repo, "--all", "-o", "json").json
    assert again["release"]["commit"] is None
    assert names(again) == ["api", "web"]
    assert again["summary"]["created"] == again["summary"]["unchanged"] == 1
    one = synced(repo, "--image", f"{image}-web", "-o", "json").json
    assert names(one) == ["web"] and one["summary"]["unchanged"] == 1
    both = synced(repo, "--image", f"{image}-web:1.0.0", "--app", "web",
                  "--app", "api", "-o", "json").json
    assert names(both) == ["api", "web"] and both["summary"]["changed"] == 1


def test_a_registry_that_is_silent_stops_no_sync(synced, registry, repo,
                                                 prefix):
    image = f"{registry.host}/{prefix}"
    push(registry, f"{prefix}-web", v1_0_0=OLD, v1_1_0=NEW)
    repo.commit({"gitops.yaml": two_apps(image)}
                | {f"{name}/d.yaml": deployment(name, f"{image}-{name}:1.0.0")
                   for name in ("api", "web")})
    result = synced(repo, "--all", "-o", "json", expect=3).json
    assert result["release"]["commit"] and result["summary"]["created"] == 1
    assert f"{prefix}-api" in result["errors"][1]["message"]


def test_each_cluster_of_a_fleet_is_synced(synced, registry, repo, prefix,
                                           tmp_path):
    image = f"{registry.host}/{prefix}"
    push(registry, f"{prefix}-web", v1_0_0=OLD, v1_1_0=NEW)
    repo.commit({"gitops.yaml": two_apps(
        image, "clusters:\n- {name: eu}\n- {name: us}\n"),
        "api/d.yaml": deployment("api", f"{image}-api:1.0.0"),
        "web/d.yaml": deployment("web", f"{image}-web:1.0.0")})
    done = synced(repo, "--image", f"{image}-web", "-o", "json").json
    assert done["release"]["commit"] == done["revision"]["commit"]
    assert [(c["name"], names(c["report"])) for c in done["clusters"]] == [
        ("eu", ["web"]), ("us", ["web"])]
    files = (tmp_path / "cluster").rglob("deployment.apps_web.yaml")
    assert len(list(files)) == 2


def test_the_exit_status_is_that_of_the_sync(synced, repo):
    repo.commit({"gitops.yaml": "apiVersion: gitops/v1\napps:\n"
                                "- {name: web, path: web, maxDeletes: 0}\n",
                 "web/d.yaml": deployment("web", "acme/web:1"),
                 "web/old.yaml": deployment("old", "acme/old:1")})
    synced(repo, "--image", "acme/web:2")
    repo.git("rm", "-q", "web/old.yaml")
    repo.git("commit", "-q", "-m", "without the old one")
    result = synced(repo, "--image", "acme/web:3", "-o", "json",
                    expect=2).json
    assert result["release"]["commit"] == repo.git("rev-parse", "HEAD")
    assert "at most 0 may be" in result["errors"][0]["message"]
    # The commit stays: the same command again finds it, and syncs it.
    result = synced(repo, "--image", "acme/web:3", "--approve-deletes", "1",
                    "-o", "json").json
    assert result["release"]["commit"] is None
    assert (result["summary"]["changed"], result["summary"]["deleted"]) == \
        (1, 1)


def test_what_is_not_merged_is_not_synced(https, https_git, repositories):
    repo = repositories.make("unmerged")
    repo.commit({"gitops.yaml": "apiVersion: gitops/v1\n"
                                "apps: [{name: web, path: web}]\n"
                                "release: {push: pull-request}\n",
                 "web/d.yaml": deployment("web", "acme/web:1")})
    repo.push()
    result = https("release", "--image", "acme/web:2", "--sync",
                   https_git.url(repo, "private"), expect=2)
    assert "--sync: a pull request is not merged yet" in result.err
    assert git(repo, "for-each-ref", "--format=%(refname)") == \
        "refs/heads/main\n"


def test_only_what_is_signed_is_synced(synced, release, repo):
    key = release.home / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key],
                   check=True)
    public = key.with_suffix(".pub").read_text()
    signers = release.home / "signers"
    signers.write_text(f'* namespaces="git" {public}')
    repo.git("config", "gpg.format", "ssh")
    repo.git("config", "user.signingKey", str(key))
    repo.git("config", "commit.gpgSign", "true")
    repo.commit({"web.yaml": deployment("web", "acme/web:1")})
    repo.git("config", "commit.gpgSign", "false")
    result = synced(repo, "--image", "acme/web:2", "--app", "web", "--verify",
                    "head", "--allowed-signers", signers, "-o", "json").json
    assert result["revision"]["signature"]["state"] == "good"
    assert result["summary"]["created"] == 1


def test_the_cluster_follows(release, registry, control, repo, ns):
    repo.commit({"web.yaml": f"""
        apiVersion: apps/v1
        kind: Deployment
        metadata: {{name: web, namespace: {ns}}}
        spec:
          selector: {{matchLabels: {{app: web}}}}
          template:
            metadata: {{labels: {{app: web}}}}
            spec: {{containers: [{{name: web, image: "acme/web:1"}}]}}
        """})
    release.kubeconfig = control.kubeconfig
    args = ("release", "--image", "acme/web:2", "--sync", "--wait", "0",
            "--app", ns[:50].strip("-"), "-o", "json", repo)
    done = release(*args).json
    assert done["summary"]["created"] == 1 and done["requests"]["writes"]
    live = control.api.get(
        f"/apis/apps/v1/namespaces/{ns}/deployments/web")
    assert live["spec"]["template"]["spec"]["containers"][0]["image"] == \
        "acme/web:2"
    again = release(*args).json
    assert again["summary"]["unchanged"] == 1
    assert again["requests"]["writes"] == 0
