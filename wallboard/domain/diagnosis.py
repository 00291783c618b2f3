"""The one most likely cause behind the findings of the doctor.

Pure rules; the first that applies decides.
"""

from collections.abc import Iterator, Sequence

from wallboard.domain.doctor import Finding, Step, worst_of
from wallboard.domain.observation import Blame, Cause
from wallboard.domain.policy import Level
from wallboard.frozen import frozen


@frozen
class Diagnosis:
    """The most likely cause, in a sentence with what to do; ``server`` is the one concerned.

    ``level`` is the worst of everything that was found.
    """

    blame: Blame
    level: Level
    sentence: str
    server: str | None = None


@frozen
class _Case:
    """All findings, the first failure of each unusable server, and the servers that work."""

    findings: Sequence[Finding]
    failed: Sequence[Finding]
    well: Sequence[str]

    def of(self, step: Step) -> list[Finding]:
        return [one for one in self.findings if one.step is step and one.level is not None]

    def proxy_of(self, server: str | None) -> Finding | None:
        found = (one for one in self.findings if one.step is Step.PROXY)
        return next((one for one in found if one.server == server), None)


__all__ = ["Blame", "Diagnosis", "diagnose"]

ALIKE_SECONDS = 60.0
"""How far clocks may differ from each other and still agree against this machine's."""

_Found = tuple[Blame, str, str | None]

_UNREACHED = frozenset({Cause.DNS, Cause.REFUSED, Cause.TIMEOUT})
_BY_CAUSE = {
    Cause.DNS: (Blame.NETWORK, "DNS: the name of {}, or this machine's name servers"),
    Cause.REFUSED: (Blame.NETWORK, "{} is down, or the network path to it is"),
    Cause.TLS: (Blame.CERTIFICATE, "the certificate of {}, or its TLS settings"),
    Cause.RESET: (Blame.SERVER, "{}, or the load balancer in front of it"),
    Cause.PROXY: (Blame.PROXY, "the proxy in front of {}"),
    Cause.REDIRECT: (Blame.ADDRESS, "the address of {}, or a login page in front of it"),
    Cause.INTERNAL: (Blame.MACHINE, "this machine, or wallboard itself"),
}
_BLAMED = {
    Blame.CONFIG: "the config, not {}",
    Blame.PROXY: "the proxy in front of {}",
    Blame.ADDRESS: "the configured address of {}",
    Blame.SERVER: "not you but {}, which is reachable but not working",
}
"""The words where the failure itself says whom to blame."""

_OF_THE_ADDRESS = frozenset({400, 401, 403, 404, 405})
_GATEWAY = frozenset({403, 502, 503, 504})


def diagnose(findings: Sequence[Finding]) -> Diagnosis:
    """The most likely cause of what is wrong, or that all is well."""
    servers = list(dict.fromkeys(one.server for one in findings if one.server is not None))
    failed = [one for server in servers if (one := _first_failure(findings, server))]
    broken = {one.server for one in failed}
    case = _Case(findings, failed, [server for server in servers if server not in broken])
    for rule in (_settings, _clock_and_certificate, _no_network, _all_alike, _missing_proxy, _one):
        if found := rule(case):
            blame, words, server = found
            more = _others(case, server) if server in broken else ""
            return Diagnosis(blame, worst_of(findings), f"Likely cause: {words}{more}", server)
    if found := _worth_doing(case):
        blame, sentence, server = found
        return Diagnosis(blame, worst_of(findings), sentence, server)
    many = servers[0] if len(servers) == 1 else f"all {len(servers)} servers"
    return Diagnosis(
        Blame.NOBODY,
        worst_of(findings),
        f"All OK: {many} reachable from here, answers valid.",
    )


def _first_failure(findings: Sequence[Finding], server: str) -> Finding | None:
    return next((one for one in findings if one.server == server and one.failed), None)


def _settings(case: _Case) -> _Found | None:
    for one in case.failed:
        if one.step is Step.SETTINGS:
            return Blame.CONFIG, f"the config. {one.sentence}", one.server
    return None


def _clock_and_certificate(case: _Case) -> _Found | None:
    """A certificate that is valid by the server's clock, but not by this machine's."""
    agreeing = [one for one in case.of(Step.CLOCK) if one.level is Level.OK]
    for one in case.failed if not agreeing else ():
        if one.facts.get("in_force_by_the_servers_clock") and not one.facts.get("in_force"):
            return (
                Blame.CLOCK,
                f"this machine's clock: by the clock of {one.server} the certificate "
                "is valid. Fix the clock (NTP), then run the doctor again.",
                one.server,
            )
    return None


def _no_network(case: _Case) -> _Found | None:
    """Neither a server nor a witness can be reached."""
    early = all(one.step in {Step.NAME, Step.TCP} for one in case.failed)
    if not case.failed or case.well or not early or _witnesses(case) != "fail":
        return None
    return (
        Blame.MACHINE,
        "this machine has no network: no witness answers either. Check its cable or link, its "
        "routes and the VPN.",
        None,
    )


def _witnesses(case: _Case) -> str:
    """Whether a witness answers, or all that were asked ``fail``; empty if there are none."""
    for one in case.of(Step.WITNESS):
        return "answer" if one.facts.get("answering") else "fail"
    return ""


def _all_alike(case: _Case) -> _Found | None:
    """Several servers that all fail in the same early step: the fault is on this side."""
    if len(case.failed) < 2 or case.well or _witnesses(case) == "answer":
        return None
    steps = {(one.step, one.cause is Cause.PROXY) for one in case.failed}
    count = len(case.failed)
    ignored = _ignored(case, case.failed[0])
    if steps == {(Step.NAME, False)} and not ignored:
        return (
            Blame.MACHINE,
            f"this machine or its network: none of {count} names resolve. Check the name servers "
            "(/etc/resolv.conf) and the VPN.",
            None,
        )
    if steps == {(Step.TCP, False)} and not ignored:
        return (
            Blame.NETWORK,
            f"this machine or its network: none of {count} servers is reachable. Check routes, "
            "VPN and firewalls.",
            None,
        )
    return None


