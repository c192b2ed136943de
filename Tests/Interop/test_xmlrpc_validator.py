"""The eight methods of the old public validator, served under a flag of the tests, called by Python's client."""

import datetime
import xmlrpc.client

import pytest

import rpc

NAMES = [
    "arrayOfStructsTest",
    "countTheEntities",
    "easyStructTest",
    "echoStructTest",
    "manyTypesTest",
    "moderateSizeArrayCheck",
    "nestedStructTest",
    "simpleStructReturnTest",
]


@pytest.fixture
def call(validator):
    """The methods by their short names."""
    return rpc.proxy(validator).validator1


def stooges(moe: int, larry: int, curly: int) -> dict[str, int]:
    return {"moe": moe, "larry": larry, "curly": curly}


def test_they_are_listed_with_signatures_and_only_under_the_flag(validator, shared_server):
    """A board in use has no such methods."""
    system = rpc.proxy(validator).system
    assert [name for name in system.listMethods() if name.startswith("validator1")] == [
        f"validator1.{name}" for name in NAMES
    ]
    assert all(isinstance(system.methodSignature(f"validator1.{name}"), list) for name in NAMES)
    with rpc.fault(rpc.METHOD_NOT_FOUND):
        rpc.proxy(shared_server).validator1.easyStructTest(stooges(1, 2, 3))


def test_array_of_structs(call):
    """The sum of every curly; of none it is zero."""
    assert call.arrayOfStructsTest([stooges(number, 99, 3 - number) for number in range(6)]) == 3
    assert call.arrayOfStructsTest([]) == 0


@pytest.mark.parametrize(
    "text", ["", "plain", "<<<>>&'''\"", "&lt;&amp;&#38;", "><&'\"" * 1000, "<![CDATA[&]]>"], ids=lambda text: text[:10]
)
def test_count_the_entities(call, text):
    """Each of the five characters that XML has a name for."""
    assert call.countTheEntities(text) == {
        "ctLeftAngleBrackets": text.count("<"),
        "ctRightAngleBrackets": text.count(">"),
        "ctAmpersands": text.count("&"),
        "ctApostrophes": text.count("'"),
        "ctQuotes": text.count('"'),
    }


def test_easy_struct(call):
    """Moe and Larry and Curly; what else is in the struct does not count."""
    assert call.easyStructTest(stooges(1, -20, 300)) == 281
    assert call.easyStructTest(stooges(1, 2, 3) | {"shemp": 4}) == 6


def test_echo_struct(validator):
    """Every type in a struct, and structs in structs, come back as they were."""
    call = rpc.proxy(validator, use_builtin_types=True, allow_none=True).validator1
    given = {
        "int": -(2**31),
        "true": True,
        "false": False,
        "text": "a<b&c ]]>",
        "empty": "",
        "double": -1.25,
        "tiny": 1e-300,
        "huge": 1.7976931348623157e308,
        "third": 1 / 3,
        "date": datetime.datetime(2000, 4, 1, 12, 34, 56),
        "bytes": bytes(range(256)),
        "no bytes": b"",
        "array": [1, "two", [3.0, []]],
        "struct": {"": {"a b": {}}},
        "ümläut": "中",
    }
    assert call.echoStructTest(given) == given


def test_nil_is_echoed(validator):
    """Read as nil and written as nil, since nothing else would be the same struct."""
    call = rpc.proxy(validator, allow_none=True).validator1
    assert call.echoStructTest({"nothing": None, "list": [None, 1]}) == {"nothing": None, "list": [None, 1]}


def test_a_member_that_comes_twice_counts_as_it_came_last(validator):
    """As Python's dictionaries have it."""
    twice = "".join(f"<member><name>a</name><value><int>{number}</int></value></member>" for number in (1, 2))
    echoed = rpc.ask(validator.address("http"), "validator1.echoStructTest", rpc.value(f"<struct>{twice}</struct>"))
    assert echoed == {"a": 2}


def test_many_types(validator):
    """Six parameters of six types, back as an array."""
    call = rpc.proxy(validator, use_builtin_types=True).validator1
    given = [2**31 - 1, True, "text", 0.1, datetime.datetime(1998, 7, 17, 14, 55, 33), b"\0\xff"]
    assert call.manyTypesTest(*given) == given


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("19980717T14:55:33", "19980717T14:55:33"),
        ("1998-07-17T14:55:33", "19980717T14:55:33"),
        ("19980717T14:55:33Z", "19980717T14:55:33Z"),
    ],
)
def test_both_ways_to_write_a_date(validator, written, read):
    """With hyphens and without, with the zone that UTC has and with none."""
    date = rpc.value(f"<dateTime.iso8601>{written}</dateTime.iso8601>")
    echoed = rpc.ask(validator.address("http"), "validator1.echoStructTest", rpc.struct(date=date))["date"]
    assert echoed == xmlrpc.client.DateTime(read)


@pytest.mark.parametrize(
    "number",
    ["<i8>2147483648</i8>", "<i8>-9223372036854775808</i8>", "<ex:i8 xmlns:ex='x'>9223372036854775807</ex:i8>"],
)
def test_numbers_over_32_bits_come_back_as_i8(validator, number):
    """Written as such only where they have to be."""
    echoed = rpc.ask(validator.address("http"), "validator1.echoStructTest", rpc.struct(n=rpc.value(number)))
    assert str(echoed["n"]) in number


@pytest.mark.parametrize("count", [1, 2, 150, 10_000])
def test_moderate_size_array(call, count):
    """The first and the last, one after the other."""
    assert call.moderateSizeArrayCheck([f"<{number}>" for number in range(count)]) == f"<0><{count - 1}>"


def test_nested_struct(call):
    """A calendar: the sum of the first of April 2000, whatever else is in it."""
    days = {f"{day:02}": stooges(day, 100 * day, -day) for day in range(1, 31)}
    calendar = {year: {f"{month:02}": days for month in range(1, 13)} for year in ("1999", "2000", "2001")}
    calendar["2000"]["04"] = days | {"01": stooges(5, -7, 100)}
    assert call.nestedStructTest(calendar) == 98


@pytest.mark.parametrize("number", [0, 13, -2_000_000])
def test_simple_struct_return(call, number):
    """Ten, a hundred and a thousand times."""
    assert call.simpleStructReturnTest(number) == {
        "times10": number * 10,
        "times100": number * 100,
        "times1000": number * 1000,
    }


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("easyStructTest", [{"moe": 1}]),
        ("easyStructTest", [stooges("1", 2, 3)]),
        ("easyStructTest", []),
        ("arrayOfStructsTest", [[1]]),
        ("moderateSizeArrayCheck", [[1, 2]]),
        ("nestedStructTest", [{}]),
        ("countTheEntities", [1]),
        ("simpleStructReturnTest", ["1"]),
    ],
    ids=str,
)
def test_bad_parameters_are_a_fault(call, name, parameters):
    """A member that is not there, or of another type."""
    with rpc.fault(rpc.INVALID_PARAMETERS):
        getattr(call, name)(*parameters)
