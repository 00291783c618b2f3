"""Files that have other monitoring systems run the checks, made from the config at hand."""
