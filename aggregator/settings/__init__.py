"""The user's settings: flags over ``AGGREGATOR_*`` environment over ``config.yaml`` over defaults.

Nothing is read at import. `load_settings` reads, checks and merges; every mistake is a
`SettingsError` whose message names the file, variable or flag and the key.
"""

from aggregator.settings.complaints import SettingsError, SourceDraft
from aggregator.settings.loading import load_settings, origins
from aggregator.settings.model import (
    Settings,
    available_cores,
    known_paths,
    mask_password,
    variable_name,
)

__all__ = [
    "Settings",
    "SettingsError",
    "SourceDraft",
    "available_cores",
    "known_paths",
    "load_settings",
    "mask_password",
    "origins",
    "variable_name",
]
