"""The stored keys of model endpoints, for subcommands, which may ask for the vault's passphrase."""

import os

from agent.auth.model_keys import KeyLookup, ModelKeys
from agent.auth.vault import Vault
from agent.commands.common import warn
from agent.commands.passphrase import unlock
from agent.system.folders import Folders


def open_vault(folders: Folders) -> Vault:
    """The vault, after its passphrase was asked for if it takes one."""
    return Vault(folders, os.environ, key=unlock(folders))


def open_keys(folders: Folders) -> KeyLookup:
    """The stored keys, after the vault's passphrase was asked for if it takes one."""
    return KeyLookup(ModelKeys(open_vault(folders)), warn)
