"""Putting a new key in the old one's place, so that a crash loses neither.

The new key is laid beside the old one first ("staged"). Then what the key protects is written anew.
Then the new one takes the old one's place. Where that last step was cut off, whoever finds the new
key in use finishes it.
"""

import base64
import os
from contextlib import suppress
from pathlib import Path
from typing import Final

from unleak.core.errors import LedgerError
from unleak.core.files import explained
from unleak.core.keys import (
    KEYRING_VARIABLE,
    MasterKey,
    decode_key,
    key_file,
    keyring_entry,
    read_key,
    write_key,
)

_STAGED: Final = ".new"  # behind the name of the key's file, or of the keyring's user


def can_change() -> bool:
    """Whether the key lies where it can be replaced; in an environment variable it cannot."""
    return key_file() is not None or bool(_entry())


def stage(key: MasterKey) -> None:
    """Lay a new key beside the old one.

    Raises:
        OutputError: it cannot be written there.
        LedgerError: the key is in the environment, or the keyring refuses.
    """
    file = key_file()
    if file is not None:
        write_key(_beside(file), key)
    elif _entry():
        service, user = keyring_entry(_entry())
        _store(service, user + _STAGED, key)
    else:
        raise LedgerError("the key is in $UNLEAK_KEY, where it cannot be replaced")


def pending_key() -> MasterKey | None:
    """The key that a change laid beside the old one, if there is one."""
    file = key_file()
    if file is not None:
        staged = _beside(file)
        return read_key(staged) if staged.exists() else None
    if not _entry():
        return None
    from keyring import get_password
    from keyring.errors import KeyringError

    service, user = keyring_entry(_entry())
    try:
        found = get_password(service, user + _STAGED)
    except KeyringError:
        return None
    return decode_key(found, f"keyring {service}/{user}{_STAGED}") if found else None


def finish_change(key: MasterKey) -> None:
    """Put the staged key, which `key` is, into the old one's place.

    Raises:
        OutputError: it cannot be written there; the staged key stays.
        LedgerError: the keyring refuses.
    """
    file = key_file()
    if file is not None:
        file = file.resolve()
        with explained(file):
            try:
                _beside(file).replace(file)
            except FileNotFoundError:
                # Another program was quicker.
                if read_key(file).id != key.id:
                    raise
            if os.name == "posix":
                folder = os.open(file.parent, os.O_RDONLY)
                try:
                    os.fsync(folder)
                finally:
                    os.close(folder)
        return
    service, user = keyring_entry(_entry())
    _store(service, user, key)
    from keyring import delete_password
    from keyring.errors import PasswordDeleteError

    with suppress(PasswordDeleteError):  # another program may have finished the same change
        delete_password(service, user + _STAGED)


def _entry() -> str:
    return "" if key_file() is not None else os.environ.get(KEYRING_VARIABLE, "")


def _beside(file: Path) -> Path:
    file = file.resolve()
    return file.with_name(file.name + _STAGED)


def _store(service: str, user: str, key: MasterKey) -> None:
    from keyring import set_password

    try:
        set_password(service, user, base64.b64encode(key.material).decode())
    except Exception as error:  # each backend has errors of its own; their texts are not ours
        raise LedgerError(
            f"keyring {service}/{user}: cannot be written ({type(error).__name__}); "
            "`keyring diagnose` tells more"
        ) from None
