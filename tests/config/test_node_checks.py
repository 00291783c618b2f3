"""The nodes of a server in a config: what is refused, and in which words."""

import pytest
from test_config import WHOLE, load, told

from wallboard.ece.ask.outgoing import place_of_node


def written(nodes: str, more: str = "") -> str:
    head, table, rest = WHOLE.partition("[[server.entry_point]]")
    return f"{head}nodes = {nodes}\n{more}\n{table}{rest}"


def test_nodes_are_read_and_have_a_host_and_a_port(tmp_path):
    text = written('["10.0.0.11:443", "[fe80::1%eth0]:8443", "node3.example.com:443"]')
    (server,) = load(tmp_path, text).server

    places = [place_of_node(node) for node in server.nodes]

    assert places == [("10.0.0.11", 443), ("fe80::1%eth0", 8443), ("node3.example.com", 443)]


@pytest.mark.parametrize(
    ("nodes", "words"),
    [
        ('["10.0.0.11"]', "node 1: must be host:port, such as 10.0.0.11:443 or [2001:db8::11]:443"),
        ('["a:1", "https://10.0.0.11:443"]', "node 2: "),
        ('["10.0.0.11:443/x"]', "node 1: must be host:port"),
        ('["user@10.0.0.11:443"]', "node 1: must be host:port"),
        ('["10.0.0:443"]', "node 1: invalid URL: an IPv4 address has four numbers"),
        ('["10.0.0.11:0"]', "node 1: invalid URL: port 0 is not allowed"),
        ('["2001:db8::11:443"]', "node 1: invalid URL: cannot read the host or the port"),
        ('["a:1", "a:1"]', 'node 2: "a:1" is a duplicate'),
        (str([f"a:{port}" for port in range(1, 18)]), "must name at most 16, not 17"),
        ("[443]", "nodes"),
    ],
)
def test_nodes_that_are_none_are_refused(tmp_path, nodes, words):
    assert words in str(told(tmp_path, written(nodes)))


def test_nodes_need_the_endpoint_that_they_are_compared_by(tmp_path):
    text = written('["a:1"]', 'endpoints = ["capacity", "checkEligibility"]')

    assert "nodes are compared by chatAllowed" in told(tmp_path, text)[2]
