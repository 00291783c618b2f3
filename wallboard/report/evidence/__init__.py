"""What proves a verdict: bodies, requests, bundles."""
