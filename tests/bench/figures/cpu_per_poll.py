"""CPU of a poll, with all that the board does about it, against a bare ``httpx`` GET."""

from tests.bench.figure import Figure, Pace
from tests.bench.processes import medians, run, simulator

ENTRY_POINTS = 1000


def measure(pace: Pace) -> list[Figure]:
    """Both sides in turn; only the CPU of the client's process counts."""
    flat_out, paced, peer = [], [], []
    with simulator(ENTRY_POINTS) as url:
        for _ in range(pace.runs):
            flat_out.append(run("poll_board", url, ENTRY_POINTS, pace.seconds / 2, 50, 0.5))
            peer.append(run("get_with_httpx", url, ENTRY_POINTS, pace.gets))
            paced.append(run("poll_board", url, ENTRY_POINTS, pace.seconds, 8, 10))
    ours, calm, theirs = medians(flat_out), medians(paced), medians(peer)
    bare = theirs["cpu_ms_per_get"]
    return [
        Figure(
            name="cpu_per_poll",
            what="CPU of a poll: fetch, decode, fold and judge; flat out, 50 in flight",
            unit="ms",
            measured=ours["cpu_ms_per_poll"],
            against=bare,
            against_what="httpx.AsyncClient.get, 50 in flight",
            reach=0.12,
            note=f"{ours['polls_per_second']:.0f} polls a second",
        ),
        Figure(
            name="cpu_per_poll_paced",
            what="the same at the defaults: every 10 s, 8 in flight, so the loop often sleeps",
            unit="ms",
            measured=calm["cpu_ms_per_poll"],
            against=bare,
            against_what="httpx.AsyncClient.get, 50 in flight",
            reach=0.12,
            note=f"{calm['polls_per_second']:.0f} polls a second",
        ),
    ]
