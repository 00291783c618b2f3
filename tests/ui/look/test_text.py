"""Text that is safe to show and fits."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from walls import parted

from wallboard.ui.look.text import figure, fit, fit_ends, safe, short_figure, span, wait

STEERING = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}

anything = st.text(st.characters(codec=None), max_size=300)


@given(anything)
def test_safe_text_holds_nothing_that_steers_a_terminal(text):
    assert not {unicodedata.category(char) for char in parted(safe(text))} & STEERING


@given(anything)
def test_safe_text_is_already_safe(text):
    assert safe(safe(text)) == safe(text)


@given(st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"])))
def test_ordinary_text_stays_as_it_is(text):
    assert safe(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "�[31mred�[0m"),
        ("a\nb\tc", "a�b�c"),
        ("\x9b2J", "�2J"),
        ("\u202egnp.exe", "�gnp.exe"),
        ("a\u200db\ufeff", "a�b�"),
        ("\u200d🙂\u200d", "�🙂�"),
        ("🙂\u200da\u200d🙂", "🙂�a�🙂"),
        ("👩\u200d👩\u200d👧 Sales", "👩\u200d👩\u200d👧 Sales"),
        ("👩🏽\u200d🚒 ❤\ufe0f\u200d🔥", "👩🏽\u200d🚒 ❤\u200d🔥"),
        ("\udcff", "�"),
        ("❤\ufe0f!", "❤!"),
        ("e\u0301 漢字", "e\u0301 漢字"),
    ],
)
def test_what_steers_a_terminal_is_replaced(text, shown):
    assert safe(text) == shown


@given(anything, st.integers(-3, 80))
def test_fitted_text_has_exactly_its_width(text, width):
    assert cell_len(fit(safe(text), width)) == max(0, width)


@given(st.text(st.sampled_from("a漢e\u0301🙂ｱ한"), max_size=60), st.integers(1, 40))
def test_wide_and_combining_text_has_exactly_its_width(text, width):
    assert cell_len(fit(text, width)) == width


@given(anything, st.integers(1, 80))
def test_text_that_fits_is_whole_and_text_that_was_cut_says_so(text, width):
    text = safe(text)
    fitted = fit(text, width)
    if cell_len(text) <= width:
        assert fitted.startswith(text)
    else:
        assert "…" in fitted


def test_what_is_long_is_not_remembered():
    from wallboard.ui.look import text as module

    before = module._cleaned_again.cache_info().currsize, module._fitted_again.cache_info().currsize
    for n in range(50):
        long = f"é{n}" * 1000
        fit(safe(long), 10)
    after = module._cleaned_again.cache_info().currsize, module._fitted_again.cache_info().currsize
    assert after == before


@given(st.floats())
def test_a_span_has_at_most_six_characters_and_no_sign(seconds):
    words = span(seconds)
    assert 1 <= len(words) <= 6
    assert not words.startswith("-")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0s"),
        (0.49, "0s"),
        (59.4, "59s"),
        (59.6, "1m00s"),
        (65, "1m05s"),
        (3599.6, "1h00m"),
        (7620, "2h07m"),
        (86_400 * 9 + 4 * 3600, "9d04h"),
        (86_400 * 100 + 4 * 3600, "100d"),
        (86_400 * 1000, ">999d"),
        (float("inf"), ">999d"),
        (float("nan"), "–"),
        (-4, "0s"),
    ],
)
def test_a_span_is_told_in_its_two_largest_units(seconds, words):
    assert span(seconds) == words


@pytest.mark.parametrize(
    ("value", "whole", "short"),
    [
        (None, "–", "–"),
        (0, "0", "0"),
        (-3, "-3", "-3"),
        (9999, "9999", "9999"),
        (1_234_567, "1234567", "1M"),
        (12_345, "12345", "12k"),
        (999_999, "999999", "999k"),
        (-45_000, "-45000", "-45k"),
        (10**18 - 1, "9" * 18, ">1T"),
        (-(10**17), "-1" + "0" * 17, "<-1T"),
    ],
)
def test_a_count_is_whole_or_short_but_never_another_number(value, whole, short):
    assert figure(value) == whole
    assert short_figure(value) == short


@given(st.integers(-(10**18), 10**18))
def test_a_short_count_has_at_most_five_characters(value):
    assert len(short_figure(value)) <= 5


def test_a_wait_that_is_not_known_is_a_dash():
    assert wait(None) == "–"
    assert wait(75.0) == "1m15s"


@pytest.mark.parametrize(
    ("width", "fitted"),
    [
        (14, "prod-emea-01  "),
        (12, "prod-emea-01"),
        (8, "pro…a-01"),
        (5, "pr…01"),
        (2, "p…"),
        (0, ""),
    ],
)
def test_a_name_that_is_too_long_keeps_both_its_ends(width, fitted):
    assert fit_ends("prod-emea-01", width) == fitted


@pytest.mark.parametrize("text", ["漢字漢字漢字", "e\u0301" * 9, "👩" * 9, "", "ab"])
def test_the_ends_of_any_text_fill_the_width(text):
    assert all(cell_len(fit_ends(text, width)) == width for width in range(12))
