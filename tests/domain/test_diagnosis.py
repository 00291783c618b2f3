"""The one most likely cause: pure rules over what was found."""

import pytest

from wallboard.domain.diagnosis import Blame, diagnose
from wallboard.domain.doctor import ON_THE_WAY, Finding, Step
from wallboard.domain.observation import Cause
from wallboard.domain.policy import Level


def found(server="prod", failing=None, cause=None, *, sentence="So it is.", level=Level.CRITICAL,
          proxy=None, clock=0.0, **facts):  # fmt: skip
    """All findings on a server of which one step went wrong, if any."""
    findings = [Finding(Step.PROXY, Level.OK, "", server, facts=proxy or {"used": False})]
    for step in ON_THE_WAY:
        if step is failing:
            findings.append(Finding(step, level, sentence, server, 0.1, cause, facts))
            if level is Level.CRITICAL:
                break
        elif step is Step.CLOCK:
            far = Level.WARNING if abs(clock) > 30 else Level.OK
            findings.append(
                Finding(step, far, "The clock.", server, facts={"ahead_seconds": clock})
            )
        else:
            findings.append(Finding(step, Level.OK, "Well.", server, 0.1))
    return findings


def test_nothing_wrong_is_all_well():
    diagnosis = diagnose(found())
    assert (diagnosis.blame, diagnosis.level) == (Blame.NOBODY, Level.OK)
    assert diagnosis.sentence.startswith("All OK: prod")
    assert "all 2 servers" in diagnose(found() + found("lab")).sentence


def test_a_node_that_gives_no_answer_is_told_of_though_its_server_is_well():
    nodes = [
        Finding(Step.NODE, Level.OK, "a:443 answers.", "prod"),
        Finding(Step.NODE, Level.WARNING, "Connection refused by b:443.", "prod"),
    ]
    diagnosis = diagnose([*found(), *nodes])
    assert (diagnosis.blame, diagnosis.level, diagnosis.server) == (
        Blame.SERVER,
        Level.WARNING,
        "prod",
    )
    assert diagnosis.sentence == (
        "prod answers, but 1 of its 2 nodes does not: Connection refused by b:443."
    )


@pytest.mark.parametrize(
    ("step", "cause", "facts", "blame", "says"),
    [
        (Step.SETTINGS, None, {}, Blame.CONFIG, "Likely cause: the config. "),
        (Step.NAME, Cause.DNS, {}, Blame.NETWORK, "Likely cause: DNS: the name of prod"),
        (Step.NAME, Cause.PROXY, {}, Blame.PROXY, "Likely cause: the proxy"),
        (
            Step.TCP,
            Cause.REFUSED,
            {},
            Blame.NETWORK,
            "Likely cause: prod is down, or the network path to it",
        ),
        (Step.TCP, Cause.TIMEOUT, {}, Blame.NETWORK, "Likely cause: the network path to prod"),
        (Step.TLS, Cause.TLS, {}, Blame.CERTIFICATE, "Likely cause: the certificate of prod"),
        (Step.TLS, Cause.TIMEOUT, {}, Blame.SERVER, "Likely cause: not you but prod"),
        (Step.HTTP, Cause.TIMEOUT, {}, Blame.SERVER, "Likely cause: not you but prod"),
        (Step.HTTP, Cause.RESET, {}, Blame.SERVER, "Likely cause: prod, or the load balancer"),
        (Step.HTTP, Cause.TLS, {}, Blame.CERTIFICATE, "Likely cause: the certificate"),
        (Step.HTTP, Cause.HTTP, {"status": 500}, Blame.SERVER, "Likely cause: not you but prod"),
        (
            Step.HTTP,
            Cause.HTTP,
            {"status": 404},
            Blame.ADDRESS,
            "Likely cause: the address or credentials, not the network",
        ),
        (Step.HTTP, Cause.REDIRECT, {"status": 302}, Blame.ADDRESS, "a login page in front"),
        (Step.HTTP, Cause.PROXY, {"status": 407}, Blame.PROXY, "Likely cause: the proxy"),
        (Step.API, Cause.WRONG_ROOT, {}, Blame.ADDRESS, "something else answers there"),
        (Step.API, Cause.NOT_XML, {}, Blame.ADDRESS, "something else answers there"),
    ],
)
def test_the_step_that_fails_says_whose_fault_it_is(step, cause, facts, blame, says):
    findings = found(failing=step, cause=cause, **facts)
    if step is Step.SETTINGS:
        findings = [Finding(step, Level.CRITICAL, "So it is.", "prod")]
    diagnosis = diagnose(findings)
    assert (diagnosis.blame, diagnosis.server) == (blame, "prod")
    assert diagnosis.level is Level.CRITICAL
    assert says in diagnosis.sentence
    assert diagnosis.sentence.endswith(" So it is.")


def test_where_another_server_can_be_used_it_is_not_you():
    diagnosis = diagnose(found(failing=Step.TCP, cause=Cause.TIMEOUT) + found("{lab}"))
    assert diagnosis.blame is Blame.SERVER
    assert "the server, not you ({lab} works)" in diagnosis.sentence


@pytest.mark.parametrize(
    ("step", "cause", "blame"),
    [(Step.NAME, Cause.DNS, Blame.MACHINE), (Step.TCP, Cause.TIMEOUT, Blame.NETWORK)],
)
def test_where_no_server_can_be_reached_it_is_this_machine_or_its_network(step, cause, blame):
    findings = found(failing=step, cause=cause) + found("lab", step, cause)
    diagnosis = diagnose(findings)
    assert (diagnosis.blame, diagnosis.server) == (blame, None)
    assert "none of 2" in diagnosis.sentence


