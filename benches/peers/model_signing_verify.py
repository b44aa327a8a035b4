"""Verifies a checkpoint with the model_signing package: the signature of a key made here, then the
hash of every file, several files at a time.

    model_signing_verify.py DIR [sha256|blake3 [command]]

With `command`, its command is run instead, as an operator would: a process each time.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from bench import measure, shards
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from model_signing import hashing, signing, verifying

model = Path(sys.argv[1])
algorithm = (sys.argv[2:] or ["sha256"])[0]

with tempfile.TemporaryDirectory() as scratch:
    private, public, signature = (Path(scratch, name) for name in ("key", "key.pub", "model.sig"))
    key = ec.generate_private_key(ec.SECP256R1())
    private.write_bytes(key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ))
    public.write_bytes(key.public_key().public_bytes(
        serialization.Encoding.PEM,
        serialization.PublicFormat.SubjectPublicKeyInfo,
    ))
    signing.Config().use_elliptic_key_signer(private_key=private).set_hashing_config(
        hashing.Config().use_file_serialization(hashing_algorithm=algorithm)
    ).sign(model, signature)

    def verify():
        verifying.Config().use_elliptic_key_verifier(public_key=public).verify(model, signature)

    def command():
        keys = ["--signature", signature, "--public_key", public]
        subprocess.run([sys.executable, "-m", "model_signing", "verify", "key", *keys, model],
                       check=True, capture_output=True)

    as_command = sys.argv[3:] == ["command"]
    what = f"verify: model_signing, {algorithm}" + (", its command" if as_command else "")
    measure(what, shards(model)[1], command if as_command else verify)
