"""What a certificate says, read from its DER, against the library that makes them in tests."""

import ssl
from datetime import UTC, datetime

import certifi
import pytest
import trustme

from wallboard.ece.probe.tls_probe import read_certificate


def der(pem):
    return ssl.PEM_cert_to_DER_cert(pem.bytes().decode())


@pytest.mark.parametrize(
    ("begins", "ends"),
    [
        (datetime(2000, 1, 1, tzinfo=UTC), datetime(3000, 1, 1, tzinfo=UTC)),
        (datetime(1999, 12, 31, 23, 59, 59, tzinfo=UTC), datetime(2020, 2, 29, 12, tzinfo=UTC)),
        (datetime(2049, 1, 1, tzinfo=UTC), datetime(2050, 1, 1, tzinfo=UTC)),
    ],
)
def test_the_dates_are_those_that_were_given(begins, ends):
    issued = trustme.CA().issue_cert("ece.example.com", not_before=begins, not_after=ends)
    read = read_certificate(der(issued.cert_chain_pems[0]))
    assert (read.not_before, read.not_after) == (begins.timestamp(), ends.timestamp())
    assert read.in_force(begins.timestamp())
    assert not read.in_force(ends.timestamp() + 1)


def test_names_issuer_and_subject_are_read():
    authority = trustme.CA(organization_name="Example CA")
    issued = authority.issue_cert(
        "ece.example.com", "127.0.0.1", "::1", common_name="The \x1b[2J server"
    )
    read = read_certificate(der(issued.cert_chain_pems[0]))
    assert read.names == ("ece.example.com", "127.0.0.1", "::1")
    assert read.issuer == "Example CA"
    assert read.subject.isprintable()
    assert read.subject.startswith("The ")
    assert not read.self_signed


def test_one_that_signed_itself_is_known():
    assert read_certificate(der(trustme.CA().cert_pem)).self_signed


def test_every_public_ca_is_read_as_openssl_reads_it():
    context = ssl.create_default_context(cafile=certifi.where())
    whole, known = context.get_ca_certs(binary_form=True), context.get_ca_certs()
    for one, facts in zip(whole, known, strict=True):
        read = read_certificate(one)
        assert read.not_before == ssl.cert_time_to_seconds(facts["notBefore"])
        assert read.not_after == ssl.cert_time_to_seconds(facts["notAfter"])
        assert read.self_signed is (facts["issuer"] == facts["subject"])
    assert len(known) > 50


def test_nonsense_is_refused_wherever_it_begins():
    whole = der(trustme.CA().issue_cert("ece.example.com").cert_chain_pems[0])
    for end in range(0, 400, 7):
        with pytest.raises(ValueError):  # noqa: PT011  whatever is missing first
            read_certificate(whole[:end])
    for place in range(400):
        spoiled = bytearray(whole)
        spoiled[place] ^= 0xFF
        try:
            read = read_certificate(bytes(spoiled))
        except ValueError:
            continue
        assert (read.subject + read.issuer + "".join(read.names)).isprintable()