def witness(answering=()):
    level = Level.OK if answering else Level.WARNING
    return Finding(Step.WITNESS, level, "Asked.", facts={"answering": answering})


def test_where_no_witness_answers_either_this_machine_has_no_network():
    refused = found(failing=Step.TCP, cause=Cause.REFUSED)
    for findings in (refused, refused + found("lab", Step.NAME, Cause.DNS)):
        diagnosis = diagnose([*findings, witness()])
        assert (diagnosis.blame, diagnosis.server) == (Blame.MACHINE, None)
        assert "Likely cause: this machine has no network" in diagnosis.sentence
    for findings in (
        found(failing=Step.TCP, cause=Cause.REFUSED) + found("lab"),
        found(failing=Step.HTTP, cause=Cause.TIMEOUT),
    ):
        assert "no network" not in diagnose([*findings, witness()]).sentence


def test_where_a_witness_answers_it_is_not_the_network_of_this_machine():
    failing = found(failing=Step.TCP, cause=Cause.TIMEOUT) + found("lab", Step.TCP, Cause.TIMEOUT)
    assert "this machine" in diagnose(failing).sentence
    assert "this machine" not in diagnose([*failing, witness(("192.0.2.1:443",))]).sentence


def test_a_witness_that_does_not_answer_is_worth_a_look():
    diagnosis = diagnose([*found(), witness()])
    assert (diagnosis.blame, diagnosis.level) == (Blame.NETWORK, Level.WARNING)
    assert diagnosis.sentence == "The servers work, but check witness. Asked."


@pytest.mark.parametrize("others", [1, 2])
@pytest.mark.parametrize(
    ("step", "cause"),
    [(Step.NAME, Cause.DNS), (Step.TCP, Cause.TIMEOUT), (Step.TCP, Cause.REFUSED)],
)
def test_a_proxy_that_only_the_environment_names_is_most_likely_missing(step, cause, others):
    proxy = {"used": False, "ignored": ("https_proxy",)}
    findings = [
        one for number in range(others) for one in found(f"s{number}", step, cause, proxy=proxy)
    ]
    diagnosis = diagnose(findings)
    assert diagnosis.blame is Blame.PROXY
    assert "https_proxy" in diagnosis.sentence
    assert "Set `proxy`" in diagnosis.sentence


def test_a_proxy_of_the_environment_is_no_cause_of_what_happens_further_on():
    proxy = {"used": False, "ignored": ("https_proxy",)}
    diagnosis = diagnose(found(failing=Step.HTTP, cause=Cause.HTTP, proxy=proxy, status=500))
    assert diagnosis.blame is Blame.SERVER


def test_behind_a_proxy_a_bad_gateway_may_be_the_proxy():
    findings = found(failing=Step.HTTP, cause=Cause.HTTP, proxy={"used": True}, status=502)
    assert diagnose(findings).blame is Blame.PROXY


def certificate(**options):
    return found(failing=Step.TLS, cause=Cause.TLS, in_force=False,
                 in_force_by_the_servers_clock=True, **options)  # fmt: skip


def test_a_certificate_in_force_by_the_clock_of_the_server_means_a_wrong_clock_here():
    diagnosis = diagnose(certificate())
    assert diagnosis.blame is Blame.CLOCK
    assert "Fix the clock" in diagnosis.sentence


def test_but_not_if_another_server_agrees_with_this_machine():
    assert diagnose(certificate() + found("lab")).blame is Blame.CERTIFICATE


def test_servers_that_agree_with_each_other_show_that_this_clock_is_wrong():
    diagnosis = diagnose(found(clock=-3600.0) + found("lab", clock=-3601.0))
    assert (diagnosis.blame, diagnosis.server, diagnosis.level) == (
        Blame.CLOCK,
        None,
        Level.WARNING,
    )
    assert "this machine's clock is most likely wrong" in diagnosis.sentence


@pytest.mark.parametrize("other", [0.0, 90.0])
def test_one_server_that_tells_another_time_shows_that_one_of_two_clocks_is_wrong(other):
    diagnosis = diagnose(found(clock=-3600.0) + found("lab", clock=other))
    assert (diagnosis.blame, diagnosis.server) == (Blame.CLOCK, "prod")
    assert "one of the two clocks" in diagnosis.sentence


@pytest.mark.parametrize(
    ("step", "blame"), [(Step.API, Blame.SERVER), (Step.TLS, Blame.CERTIFICATE)]
)
def test_what_is_worth_seeing_to_is_said_when_nothing_fails(step, blame):
    diagnosis = diagnose(found(failing=step, level=Level.WARNING))
    assert (diagnosis.blame, diagnosis.level) == (blame, Level.WARNING)
    assert diagnosis.sentence.endswith("So it is.")


@pytest.mark.parametrize(
    ("step", "blame"),
    [
        (Step.RECORDING, Blame.RECORDING),
        (Step.TERMINAL, Blame.TERMINAL),
        (Step.CONFIG, Blame.CONFIG),
    ],
)
def test_what_this_machine_lacks_is_the_cause_only_when_the_servers_are_well(step, blame):
    machine = [Finding(step, Level.WARNING, "So it is.")]
    assert diagnose(found() + machine).blame is blame
    failing = found(failing=Step.TCP, cause=Cause.REFUSED)
    assert diagnose(failing + machine).blame is Blame.NETWORK


def test_other_servers_that_fail_are_named_with_where_they_do():
    findings = found(failing=Step.TCP, cause=Cause.REFUSED) + found("lab", Step.TLS, Cause.TLS)
    assert diagnose(findings).sentence.endswith("Also failing: lab (tls).")
