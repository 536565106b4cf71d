# SPDX-License-Identifier: Apache-2.0
"""Keys and certificates, made by the openssl program."""

import subprocess

SERVER_NAMES = ("DNS:localhost,DNS:kubernetes.default.svc,"
                "DNS:api.test.example,IP:127.0.0.1")


def openssl(*args):
    subprocess.run(("openssl",) + args, check=True, capture_output=True)


class Authority:
    """A CA in a directory, and the certificates it signs."""

    def __init__(self, directory, name="test-ca"):
        self.directory = directory
        directory.mkdir(parents=True, exist_ok=True)
        self.cert = directory / f"{name}.crt"
        self.key = directory / f"{name}.key"
        self.make_key(self.key)
        openssl("req", "-x509", "-new", "-key", str(self.key), "-days", "30",
                "-subj", f"/CN={name}", "-out", str(self.cert))

    @staticmethod
    def make_key(path):
        openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout",
                "-out", str(path))
        path.chmod(0o600)

    def sign(self, name, subject, server=False, names=SERVER_NAMES, days=30):
        """Return (certificate, key), both paths."""
        cert = self.directory / f"{name}.crt"
        key = self.directory / f"{name}.key"
        request = self.directory / f"{name}.csr"
        extensions = self.directory / f"{name}.ext"

        usage = "serverAuth" if server else "clientAuth"
        text = f"extendedKeyUsage={usage}\n"
        if server:
            text += f"subjectAltName={names}\n"
        extensions.write_text(text)
        self.make_key(key)
        openssl("req", "-new", "-key", str(key), "-subj", subject,
                "-out", str(request))
        openssl("x509", "-req", "-in", str(request), "-CA", str(self.cert),
                "-CAkey", str(self.key), "-CAcreateserial", "-days",
                str(days), "-extfile", str(extensions), "-out", str(cert))
        return cert, key
