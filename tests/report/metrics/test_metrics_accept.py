"""What a scrape is given, by what it says it takes."""

import pytest

from wallboard.report.metrics.server import takes_gzip, wants_openmetrics

OF_A_METRICS_SERVER = (
    "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
    "text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
)


@pytest.mark.parametrize(
    "accept",
    [
        OF_A_METRICS_SERVER,
        "application/openmetrics-text",
        "Application/OpenMetrics-Text; version=1.0.0; charset=utf-8",
        "text/plain;q=0.4, application/openmetrics-text;q=0.5",
    ],
)
def test_whoever_ranks_openmetrics_first_gets_it(accept):
    assert wants_openmetrics(accept)


@pytest.mark.parametrize(
    "accept",
    [
        "",
        "*/*",
        "text/html,*/*;q=0.8",
        "text/plain;version=0.0.4",
        "text/plain, application/openmetrics-text;q=0.5",
        "application/openmetrics-text;version=2.0.0",
        "application/openmetrics-text;q=0",
        "application/openmetrics-text;q=much",
        ";;,=,q=1",
    ],
)
def test_all_others_get_text(accept):
    assert not wants_openmetrics(accept)


@pytest.mark.parametrize("accept", ["gzip", "deflate, gzip;q=0.5", "GZIP"])
def test_gzip_is_sent_to_whoever_takes_it(accept):
    assert takes_gzip(accept)


@pytest.mark.parametrize("accept", ["", "identity", "gzip;q=0", "br, deflate", "xgzip"])
def test_gzip_is_sent_to_nobody_else(accept):
    assert not takes_gzip(accept)
