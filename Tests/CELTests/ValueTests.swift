import CEL
import Testing

// Expression and value, in CEL text. The rules are those of the language definition.
@Suite struct ValueTests {
    @Test(arguments: [
        ("null", "null"), ("true", "true"), ("false", "false"), ("0", "0"), ("42", "42"), ("-42", "-42"),
        ("- 42", "-42"),
        ("0x1F", "31"), ("-0x10", "-16"), ("0xffu", "255u"), ("7u", "7u"), ("7U", "7u"),
        ("9223372036854775807", "9223372036854775807"), ("-9223372036854775808", "-9223372036854775808"),
        ("18446744073709551615u", "18446744073709551615u"), ("1.5", "1.5"), ("-1.5", "-1.5"), (".5", "0.5"),
        ("1e3", "1000.0"), ("1E-2", "0.01"), ("1.25e+2", "125.0"), ("12e0", "12.0"), ("007", "7"),
        ("[]", "[]"), ("[1, 'a', null]", "[1, \"a\", null]"), ("[1, 2,]", "[1, 2]"), ("{}", "{}"),
        ("{'a': 1, 'b': 2,}", "{\"a\": 1, \"b\": 2}"), ("{1: 2, 3u: 4, true: 5}", "{1: 2, 3u: 4, true: 5}"),
        ("// a comment\n 1 // and another", "1"), ("\t1\r\n\u{0C}+ 1", "2"), ("[ [ 1 ] ] [ 0 ] [ 0 ]", "1"),
        ("int", "int"), ("null_type", "null_type"), (".x", "7"),
    ])
    func literals(_ source: String, _ value: String) { #expect(outcome(of: source) == value) }

    @Test(arguments: [
        (#"'one'"#, "one"), (#""two""#, "two"), (#"'''three'''"#, "three"), (#""""four""""#, "four"),
        (#"'''it's "fine"'''"#, "it's \"fine\""), ("'''a\nb'''", "a\nb"), ("\"\"\"a\r\nb\"\"\"", "a\r\nb"),
        (#"r'\n'"#, "\\n"), (#"R"\d+""#, "\\d+"), (#"r'''\'''"#, "\\"),
        (#"'\a\b\f\n\r\t\v'"#, "\u{7}\u{8}\u{C}\n\r\t\u{B}"),
        (#"'\\ \? \" \' \`'"#, "\\ ? \" ' `"), (#"'\x41\X42'"#, "AB"), (#"'\xFF'"#, "\u{FF}"),
        (#"'\101\377'"#, "A\u{FF}"),
        (#"'\u00e9'"#, "\u{E9}"), (#"'\U0001F431'"#, "\u{1F431}"), ("'\u{1F431}'", "\u{1F431}"), (#"''"#, ""),
        (#""""""""#, ""),
    ])
    func texts(_ source: String, _ text: String) throws {
        #expect(try CELExpression(source, in: environment).evaluate([:]) == .string(text))
    }

    @Test(
        arguments: [
            (#"b'abc'"#, [97, 98, 99]), (#"B"\xFF\000""#, [255, 0]), (#"b'\377'"#, [255]), ("b'\u{E9}'", [195, 169]),
            (#"br'\n'"#, [92, 110]), (#"bR"""x""""#, [120]), (#"b''"#, []), (#"bytes('\xff')"#, [195, 191]),
            (#"b'a' + b'b'"#, [97, 98]),
        ] as [(String, [UInt8])])
    func bytes(_ source: String, _ bytes: [UInt8]) throws {
        #expect(try CELExpression(source, in: environment).evaluate([:]) == .bytes(bytes))
    }

    @Test(arguments: [
        ("1 + 2 * 3", "7"), ("(1 + 2) * 3", "9"), ("10 - 3 - 2", "5"), ("100 / 10 / 2", "5"), ("7 % 4", "3"),
        ("-7 % 4", "-3"),
        ("-7 / 2", "-3"), ("7 / -2", "-3"), ("2 * -3", "-6"), ("- x", "-7"), ("--x", "7"), ("-(-3)", "3"),
        ("5u - 3u", "2u"),
        ("7u / 2u", "3u"), ("7u % 4u", "3u"), ("1.0 / 0.0", "inf"), ("-1.0 / 0.0", "-inf"),
        ("0.1 + 0.2", "0.30000000000000004"),
        ("'a' + 'b' + 'c'", "\"abc\""), ("[1] + [2, 3]", "[1, 2, 3]"), ("[] + []", "[]"),
        ("1 + 2 == 3 && true", "true"),
        ("!true", "false"), ("!!true", "true"), ("!!!true", "false"), ("true ? 1 : 2", "1"), ("false ? 1 : 2", "2"),
        ("false ? 1 : false ? 2 : 3", "3"), ("true ? 'cows' : 17", "\"cows\""), ("1 < 2 ? 'y' : 'n'", "\"y\""),
        ("x in [1, 7]", "true"), ("2 in [1.0, 2.0]", "true"), ("'a' in {'a': null}", "true"),
        ("'b' in {'a': 1}", "false"),
        ("'ref' in claims", "true"), ("1 in claims", "false"), ("1u in {1: 2}", "true"), ("[1] in [[1]]", "true"),
        ("1 in []", "false"),
    ])
    func operators(_ source: String, _ value: String) { #expect(outcome(of: source) == value) }

    @Test(arguments: [
        ("1 == 1", true), ("1 == 2", false), ("1 != 2", true), ("1 == 1u", true), ("1 == 1.0", true),
        ("1u == 1.0", true),
        ("1 == 1.5", false), ("2u == 2.5", false), ("-1 == 18446744073709551615u", false),
        ("9007199254740993 == 9007199254740992.0", false), ("9223372036854775807 == 9223372036854775808.0", false),
        ("18446744073709551615u == 18446744073709551616.0", false), ("0.0 == -0.0", true),
        ("0.0/0.0 == 0.0/0.0", false),
        ("0.0/0.0 != 0.0/0.0", true), ("'a' == 'a'", true), ("'a' == 'A'", false), (#"'\u00e9' == 'e\u0301'"#, false),
        (#"'\u212a' == 'K'"#, false), ("'1' == 1", false), ("null == null", true), ("null == 0", false),
        ("claims.nothing == null", true),
        ("true == 1", false), ("b'a' == b'a'", true), ("b'a' == 'a'", false), ("[] == []", true),
        ("[1, 2] == [1.0, 2u]", true),
        ("[1, 2] == [2, 1]", false), ("[1] == [1, 2]", false), ("['case'] == ['cAse']", false), ("{} == {}", true),
        ("{'a': 1, 'b': 2} == {'b': 2, 'a': 1}", true), ("{'a': 1} == {'a': 2}", false),
        ("{'a': 1} == {'a': 1, 'b': 2}", false),
        ("{'k': true} == {'k1': true}", false), ("{1: 1.0} == {1u: 1}", true), ("[[]] != [[]]", false),
        ("int == int", true),
        ("type(1) == int", true), ("type(1) == uint", false), ("claims.groups == ['dev', 'ops']", true),
        ("claims.nested == {'list': [1, 2, 3], 'deep': {'deeper': 'down'}}", true), ("claims == {}", false),
        ("{} == []", false),
        (#"claims.kelvin == "K""#, false), (#"claims.composed == "e\u0301""#, false),
        (#"claims.composed == "\u00e9""#, true),
    ])
    func equality(_ source: String, _ value: Bool) { #expect(outcome(of: source) == "\(value)") }

    @Test(arguments: [
        ("1 < 2", true), ("2 < 1", false), ("1 <= 1", true), ("1 >= 2", false), ("2 > 1", true), ("-1 < 0u", true),
        ("0u > -1", true),
        ("1 < 1.5", true), ("1.5 > 1", true), ("2 <= 1.5", false), ("-1 > -1.5", true), ("-2 < -1.5", true),
        ("0u > -0.5", true),
        ("9007199254740993 > 9007199254740992.0", true), ("9223372036854775807 < 9223372036854775808.0", true),
        ("-9223372036854775808 >= -9223372036854775808.0", true), ("18446744073709551615u < 1e30", true),
        ("1 > -1e30", true),
        ("1 < 0.0/0.0", false), ("1 >= 0.0/0.0", false), ("0.0/0.0 <= 0.0/0.0", false), ("-0.0 < 0.0", false),
        ("false < true", true),
        ("true < true", false), ("true >= false", true), ("'a' < 'b'", true), ("'abc' < 'abcd'", true),
        ("'Abc' < 'aBC'", true),
        ("'a' < '\u{E1}'", true), ("'z' < '\u{E1}'", true), ("'\u{FFFF}' < '\u{1F431}'", true), ("'' < ''", false),
        ("'' <= ''", true),
        ("b'a' < b'b'", true), ("b'ab' > b'b'", false), (#"b'\x00\x01' > b'\x01'"#, false), ("b'' < b'a'", true),
    ])
    func order(_ source: String, _ value: Bool) { #expect(outcome(of: source) == "\(value)") }

    @Test(arguments: [
        ("claims.ref", "\"refs/heads/main\""), ("claims['ref']", "\"refs/heads/main\""),
        ("claims.run_attempt + 1", "3"),
        ("claims.ratio", "1.5"), ("claims.nested.deep.deeper", "\"down\""), ("claims.nested.list[1]", "2"),
        ("claims.nested['deep']['deeper']", "\"down\""), ("claims.namespace", "\"payments\""),
        ("claims.`content-type`", "\"text\""),
        ("has(claims.ref)", "true"), ("has(claims.absent)", "false"), ("has(claims.nothing)", "true"),
        ("has(claims.nested.deep.deeper)", "true"), ("has({'a': 1}.b)", "false"), ("claims.groups[0]", "\"dev\""),
        ("claims.groups[1u]", "\"ops\""), ("[1, 2, 3][2.0]", "3"), ("{1: 'a'}[1u]", "\"a\""), ("{2u: 'b'}[2]", "\"b\""),
        ("{3: 'c'}[3.0]", "\"c\""), ("{true: 5}[true]", "5"), ("{'a': {'b': [7]}}.a.b[0]", "7"),
        ("request.audience", "\"https://api.example\""),
        ("provider", "\"github-actions\""), ("{'map': 1}.map", "1"),
        ("claims.repository_id == '456789' && claims.ref == 'refs/heads/main'", "true"),
    ])
    func access(_ source: String, _ value: String) { #expect(outcome(of: source) == value) }

    @Test(arguments: [
        ("size('')", "0"), ("size('abc')", "3"), ("size('\u{1F431}\u{1F431}')", "2"), (#"size('e\u0301')"#, "2"),
        ("'abc'.size()", "3"),
        ("size(b'\u{1F431}')", "4"), ("size([1, 2])", "2"), ("size({1: 2})", "1"), ("claims.groups.size()", "2"),
        ("size(claims)", "13"),
        ("'foobar'.startsWith('foo')", "true"), ("'foobar'.startsWith('bar')", "false"),
        ("'foobar'.startsWith('')", "true"),
        ("'foobar'.endsWith('bar')", "true"), ("'foobar'.endsWith('')", "true"), ("'a'.endsWith('ba')", "false"),
        ("'foobar'.contains('oba')", "true"), ("'foobar'.contains('')", "true"), ("''.contains('')", "true"),
        ("''.contains('a')", "false"),
        ("'aaab'.contains('aab')", "true"), (#"'e\u0301'.startsWith('e')"#, "true"),
        ("'abababac'.contains('ababac')", "true"),
        ("'A\u{E9}Z'.lowerAscii()", "\"a\u{E9}z\""), ("'a\u{E9}z'.upperAscii()", "\"A\u{E9}Z\""),
        ("'a,b,c'.split(',')", "[\"a\", \"b\", \"c\"]"),
        ("'a,b,c'.split(',', 2)", "[\"a\", \"b,c\"]"), ("'a,b'.split(',', 0)", "[]"),
        ("'a,b'.split(',', 1)", "[\"a,b\"]"),
        ("'a,b'.split(',', -1)", "[\"a\", \"b\"]"), ("'abc'.split('')", "[\"a\", \"b\", \"c\"]"),
        ("'abc'.split('', 2)", "[\"a\", \"bc\"]"),
        ("''.split(',')", "[\"\"]"), ("''.split('')", "[]"), ("',a,'.split(',')", "[\"\", \"a\", \"\"]"),
        ("['a', 'b'].join('-')", "\"a-b\""), ("['a', 'b'].join()", "\"ab\""), ("[].join('-')", "\"\""),
        ("claims.groups.join(',')", "\"dev,ops\""),
        ("int(42u)", "42"), ("int(1.9)", "1"), ("int(-7.9)", "-7"), ("int('987')", "987"), ("int('-5')", "-5"),
        ("int(5)", "5"),
        ("int(double(36028797018963969))", "36028797018963968"), ("int(9223372036854775807u)", "9223372036854775807"),
        ("uint(1729)", "1729u"), ("uint(3.99)", "3u"), ("uint('300')", "300u"), ("uint(1e19)", "10000000000000000000u"),
        ("uint(double(36028797018963969u))", "36028797018963968u"), ("double(0)", "0.0"), ("double(123u)", "123.0"),
        ("double('6.02214e23')", "6.02214e+23"), ("double('-0.0') == 0.0", "true"),
        ("double('NaN') == double('NaN')", "false"),
        ("double(9223372036854775807) == 9223372036854775808.0", "true"), ("string(123)", "\"123\""),
        ("string(-456)", "\"-456\""),
        ("string(9876u)", "\"9876\""), ("string(123.456)", "\"123.456\""), ("string(-4.5e-3)", "\"-0.0045\""),
        ("string(5.0)", "\"5\""),
        ("string(b'abc')", "\"abc\""), (#"string(b'\303\277')"#, "\"\u{FF}\""), ("string(true)", "\"true\""),
        ("string('x')", "\"x\""),
        ("bool('true')", "true"), ("bool('FALSE')", "false"), ("bool('1')", "true"), ("bool('f')", "false"),
        ("bool(true)", "true"),
        ("bytes('a') == b'a'", "true"), ("type('')", "string"), ("type(b'')", "bytes"), ("type([])", "list"),
        ("type({})", "map"),
        ("type(null)", "null_type"), ("type(1.0)", "double"), ("type(type(1))", "type"), ("type(type) == type", "true"),
        ("type(claims.groups) == list", "true"), ("dyn(1) == 1u", "true"), ("type(dyn([1, 'one']))", "list"),
    ])
    func functions(_ source: String, _ value: String) { #expect(outcome(of: source) == value) }

    @Test(arguments: [
        ("[1, 2, 3].all(e, e > 0)", "true"), ("[1, 2, 3].all(e, e == 2)", "false"), ("[].all(e, e > 0)", "true"),
        ("[1, 'foo', 3].all(e, e == 1)", "false"), ("[1, 2, 3].all(e, 6 / (2 - e) == 6)", "false"),
        ("{'a': 1}.all(k, k == 'a')", "true"),
        ("[1, 2, 3].exists(e, e == 2)", "true"), ("[1, 2, 3].exists(e, e > 3)", "false"),
        ("[].exists(e, e == 2)", "false"),
        ("[1, 'foo', 3].exists(e, e + 1 == 4)", "true"), ("{'key1': 1, 'key2': 2}.exists(k, k == 'key2')", "true"),
        ("{'key': 1, 1: 21}.exists(k, k != 2)", "true"), ("claims.groups.exists(g, g == 'ops')", "true"),
        ("[7].exists_one(a, a == 7)", "true"), ("[8].exists_one(a, a == 7)", "false"),
        ("[7, 7].exists_one(a, a == 7)", "false"),
        ("[].exists_one(a, a == 7)", "false"), ("[3].map(n, n * n)", "[9]"), ("[].map(n, n / 2)", "[]"),
        ("[2, 4, 6].map(n, n / 2)", "[1, 2, 3]"),
        ("[1, 2, 3].map(n, n > 1, n * 10)", "[20, 30]"), ("{1: 1, 2: 4}.map(k, k + 1)", "[2, 3]"),
        ("[0, 1, 2, 3, 4].filter(n, n % 2 == 1)", "[1, 3]"),
        ("{0: 10, 1: 11}.filter(k, k == 1)", "[1]"), ("[[1, 2], [3]].map(l, l.map(e, e + x))", "[[8, 9], [10]]"),
        ("[1, 2].map(x, [3, 4].map(y, x * y))", "[[3, 4], [6, 8]]"), ("[1].map(x, [2].map(x, x))", "[[2]]"),
        ("[5].all(x, x == 5) && x == 7", "true"),
        ("claims.groups.map(g, g + '!').filter(g, g.startsWith('d'))", "[\"dev!\"]"),
        ("numbers.filter(n, n >= 2)", "[3, 2]"),
        ("claims.exists(k, k == 'ref')", "true"), ("[1, 2, 3].map(i, numbers[i - 1])", "[3, 1, 2]"),
    ])
    func macros(_ source: String, _ value: String) { #expect(outcome(of: source) == value) }

    @Test(arguments: [
        ("false && 1 / 0 == 1", "false"), ("1 / 0 == 1 && false", "false"), ("true || 1 / 0 == 1", "true"),
        ("1 / 0 == 1 || true", "true"),
        ("claims.absent == 'x' || claims.ref == 'refs/heads/main'", "true"),
        ("(2 / 0 > 3 ? false : true) && false", "false"),
        ("false && claims.absent.deeper", "false"), ("claims.ref || true", "true"), ("claims.ref && false", "false"),
        ("1/0 == 1 || claims.absent == 1 || true", "true"),
    ])
    func absorption(_ source: String, _ value: String) { #expect(outcome(of: source) == value) }
}
