"""prometheus-client alone serving the series of a page: reads the page, prints its own port."""

import sys
from collections.abc import Iterable
from pathlib import Path

from prometheus_client import start_http_server
from prometheus_client.core import CollectorRegistry, Metric
from prometheus_client.openmetrics.parser import text_string_to_metric_families
from prometheus_client.registry import Collector


class Ready(Collector):
    """Families made beforehand, so that only writing them is left to do."""

    def __init__(self, page: str) -> None:
        self._families = list(text_string_to_metric_families(page))

    def collect(self) -> Iterable[Metric]:
        return self._families


def main() -> None:
    registry = CollectorRegistry()
    registry.register(Ready(Path(sys.argv[1]).read_text()))
    server, _thread = start_http_server(0, "127.0.0.1", registry)
    print(server.server_port, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
