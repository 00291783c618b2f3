"""The config: found, read, and turned into settings, or into a list of all its problems.

Importing it is cheap: the TOML parser and pydantic are loaded only when there is a file to read.
"""

from wallboard.config.config_file import find_config, load_config, settings_from
from wallboard.config.problem import ConfigError, Problem
from wallboard.config.selection import settings_for_url

__all__ = [
    "ConfigError",
    "Problem",
    "find_config",
    "load_config",
    "settings_for_url",
    "settings_from",
]
