"""``/api/2.0/secrets``: scopes, secrets and access lists.

Source: the Secrets API as ``databricks-sdk`` documents it. Access lists are kept and shown, not
enforced: the one user of a local workspace is its administrator.
"""

from __future__ import annotations

import base64
import binascii
import logging
import re

from sqlalchemy import Connection, Row, delete, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from brickyard.errors import did_you_mean
from brickyard.workspace.api.call import Call
from brickyard.workspace.api.errors import ApiError, invalid, malformed, missing, unimplemented
from brickyard.workspace.api.routing import Handler, Operation, Reply
from brickyard.workspace.home import Home
from brickyard.workspace.secrets.vault import UnreadableSecretError, Vault
from brickyard.workspace.store import Store, now_ms
from brickyard.workspace.store.tables import secret_acls, secret_scopes, secrets

log = logging.getLogger(__name__)

SCOPE_LIMIT = 1000
"""Scopes of a workspace."""
SECRET_LIMIT = 1000
"""Secrets of a scope."""
VALUE_LIMIT = 128 * 1024
"""Bytes of a value."""

_NAME = re.compile(r"[A-Za-z0-9\-_.@]{1,128}")
_PERMISSIONS = ("READ", "WRITE", "MANAGE")
_BACKENDS = ("DATABRICKS", "AZURE_KEYVAULT")


class SecretsService:
    """Keeps secrets.

    Args:
        home: Keeps the encryption key.
        store: Keeps the rest.
    """

    def __init__(self, home: Home, store: Store) -> None:
        self._store = store
        self._vault = Vault(home)

    def operations(self) -> list[Operation]:
        """The calls it answers."""
        calls: list[tuple[str, str, Handler]] = [
            ("POST", "/secrets/scopes/create", self.create_scope),
            ("POST", "/secrets/scopes/delete", self.delete_scope),
            ("GET", "/secrets/scopes/list", self.list_scopes),
            ("POST", "/secrets/put", self.put),
            ("POST", "/secrets/delete", self.delete),
            ("GET", "/secrets/get", self.get),
            ("GET", "/secrets/list", self.list_),
            ("POST", "/secrets/acls/put", self.put_acl),
            ("POST", "/secrets/acls/delete", self.delete_acl),
            ("GET", "/secrets/acls/get", self.get_acl),
            ("GET", "/secrets/acls/list", self.list_acls),
        ]
        return [Operation(method, path, handler) for method, path, handler in calls]

    def values(self) -> list[str]:
        """Every value that is text, the longest first: what a run's output must not show.

        The order lets a value that contains another be redacted whole. A value that cannot be
        decrypted is left out, for no run can read it either.
        """
        with self._store.transaction() as connection:
            rows = connection.execute(select(secrets)).all()
        found = set()
        for row in rows:
            try:
                found.add(self._vault.open(row.scope, row.key, row.ciphertext).decode())
            except UnicodeDecodeError:
                continue  # binary: it cannot come up in printed text
            except UnreadableSecretError as exc:
                log.warning("%s", exc)
        return sorted(found - {""}, key=len, reverse=True)

    async def create_scope(self, call: Call) -> Reply:
        """``secrets/scopes/create``: the creator, or everyone, gets MANAGE."""
        scope = _checked_name("scope", call.text("scope"))
        backend = call.text("scope_backend_type", "DATABRICKS").upper()
        if backend not in _BACKENDS:
            raise invalid(
                f"scope_backend_type {backend!r} is unknown. {did_you_mean(backend, _BACKENDS)}"
            )
        if backend == "AZURE_KEYVAULT" or call.mapping("backend_azure_keyvault"):
            raise unimplemented("A secret scope backed by Azure Key Vault")
        principal = call.optional_text("initial_manage_principal") or call.user
        if principal not in ("users", call.user):
            raise invalid(f"initial_manage_principal {principal!r} must be 'users', or left out.")
        with self._store.transaction() as connection:
            if _find_scope(connection, scope) is not None:
                raise ApiError(400, "RESOURCE_ALREADY_EXISTS", f"Scope {scope} already exists!")
            present = connection.scalar(select(func.count()).select_from(secret_scopes)) or 0
            _check_limit("secret scopes in the workspace", present, SCOPE_LIMIT)
            connection.execute(insert(secret_scopes).values(scope=scope, created_ms=now_ms()))
            connection.execute(
                insert(secret_acls).values(scope=scope, principal=principal, permission="MANAGE")
            )
        return {}

    async def delete_scope(self, call: Call) -> Reply:
        """``secrets/scopes/delete``: with its secrets and access list."""
        with self._store.transaction() as connection:
            scope = _scope(connection, call)
            connection.execute(delete(secret_scopes).where(secret_scopes.c.scope == scope))
        return {}

    async def list_scopes(self, call: Call) -> Reply:
        """``secrets/scopes/list``."""
        del call
        with self._store.transaction() as connection:
            names = connection.scalars(
                select(secret_scopes.c.scope).order_by(secret_scopes.c.scope)
            ).all()
        scopes = [{"name": name, "backend_type": "DATABRICKS"} for name in names]
        return {"scopes": scopes} if scopes else {}

    async def put(self, call: Call) -> Reply:
        """``secrets/put``: make or replace a secret."""
        key = _checked_name("key", call.text("key"))
        value = _value(call)
        with self._store.transaction() as connection:
            scope = _scope(connection, call)
            row = _find_secret(connection, scope, key)
            if row is None:
                count = select(func.count()).where(secrets.c.scope == scope)
                present = connection.scalar(count) or 0
                _check_limit(f"secrets in scope {scope}", present, SECRET_LIMIT)
                sealed = self._vault.seal(scope, key, value)
                connection.execute(
                    insert(secrets).values(
                        scope=scope, key=key, ciphertext=sealed, updated_ms=now_ms()
                    )
                )
            else:
                sealed = self._vault.seal(scope, row.key, value)
                connection.execute(
                    update(secrets)
                    .where(secrets.c.scope == scope, secrets.c.key == row.key)
                    .values(ciphertext=sealed, updated_ms=now_ms())
                )
        return {}

    async def delete(self, call: Call) -> Reply:
        """``secrets/delete``."""
        with self._store.transaction() as connection:
            row = _secret(connection, call)
            connection.execute(
                delete(secrets).where(secrets.c.scope == row.scope, secrets.c.key == row.key)
            )
        return {}

    async def get(self, call: Call) -> Reply:
        """``secrets/get``: the value in base64. On Databricks only clusters may call it."""
        with self._store.transaction() as connection:
            row = _secret(connection, call)
        value = self._vault.open(row.scope, row.key, row.ciphertext)
        return {"key": row.key, "value": base64.b64encode(value).decode()}

    async def list_(self, call: Call) -> Reply:
        """``secrets/list``: names and times, never values."""
        with self._store.transaction() as connection:
            scope = _scope(connection, call)
            rows = connection.execute(
                select(secrets).where(secrets.c.scope == scope).order_by(secrets.c.key)
            ).all()
        found = [{"key": row.key, "last_updated_timestamp": row.updated_ms} for row in rows]
        return {"secrets": found} if found else {}

    async def put_acl(self, call: Call) -> Reply:
        """``secrets/acls/put``: make or replace a principal's permission."""
        principal = call.text("principal")
        permission = call.text("permission")
        if permission not in _PERMISSIONS:
            raise invalid(
                f"Permission {permission!r} is unknown. {did_you_mean(permission, _PERMISSIONS)}"
            )
        with self._store.transaction() as connection:
            row = {"scope": _scope(connection, call), "principal": principal}
            connection.execute(
                upsert(secret_acls)
                .values(**row, permission=permission)
                .on_conflict_do_update(
                    index_elements=["scope", "principal"], set_={"permission": permission}
                )
            )
        return {}

    async def delete_acl(self, call: Call) -> Reply:
        """``secrets/acls/delete``."""
        with self._store.transaction() as connection:
            row = _acl(connection, call)
            connection.execute(
                delete(secret_acls).where(
                    secret_acls.c.scope == row.scope, secret_acls.c.principal == row.principal
                )
            )
        return {}

    async def get_acl(self, call: Call) -> Reply:
        """``secrets/acls/get``."""
        with self._store.transaction() as connection:
            row = _acl(connection, call)
        return {"principal": row.principal, "permission": row.permission}

    async def list_acls(self, call: Call) -> Reply:
        """``secrets/acls/list``."""
        with self._store.transaction() as connection:
            scope = _scope(connection, call)
            rows = connection.execute(
                select(secret_acls)
                .where(secret_acls.c.scope == scope)
                .order_by(secret_acls.c.principal)
            ).all()
        items = [{"principal": row.principal, "permission": row.permission} for row in rows]
        return {"items": items} if items else {}


