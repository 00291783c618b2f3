"""Classes of immutable values behave as the standard frozen ones."""

from copy import copy, deepcopy
from dataclasses import FrozenInstanceError, asdict, dataclass, field, fields, replace
from inspect import Parameter, signature

import pytest

from wallboard.frozen import frozen


@frozen
class Ours:
    number: int
    words: tuple[str, ...] = ()
    seen: list[int] = field(default_factory=list, compare=False)
    secret: str = field(default="", repr=False)
    unit: str = field(default="s", kw_only=True)


@dataclass(frozen=True, slots=True)
class Theirs:
    number: int
    words: tuple[str, ...] = ()
    seen: list[int] = field(default_factory=list, compare=False)
    secret: str = field(default="", repr=False)
    unit: str = field(default="s", kw_only=True)


@frozen
class Heir(Ours):
    more: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "more", abs(self.more))


@frozen(kw_only=True)
class Named:
    a: int = 1
    b: int

    def __repr__(self) -> str:
        return "own"


ARGUMENTS = [
    ((1,), {}),
    ((1, ("a",)), {}),
    ((1, ("a",), [1], "x"), {"unit": "h"}),
    ((), {"number": 2, "unit": "h"}),
]


@pytest.mark.parametrize(("positional", "named"), ARGUMENTS)
def test_values_are_made_compared_and_shown_as_the_standard_ones(positional, named):
    ours, theirs = Ours(*positional, **named), Theirs(*positional, **named)
    assert asdict(ours) == asdict(theirs)
    assert repr(ours) == repr(theirs).replace("Theirs", "Ours")
    assert hash(ours) == hash(theirs)
    assert ours == Ours(*positional, **named)
    assert ours != theirs
    assert ours != replace(ours, number=9)


@pytest.mark.parametrize("arguments", [(), (1, (), [], "", "h"), (1, (), [], "", "h", 2)])
def test_wrong_arguments_are_refused(arguments):
    for kind in (Ours, Theirs):
        with pytest.raises(TypeError):
            kind(*arguments)


def test_each_value_has_its_own_default_that_is_made():
    assert Ours(1).seen is not Ours(1).seen


def test_what_is_not_compared_makes_no_difference():
    assert Ours(1, seen=[1]) == Ours(1, seen=[2])


def test_nothing_can_be_changed():
    value = Ours(1)
    with pytest.raises(FrozenInstanceError):
        value.number = 2
    with pytest.raises(FrozenInstanceError):
        del value.number
    with pytest.raises(FrozenInstanceError):
        value.other = 2
    assert value == Ours(1)


def test_an_heir_has_the_fields_of_both():
    assert [one.name for one in fields(Heir)][-1] == "more"
    assert Heir(1, more=-2.0).more == 2.0
    assert Heir(1) != Ours(1)


def test_names_may_be_asked_for_and_own_methods_stay():
    assert (Named(b=2).a, repr(Named(b=2))) == (1, "own")
    with pytest.raises(TypeError):
        Named(1, 2)


def test_a_value_matches_by_position():
    match Ours(1, ("a",)):
        case Ours(number, words):
            assert (number, words) == (1, ("a",))


def test_a_copy_is_the_value_itself():
    value = Ours(1, ("a",))
    assert copy(value) is value
    assert deepcopy([value])[0] is value


@frozen
class Confusable:
    hash: int
    field0: int
    set0: int = 3
    MISSING: list[int] = field(default_factory=list, compare=False)
    field1: int = field(default=5, kw_only=True)


def test_classes_with_as_many_fields_keep_names_and_defaults_of_their_own():
    value = Confusable(1, field0=2)
    assert asdict(value) == {"hash": 1, "field0": 2, "set0": 3, "MISSING": [], "field1": 5}
    assert asdict(Ours(1)) == asdict(Theirs(1))
    assert signature(Confusable).parameters["field0"].default is Parameter.empty
    assert [*signature(Ours).parameters] == [*signature(Theirs).parameters]
    assert value == Confusable(1, 2, MISSING=[1])
    assert value != Confusable(1, 2, field1=1)
    assert len({value, Confusable(1, 2), Confusable(2, 2)}) == 2
