"""Documents as they should not be: each has its fault, and the next client is served as if nothing had been."""

import pytest

import http_road
import roads
import rpc

MIB = 1 << 20


@pytest.fixture
def address(shared_server) -> roads.Address:
    return shared_server.address("http")


METHOD = "<methodName>last</methodName>"
NOT_WELL_FORMED = [
    "",
    " ",
    "text",
    "<",
    "<methodCall>",
    "<methodCall></methodcall>",
    f"<methodCall>{METHOD}</methodCall",
    "\0",
    f"<methodCall>{METHOD}</methodCall><more/>",
    f"<methodCall>{METHOD}</methodCall>text",
    f"text<methodCall>{METHOD}</methodCall>",
    f"<methodCall a=1>{METHOD}</methodCall>",
    f"<methodCall a='1' a='2'>{METHOD}</methodCall>",
    "<methodCall><methodName>&nosuch;</methodName></methodCall>",
    "<methodCall><methodName>a & b</methodName></methodCall>",
    "<methodCall><methodName>&#0;</methodName></methodCall>",
    "<methodCall><methodName>&#x110000;</methodName></methodCall>",
    f"<!-- -- --><methodCall>{METHOD}</methodCall>",
    f" <?xml version='1.0'?><methodCall>{METHOD}</methodCall>",
    rpc.document("publish", rpc.string("\x01")),
    rpc.document("publish", rpc.string("\x1b[31m")),
    rpc.document("publish", rpc.string("\ufffe")),
    rpc.document("publish", rpc.string("]]>")),
]
DOCTYPES = [
    f"<!DOCTYPE methodCall><methodCall>{METHOD}</methodCall>",
    f'<!DOCTYPE methodCall SYSTEM "file:///etc/passwd"><methodCall>{METHOD}</methodCall>',
    f'<!DOCTYPE methodCall PUBLIC "-//X" "http://127.0.0.1:9/x"><methodCall>{METHOD}</methodCall>',
    f"<?xml version='1.0'?>\n<!-- first -->\n<!DOCTYPE x [<!ENTITY e 'e'>]>\n<methodCall>{METHOD}</methodCall>",
    "<!DOCTYPE x ["
    + "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "lol"}">' for n in range(10))
    + "]>"
    + rpc.document("publish", rpc.string("&l9;"), declaration=""),
    f"<!DOCTYPE x [<!ENTITY q '{'q' * 50_000}'>]>"
    + rpc.document("publish", rpc.string("&q;" * 50_000), declaration=""),
    '<!DOCTYPE x [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]>' + f"<methodCall>{METHOD}</methodCall>",
]
NO_REQUEST = [
    "<call/>",
    "<methodResponse><params/></methodResponse>",
    "<methodCall/>",
    "<methodCall><params/></methodCall>",
    "<methodCall><methodName/></methodCall>",
    "<methodCall><methodName> </methodName></methodCall>",
    "<methodCall><methodName>no such name</methodName></methodCall>",
    "<methodCall><methodName>é</methodName></methodCall>",
    "<methodCall><methodName>a-b</methodName></methodCall>",
    "<methodCall><methodName><b/></methodName></methodCall>",
    f"<methodCall>{METHOD}{METHOD}</methodCall>",
    f"<methodCall>{METHOD}<params/><params/></methodCall>",
    f"<methodCall>{METHOD}<params>text</params></methodCall>",
    f"<methodCall>{METHOD}<params><value/></params></methodCall>",
    f"<methodCall>{METHOD}<params><param/></params></methodCall>",
    f"<methodCall>{METHOD}<params><param><value/><value/></param></params></methodCall>",
    f"<methodCall>{METHOD}<other/></methodCall>",
    f"<methodCall>text{METHOD}</methodCall>",
    rpc.document("publish", rpc.value("<nosuch>1</nosuch>")),
    rpc.document("publish", rpc.value("<int>1</int><int>2</int>")),
    rpc.document("publish", rpc.value("<array/>")),
    rpc.document("publish", rpc.value("<array><data/><data/></array>")),
    rpc.document("publish", rpc.value("<struct><member/></struct>")),
    rpc.document("publish", rpc.value("<struct><member><name>a</name></member></struct>")),
    rpc.document("publish", rpc.value("<string><b/></string>")),
    rpc.document("publish", rpc.value("text<int>1</int>")),
    rpc.document("get", rpc.value("<int></int>")),
    rpc.document("get", rpc.value("<int>one</int>")),
    rpc.document("get", rpc.value("<int>1.5</int>")),
    rpc.document("get", rpc.value("<boolean>2</boolean>")),
    rpc.document("get", rpc.value("<boolean>true</boolean>")),
    rpc.document("get", rpc.value("<double>x</double>")),
    rpc.document("get", rpc.value("<double>nan</double>")),
    rpc.document("get", rpc.value("<double>1e999</double>")),
    rpc.document("get", rpc.value("<dateTime.iso8601>today</dateTime.iso8601>")),
    rpc.document("get", rpc.value("<dateTime.iso8601>20000230T00:00:00</dateTime.iso8601>")),
    rpc.document("publish", rpc.value("<base64>*</base64>")),
    rpc.document("publish", rpc.value("<base64>AAA</base64>")),
    rpc.document("publish", rpc.value("<nil>1</nil>")),
]
OUT_OF_RANGE = [
    "<int>2147483648</int>",
    "<i4>-2147483649</i4>",
    "<int>99999999999999999999</int>",
    "<i8>9223372036854775808</i8>",
]