def _find_scope(connection: Connection, name: str) -> str | None:
    """The scope's name as it was created; names of scopes and secrets ignore case."""
    same = func.lower(secret_scopes.c.scope) == name.lower()
    return connection.scalar(select(secret_scopes.c.scope).where(same))


def _scope(connection: Connection, call: Call) -> str:
    name = call.text("scope")
    found = _find_scope(connection, name)
    if found is None:
        raise missing(f"Scope {name} does not exist!")
    return found


def _find_secret(connection: Connection, scope: str, key: str) -> Row[tuple[object, ...]] | None:
    same = func.lower(secrets.c.key) == key.lower()
    return connection.execute(select(secrets).where(secrets.c.scope == scope, same)).one_or_none()


def _secret(connection: Connection, call: Call) -> Row[tuple[object, ...]]:
    scope, key = _scope(connection, call), call.text("key")
    row = _find_secret(connection, scope, key)
    if row is None:
        raise missing(f"Secret does not exist with scope: {scope} and key: {key}")
    return row


def _acl(connection: Connection, call: Call) -> Row[tuple[object, ...]]:
    scope, principal = _scope(connection, call), call.text("principal")
    row = connection.execute(
        select(secret_acls).where(
            secret_acls.c.scope == scope, secret_acls.c.principal == principal
        )
    ).one_or_none()
    if row is None:
        raise missing(f"ACL does not exist with scope: {scope} and principal: {principal}")
    return row


def _checked_name(field: str, name: str) -> str:
    if not _NAME.fullmatch(name):
        raise invalid(
            f"{field} {name[:140]!r} is not a valid name: 1 to 128 of letters, digits, '-', '_', "
            "'.' and '@'."
        )
    return name


def _check_limit(what: str, present: int, limit: int) -> None:
    if present >= limit:
        raise ApiError(400, "RESOURCE_LIMIT_EXCEEDED", f"There are already {limit} {what}.")


def _value(call: Call) -> bytes:
    text, encoded = call.optional_text("string_value"), call.optional_text("bytes_value")
    if text is not None and encoded is not None:
        raise malformed("Only one of string_value and bytes_value can be given.")
    if text is not None:
        value = text.encode()
    elif encoded is not None:
        try:
            value = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError) as exc:
            raise invalid(f"bytes_value is not base64: {exc}") from exc
    else:
        raise invalid("One of string_value and bytes_value must be given.")
    if len(value) > VALUE_LIMIT:
        raise invalid(f"The value has {len(value)} bytes; at most {VALUE_LIMIT} (128 KB) are kept.")
    return value
