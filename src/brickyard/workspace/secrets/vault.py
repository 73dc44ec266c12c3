"""Encryption of secret values: AES-256-GCM under a key that lies beside the database.

Whoever has the database alone (a copy in a bug report, say) has no values. Scope and key are bound
in as associated data, so that a value cannot be moved to another name unnoticed.
"""

from __future__ import annotations

import secrets
from functools import cached_property
from typing import TYPE_CHECKING

from brickyard.workspace.api.errors import ApiError
from brickyard.workspace.home import Home

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12  # bytes, as NIST SP 800-38D recommends for GCM


class UnreadableSecretError(ApiError):
    """A value that the present key does not open."""


class Vault:
    """Seals and opens values.

    Args:
        home: Keeps the key, in ``secrets.key`` with mode 0600, made at first use.
    """

    def __init__(self, home: Home) -> None:
        self._home = home

    def seal(self, scope: str, key: str, value: bytes) -> bytes:
        """Encrypt a value.

        Returns:
            The nonce and the ciphertext with its tag.
        """
        nonce = secrets.token_bytes(_NONCE)
        return nonce + self._cipher.encrypt(nonce, value, _bound(scope, key))

    def open(self, scope: str, key: str, sealed: bytes) -> bytes:
        """Decrypt a value.

        Raises:
            UnreadableSecretError: It was sealed under another key or name, or is damaged.
        """
        from cryptography.exceptions import InvalidTag

        try:
            return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], _bound(scope, key))
        except InvalidTag as exc:
            raise UnreadableSecretError(
                400,
                "INVALID_STATE",
                f"The secret {key!r} of scope {scope!r} cannot be decrypted: the home's "
                "secrets.key is not the one it was stored with. Put the secret again.",
            ) from exc

    @cached_property
    def _cipher(self) -> AESGCM:
        # Imported at first use: a workspace without secrets starts without it.
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        return AESGCM(self._home.key("secrets.key"))


def _bound(scope: str, key: str) -> bytes:
    return f"{scope}\0{key}".encode()