def brief(text: object) -> str:
    return ascii(text)[:60]


@pytest.mark.parametrize("text", NOT_WELL_FORMED, ids=brief)
def test_what_is_not_well_formed_is_fault_32700(address, text):
    """Whatever breaks the rules of XML."""
    assert rpc.fault_code(http_road.post(address, text.encode())) in (rpc.NOT_WELL_FORMED, rpc.INVALID_CHARACTER)


@pytest.mark.parametrize("text", DOCTYPES, ids=brief)
def test_a_doctype_is_refused_before_anything_is_expanded(shared_server, address, text):
    """Entities, near or far, a billion laughs or one of 2.5 GB: nothing is read, and memory does not grow."""
    before = shared_server.resident_mib()
    assert rpc.fault_code(http_road.post(address, text.encode())) == rpc.NOT_WELL_FORMED
    assert shared_server.resident_mib() - before < 50


@pytest.mark.parametrize("text", NO_REQUEST, ids=brief)
def test_what_is_xml_but_no_request_is_a_fault_that_says_so(address, text):
    """-32600, or -32602 where it is a value that is wrong."""
    code = rpc.fault_code(http_road.post(address, text.encode()))
    assert code in (rpc.INVALID_REQUEST, rpc.INVALID_PARAMETERS)


@pytest.mark.parametrize("number", OUT_OF_RANGE)
def test_a_number_out_of_its_range_is_fault_32602(address, number):
    """One above the highest, one below the lowest."""
    assert rpc.fault_code(http_road.post(address, rpc.call("get", rpc.value(number)))) == rpc.INVALID_PARAMETERS


ENCODINGS = [
    ("utf-16", "utf-16"),
    ("iso-8859-1", "iso-8859-1"),
    ("utf-8", "utf-8-sig"),
    ("UTF-8", "utf-8"),
    ("us-ascii", "ascii"),
]


@pytest.mark.parametrize(("name", "encoding"), ENCODINGS, ids=str)
def test_every_encoding_of_the_page_is_read(server, name, encoding):
    """With the declaration's name, and with a byte order mark where there is one."""
    text = "hello" if encoding == "ascii" else "Käse"
    body = rpc.document("publish", rpc.string(text), declaration=f'<?xml version="1.0" encoding="{name}"?>')
    identifier = rpc.result(http_road.post(server.address("http"), body.encode(encoding)))
    assert server.tcp.ask(b"3:%d" % identifier).endswith(b":" + text.encode())


def test_an_encoding_that_nobody_knows_is_fault_32701(address):
    """The name stands in the declaration."""
    body = rpc.document("last", declaration='<?xml version="1.0" encoding="x-klingon"?>').encode()
    assert rpc.fault_code(http_road.post(address, body)) == rpc.UNSUPPORTED_ENCODING


