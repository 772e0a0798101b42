"""JSON from outside: one meaning, or none."""

from pole.wire import json_reader

GOOD = (
    ("{}", {}),
    (' { "a" : [ 1 , -2 , 0 ] , "b" : { } }\n', {"a": [1, -2, 0], "b": {}}),
    ("[true,false,null,[]]", [True, False, None, []]),
    ('"a\\"\\\\\\/\\b\\f\\n\\r\\tz"', 'a"\\/\b\f\n\r\tz'),
    ('"\\u0041\\u00e9\\u092c"', "A\u00e9\u092c"),
    ('"\\ud83d\\udca1!"', "\U0001f4a1!"),
    ('"बत्ती\U0001f4a1"', "बत्ती\U0001f4a1"),
    ("999999999999999", 999999999999999),
    ('{"":""}', {"": ""}),
)
BAD = (
    "", " ", "{", "[", '"', '"a', "{]", "[1,]", "[,1]", "[1 2]", '{"a" 1}', '{"a":1,}', '{"a":1 "b":2}',
    "{a:1}", "{'a':1}",
    '{"a":1,"a":2}', "[1]x", "nul", "NaN", "Infinity", "-", "01", "-01", "1.", ".5", "1e", "1e+", "+1", "0x10", '"\\x"',
    '"\\u12"', '"\\u12g4"', '"\\ud83d"', '"\\ud83dx"', '"\\ud83d\\u0041"', '"\\udca1"', '"\n"', '"a\tb"', '"\x00"',
    '"a\\"',
    "[[[[[[[[[1]]]]]]]]]", "[" * 5000, '{"a":' * 300, "true false", "\ufeff{}", "१",
)  # fmt: skip


def test_what_is_json_is_read():
    for text, value in GOOD:
        assert json_reader.parse(text) == value, text
        assert json_reader.parse(text.encode()) == json_reader.parse(bytearray(text.encode())) == value, text


def test_what_is_not_is_refused():
    for text in BAD:
        try:
            json_reader.parse(text)
        except ValueError:
            continue
        raise AssertionError("taken: " + text[:40])


def test_a_number_that_no_field_has_stays_text():
    for text in ("1.5", "-0.0", "1e3", "1E-2", "50.0", "1234567890123456", "-" + "9" * 400, "1e999999999"):
        value = json_reader.parse("[" + text + "]")[0]
        assert isinstance(value, json_reader.Real) and value.text == text
    assert json_reader.parse("-5") == -5


def test_depth_that_is_allowed():
    assert json_reader.parse("[[[[[[[[]]]]]]]]") == [[[[[[[[]]]]]]]]


def test_bytes_that_are_not_utf_8_are_refused():
    for data in (
        b'"\xff"',
        b'"\xe0"',
        b'"\xe0\xa4"',
        b'"\xc0\xaf"',
        b'"\xed\xa0\x80"',
        b"\xff",
        b"[1\xa0]",
        b'"\xe0\\n\xa4"',
    ):
        try:
            json_reader.parse(data)
        except ValueError:
            continue
        raise AssertionError(data)
