# SPDX-License-Identifier: Apache-2.0
"""A small API client, so that tests look at a cluster without kubectl (a
tenth of a second each time) and without gitops (what is being tested)."""

import base64
import http.client
import json
import os
import ssl
import subprocess
import threading
import urllib.parse


class ApiError(Exception):
    def __init__(self, status, body):
        super().__init__(f"{status}: {body[:500]}")
        self.status = status


class Api:
    """host:port with a CA, and a client certificate or a token."""

    def __init__(self, host, port, ca, cert=None, key=None, token=None):
        self.host, self.port, self.ca = host, port, str(ca)
        self.cert = str(cert) if cert else None
        self.key = str(key) if key else None
        self.token = token
        self.tls = ssl.create_default_context(cafile=self.ca)
        if self.cert:
            self.tls.load_cert_chain(self.cert, self.key)
        self.local = threading.local()

    @classmethod
    def from_kubeconfig(cls, kubectl, path, directory):
        """Of a cluster that was given.  Understands what kind, k3s, minikube
        and kubeadm write: a client certificate or a token."""
        text = subprocess.run(
            [kubectl, "config", "view", "--raw", "--minify", "--flatten",
             "-o", "json"], env={**os.environ, "KUBECONFIG": str(path)},
            check=True, capture_output=True).stdout
        config = json.loads(text)
        cluster = config["clusters"][0]["cluster"]
        user = config["users"][0]["user"]
        url = urllib.parse.urlsplit(cluster["server"])

        def save(name, data):
            file = directory / name
            file.touch(mode=0o600)
            file.write_bytes(base64.b64decode(data))
            return file

        ca = save("ca.crt", cluster["certificate-authority-data"])
        cert = key = None
        if "client-certificate-data" in user:
            cert = save("client.crt", user["client-certificate-data"])
            key = save("client.key", user["client-key-data"])
        return cls(url.hostname, url.port or 443, ca, cert, key,
                   user.get("token"))

    def raw(self, method, path, body=None, content_type="application/json"):
        """(status, text)"""
        headers = {}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        if body is not None:
            headers["Content-Type"] = content_type
            if not isinstance(body, (str, bytes)):
                body = json.dumps(body)
        for attempt in (1, 2):
            link = getattr(self.local, "link", None)
            if link is None:
                link = http.client.HTTPSConnection(
                    self.host, self.port, context=self.tls, timeout=240)
                self.local.link = link
            try:
                link.request(method, path, body, headers)
                answer = link.getresponse()
                return answer.status, answer.read().decode()
            except (http.client.HTTPException, OSError):
                # A kept connection may have been closed meanwhile.
                link.close()
                self.local.link = None
                if attempt == 2:
                    raise
        raise AssertionError

    def call(self, method, path, body=None, content_type="application/json"):
        status, text = self.raw(method, path, body, content_type)
        if status >= 300:
            raise ApiError(status, text)
        return json.loads(text) if text.startswith("{") else text

    def get(self, path):
        return self.call("GET", path)

    def find(self, path):
        """The object, or None."""
        try:
            return self.get(path)
        except ApiError as error:
            if error.status == 404:
                return None
            raise

    def create(self, path, body):
        return self.call("POST", path, body)

    def delete(self, path):
        return self.call("DELETE", path)

    def merge(self, path, patch, manager="somebody"):
        """Change an object as another manager does."""
        return self.call("PATCH", f"{path}?fieldManager={manager}", patch,
                         "application/merge-patch+json")

    def apply(self, path, body, manager):
        return self.call(
            "PATCH", f"{path}?fieldManager={manager}&force=true", body,
            "application/apply-patch+yaml")

    def items(self, path):
        """All objects of a collection."""
        return self.get(path)["items"]

    def namespace(self, name):
        return self.create("/api/v1/namespaces", {
            "apiVersion": "v1", "kind": "Namespace",
            "metadata": {"name": name}})

    def token_for(self, namespace, account, seconds=600):
        """A token of a ServiceAccount, by the TokenRequest API."""
        return self.create(
            f"/api/v1/namespaces/{namespace}/serviceaccounts/{account}/token",
            {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest",
             "spec": {"expirationSeconds": seconds}})["status"]["token"]