def _missing_proxy(case: _Case) -> _Found | None:
    """A proxy in the environment that the config does not use."""
    for one in case.failed:
        names = _ignored(case, one)
        if names and one.cause in _UNREACHED and one.step in {Step.NAME, Step.TCP}:
            return (
                Blame.PROXY,
                f"a missing proxy: the environment sets one ({names}), but "
                f'wallboard only uses its config. Set `proxy` of server "{one.server}".',
                one.server,
            )
    return None


def _ignored(case: _Case, failure: Finding) -> str:
    """The variables that name a proxy for a server whose config names none."""
    proxy = case.proxy_of(failure.server)
    names = proxy.facts.get("ignored") if proxy else None
    return ", ".join(names) if isinstance(names, tuple) else ""


def _one(case: _Case) -> _Found | None:
    """The first server that fails says why."""
    if not case.failed:
        return None
    one = case.failed[0]
    blame, words = _blamed(case, one)
    words = words.replace("{}", one.server or "")
    if case.well and blame in {Blame.NETWORK, Blame.SERVER}:
        blame, words = Blame.SERVER, f"the server, not you ({case.well[0]} works)"
    return blame, f"{words}. {one.sentence}", one.server


def _blamed(case: _Case, one: Finding) -> tuple[Blame, str]:
    status = one.facts.get("status")
    proxy = case.proxy_of(one.server)
    if one.blame in _BLAMED:
        return one.blame, _BLAMED[one.blame]
    if one.cause is Cause.HTTP and proxy and proxy.facts.get("used") and status in _GATEWAY:
        return Blame.PROXY, "the proxy, or {} behind it"
    if one.cause is Cause.HTTP and status in _OF_THE_ADDRESS:
        return (
            Blame.ADDRESS,
            "the address or credentials, not the network: {} refuses the request",
        )
    if one.cause is Cause.HTTP or (one.cause is Cause.TIMEOUT and one.step is not Step.TCP):
        return Blame.SERVER, "not you but {}, which is reachable but not working"
    if one.cause is Cause.TIMEOUT:
        return Blame.NETWORK, "the network path to {}, or {} is down"
    if one.step is Step.API:
        return Blame.ADDRESS, "the address of {}: something else answers there"
    return _BY_CAUSE.get(one.cause or Cause.INTERNAL, (Blame.SERVER, "{}"))


def _worth_doing(case: _Case) -> _Found | None:
    """All servers work; the first thing that still needs attention."""
    for rule in (_recording, _nodes, _clocks, _warnings):
        for found in rule(case):
            return found
    return None


def _recording(case: _Case) -> Iterator[_Found]:
    for one in case.of(Step.RECORDING):
        if one.level is not Level.OK:
            yield (
                Blame.RECORDING,
                f"The servers are OK, the recording is not: {one.sentence}",
                None,
            )


def _nodes(case: _Case) -> Iterator[_Found]:
    """Nodes that give no answer behind a server that does."""
    failing = [one for one in case.of(Step.NODE) if one.level is Level.WARNING]
    for one in failing[:1]:
        asked = sum(other.server == one.server for other in case.of(Step.NODE))
        count = sum(other.server == one.server for other in failing)
        yield (
            one.blame or Blame.SERVER,
            f"{one.server} answers, but {count} of its {asked} nodes "
            f"{'does' if count == 1 else 'do'} not: {one.sentence}",
            one.server,
        )


def _clocks(case: _Case) -> Iterator[_Found]:
    """If several servers agree against this machine, its clock is wrong."""
    clocks = case.of(Step.CLOCK)
    apart = [one for one in clocks if one.level is not Level.OK]
    if len(apart) > 1 and len(apart) == len(clocks) and _alike(apart):
        yield (
            Blame.CLOCK,
            "The servers work, but this machine's clock is most likely wrong: all of them "
            f"disagree with it. Fix it (NTP). {apart[0].sentence}",
            None,
        )
    for one in apart:
        yield (
            Blame.CLOCK,
            f"The servers work, but one of the two clocks is wrong. {one.sentence} Times on the "
            "board and in the server's log cannot be compared.",
            one.server,
        )


def _alike(clocks: Sequence[Finding]) -> bool:
    """Whether clocks that are wrong are all wrong by about as much."""
    ahead = [apart for one in clocks if isinstance(apart := one.facts.get("ahead_seconds"), float)]
    return max(ahead, default=0.0) - min(ahead, default=0.0) < ALIKE_SECONDS


def _warnings(case: _Case) -> Iterator[_Found]:
    blames = {
        Step.API: Blame.SERVER,
        Step.TLS: Blame.CERTIFICATE,
        Step.TERMINAL: Blame.TERMINAL,
        Step.WITNESS: Blame.NETWORK,
        Step.CHANNELS: Blame.NETWORK,
        Step.BUS: Blame.NETWORK,
        Step.CONFIG: Blame.CONFIG,
    }
    for step, blame in blames.items():
        for one in case.of(step):
            if one.level is not Level.OK:
                about = f" of {one.server}" if one.server else ""
                yield (
                    blame,
                    f"The servers work, but check {step}{about}. {one.sentence}",
                    one.server,
                )


def _others(case: _Case, server: str | None) -> str:
    """The sentence about other servers that fail as well."""
    others = [f"{one.server} ({one.step})" for one in case.failed if one.server != server]
    return f" Also failing: {', '.join(others)}." if others else ""