@pytest.mark.parametrize("text", [b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xc0\xaf", b"\xf4\x90\x80\x80"], ids=repr)
def test_bytes_that_are_no_utf8_are_fault_32702(address, text):
    """In the middle of a string: the encoding is not what the document says."""
    body = rpc.call("publish", rpc.string("@")).replace(b"@", text)
    assert rpc.fault_code(http_road.post(address, body)) in (rpc.INVALID_CHARACTER, rpc.NOT_WELL_FORMED)


GOOD = [
    (
        "<methodCall><methodName>publish</methodName><params><param><value>bare</value></param></params></methodCall>",
        b"bare",
    ),
    (rpc.document("publish", "<value/>"), b""),
    (rpc.document("publish", rpc.value("<string/>")), b""),
    (rpc.document("publish", rpc.string("<![CDATA[<&>]]>")), b"<&>"),
    (rpc.document("publish", rpc.string(" a ")), b" a "),
    (rpc.document("publish", rpc.string("a<!-- b -->c")), b"ac"),
    (rpc.document("publish", rpc.string("&#x1F44B;")), "👋".encode()),
    (rpc.document("publish", rpc.value("<base64>aGVs\n bG8=\r\n</base64>")), b"hello"),
    (
        "<?xml version='1.0'?><?pi x?><!-- c --><methodCall>\n <methodName>publish</methodName>\n <params>\n"
        "  <param>\n   <value>\n<string>x</string>\n</value>\n  </param>\n </params>\n</methodCall>\n<!-- end -->\n",
        b"x",
    ),
]


@pytest.mark.parametrize(("text", "body"), GOOD, ids=brief)
def test_what_looks_odd_and_is_allowed_is_read(server, text, body):
    """Bare text, empty elements, CDATA, comments, references, white space between elements."""
    identifier = rpc.result(http_road.post(server.address("http"), text.encode()))
    assert server.tcp.ask(b"3:%d" % identifier).split(b":", 4)[4] == body


NUMBERS = [
    "<int>1</int>",
    "<i4>1</i4>",
    "<i8>1</i8>",
    "<int>+1</int>",
    "<i4>0001</i4>",
    "<i1>1</i1>",
    "<i2>1</i2>",
    '<ex:i8 xmlns:ex="http://ws.apache.org/xmlrpc/namespaces/extensions">1</ex:i8>',
    "<biginteger>1</biginteger>",
]


@pytest.mark.parametrize("number", NUMBERS)
def test_every_way_to_write_an_integer_is_read(server, number):
    """Signs, leading zeros, and the extensions that others send."""
    server.tcp.ask(b"1:hello")
    assert rpc.ask(server.address("http"), "get", rpc.value(number))[3] == "hello"


def test_a_call_without_params_is_one(address):
    """The element may be left out when there are none."""
    body = f"<methodCall>{METHOD}</methodCall>".encode()
    assert isinstance(rpc.result(http_road.post(address, body)), list)


@pytest.mark.parametrize("depth", [1_000, 10_000, 100_000])
def test_a_deep_document_is_refused_and_harms_nobody(shared_server, address, depth):
    """Arrays in arrays, and elements in elements: a fault, and no stack is run through."""
    deep = "<value><array><data>" * depth + "</data></array></value>" * depth
    for body in (rpc.document("publish", deep), "<a>" * depth + "</a>" * depth, "<methodCall>" * depth):
        assert rpc.fault_code(http_road.post(address, body.encode())) < -32000
    rpc.assert_serves(shared_server)


def test_a_document_of_very_many_values_is_refused(shared_server, address):
    """Hundreds of thousands of the smallest values: a fault, and memory is given back."""
    body = rpc.call("publish", rpc.array("<value/>" * 800_000))
    assert rpc.fault_code(http_road.post(address, body)) < -32000
    rpc.assert_serves(shared_server)


def test_a_very_long_name_is_refused(address):
    """A method's name of a megabyte, and an element's."""
    for body in (rpc.call("m" * MIB), b"<" + b"e" * MIB + b"/>", b"<methodCall " + b"a='b' " * 100_000 + b"/>"):
        assert http_road.post(address, body).status in (200, 413)
        assert rpc.fault_code(http_road.post(address, body)) < -32000


@pytest.mark.parametrize("count", [200])
def test_random_bytes_in_a_document_are_answered_by_a_fault_or_a_value(shared_server, address, seeded, count):
    """A good call with bytes changed, cut or doubled: always a whole methodResponse."""
    good = rpc.document(
        "last", rpc.value("<i4>1</i4>"), rpc.struct(a=rpc.string("x&amp;"), b=rpc.value("<nil/>"))
    ).encode()
    with http_road.Connection(address) as connection:
        for _ in range(count):
            body = bytearray(good)
            for _ in range(seeded.randrange(1, 6)):
                body[seeded.randrange(len(body))] = seeded.randrange(256)
            answer = connection.ask(http_road.request(bytes(body)))
            assert answer.status == 200 and answer.body.rstrip().endswith(b"</methodResponse>"), bytes(body)
    rpc.assert_serves(shared_server)
