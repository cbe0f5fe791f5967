"""The room's signature under what it clears: a key derived from the platform's secret."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Collection
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from matching.verify.manifest import decode_manifest, sign_manifest
from services.internships.engine.certificate import MANIFEST, SIGNATURE, zip_entry
from shared.kernel.secrets import derive

PATH = "/public-rounds/signer.pem"
README = "README.txt"

_CHECK = {
    True: "chanjiao match verify --wishes wishes.csv --posts posts.csv --out placements.csv"
    " --signer signer.pem",
    False: "chanjiao match verify --assignment FILE.zip --signer signer.pem",
}
_README = """\
核验 / How to check

    curl -fo signer.pem {address}
    {command}

该公钥应与下列内容一致；请以上述地址的公钥为准，因为本文件不在签名之内。
The key at that address is the following one; take it from there, because this file is not signed.

{pem}"""


@dataclass(frozen=True, slots=True)
class RunSigner:
    """Signs the manifests of rounds and central assignments.

    The key is derived, not kept sealed in a table as the keys of the credits room's issuers are:
    it is the platform's own, no school's, and so after a restart and in every process it is the
    same without a row that somebody has to make first. Files say which key signed them, and the
    summary of a public round keeps it: both can be read after the platform's secret was changed.
    """

    key: Ed25519PrivateKey
    address: str

    @classmethod
    def derived(cls, secret: str, public_url: str) -> RunSigner:
        """Return the signer of the platform that has this secret and is reached at this address."""
        key = Ed25519PrivateKey.from_private_bytes(derive(secret, "manifests of runs"))
        return cls(key, f"{public_url.rstrip('/')}/v1{PATH}")

    @property
    def pem(self) -> str:
        """The public key, as `match verify --signer` reads it."""
        public = self.key.public_key()
        return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    def sign(self, certificate: bytes) -> bytes:
        """Return the files with the signature of their manifest and a note on how to check it.

        The same files give the same bytes. Cost: one copy of the files.
        """
        stream = io.BytesIO(certificate)
        with zipfile.ZipFile(stream, "a") as archive:
            manifest = decode_manifest(archive.read(MANIFEST))
            note = self._note(archive.namelist())
            signature = sign_manifest(manifest, self.key).hex() + "\n"
            archive.writestr(zip_entry(SIGNATURE), signature)
            archive.writestr(zip_entry(README), note)
        return stream.getvalue()

    def _note(self, names: Collection[str]) -> str:
        command = _CHECK["wishes.csv" in names]
        return _README.format(address=self.address, command=command, pem=self.pem)
