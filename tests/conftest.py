# SPDX-License-Identifier: Apache-2.0
"""Fixtures that end-to-end and fault tests share."""

import itertools
import os
import re

import pytest

from bed.control import Control, open_control
from bed.program import Program, binary, is_sanitized, plain_binary
from bed.repository import Repository
from bed.webhooks import Webhooks

numbers = itertools.count(1)


def pytest_report_header():
    return f"gitops: {binary()}"


@pytest.fixture(scope="session")
def control(tmp_path_factory):
    """The control plane: one for all tests, ended with them."""
    plane = open_control(tmp_path_factory.mktemp("control"))
    yield plane
    plane.stop()


@pytest.fixture(scope="session")
def nodes(tmp_path_factory):
    """A control plane of its own with controllers and a simulated node."""
    plane = Control(tmp_path_factory.mktemp("nodes"))
    plane.start_controllers()
    yield plane
    plane.stop()


@pytest.fixture
def prefix(request):
    """A name of its own for each test, good for a Namespace."""
    word = re.sub(r"[^a-z0-9]+", "-", request.node.name.lower())
    word = word.removeprefix("test-")[:32].strip("-")
    return f"t{os.getpid()}-{next(numbers)}-{word}"


@pytest.fixture
def ns(control, prefix):
    """A Namespace of its own."""
    control.api.namespace(prefix)
    return prefix


@pytest.fixture
def gitops(tmp_path):
    """gitops, far from the user's own home.  What it left there is searched
    for secrets."""
    program = Program(tmp_path / "home")
    yield program
    program.look_in_home()


@pytest.fixture
def kube(gitops, control):
    """gitops with the administrator's kubeconfig."""
    gitops.kubeconfig = control.kubeconfig
    return gitops


@pytest.fixture
def webhook(control, ns):
    """Admission webhooks of the test's own Namespace."""
    if not control.own:
        pytest.skip("needs a cluster of our own")
    made = Webhooks(control, ns)
    yield made
    made.stop()


@pytest.fixture
def plain(tmp_path):
    """gitops as it is installed, for limits on memory and time.  `checked`
    is the build with sanitizers, or None."""
    path = plain_binary()
    if not path:
        pytest.skip("needs a build without sanitizers: make")
    program = Program(tmp_path / "plain-home", path)
    program.checked = None
    if is_sanitized(binary()):
        program.checked = Program(tmp_path / "home", binary())
        program.checked.env["GITOPS_APP"] = program.env["GITOPS_APP"]
    return program


@pytest.fixture
def repo(tmp_path):
    return Repository(tmp_path / "repo")
