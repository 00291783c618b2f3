"""The window that strip and chart share: its length, its slices, zooming and moving."""

import pytest
from boards import NOW

from wallboard.ui.picture.window import SPANS, Zoom, usual_span


@pytest.mark.parametrize(
    ("known", "span"), [(0, 60), (61, 120), (900, 900), (901, 1800), (90_000, 3600)]
)
def test_it_shows_what_is_known_and_at_most_an_hour(known, span):
    assert usual_span(known) == span


@pytest.mark.parametrize("span", SPANS)
@pytest.mark.parametrize("room", [1, 30, 60, 170])
def test_slices_lie_on_whole_multiples_of_their_length(span, room):
    window = Zoom(span).window(NOW + 0.7, NOW, room)
    assert window.count <= room
    assert window.end - window.start == span
    assert window.end % window.slice_seconds == 0
    assert window.start <= NOW < window.end <= NOW + 1 + window.slice_seconds


def test_zooming_goes_through_the_spans_and_stops_at_the_ends():
    zoom, seen = Zoom(), []
    for _ in range(len(SPANS) + 2):
        zoom = zoom.zoomed(-1, zoom.window(NOW, NOW, 60))
        seen.append(zoom.span)
    assert seen == [*SPANS[1:], *[SPANS[-1]] * 3]
    assert zoom.zoomed(1, zoom.window(NOW, NOW, 60)).span == SPANS[-2]


def test_moving_goes_by_half_a_window_and_never_past_the_newest_moment():
    zoom = Zoom(3600)
    back = zoom.moved(-1, zoom.window(NOW, NOW, 60))
    assert zoom.window(NOW, NOW, 60).end - back.window(NOW, NOW, 60).end == 1800
    assert back.moved(3, back.window(NOW, NOW, 60)).back == 0
