"""Config, discovery, doctor and survey, in words."""
