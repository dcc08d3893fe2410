import StrictJSON
import Testing

/// What RFC 8259 does not allow, and where it leaves readers to differ, what we refuse: each with the exact place.
@Suite("Documents that are refused")
struct RefusalTests {
    @Test(
        "texts",
        arguments: [
            // Structure
            ("", .unexpectedEnd, 0),
            (" \t\r\n", .unexpectedEnd, 4),
            ("\u{0B}1", .unexpectedByte, 0),
            ("\u{A0}1", .unexpectedByte, 0),
            ("\u{2028}1", .unexpectedByte, 0),
            ("\0", .unexpectedByte, 0),
            ("1\0", .trailingBytes, 1),
            ("[", .unexpectedEnd, 1),
            ("]", .unexpectedByte, 0),
            ("[1", .unexpectedEnd, 2),
            ("[1,", .unexpectedEnd, 3),
            ("[1,]", .unexpectedByte, 3),
            ("[,1]", .unexpectedByte, 1),
            ("[1,,2]", .unexpectedByte, 3),
            ("[1 2]", .unexpectedByte, 3),
            ("[1}", .unexpectedByte, 2),
            ("[1]]", .trailingBytes, 3),
            ("[1] x", .trailingBytes, 4),
            ("1 2", .trailingBytes, 2),
            ("{}{}", .trailingBytes, 2),
            ("null,", .trailingBytes, 4),
            ("{", .unexpectedEnd, 1),
            ("}", .unexpectedByte, 0),
            ("{,}", .unexpectedByte, 1),
            ("{1:2}", .unexpectedByte, 1),
            ("{a:2}", .unexpectedByte, 1),
            ("{'a':2}", .unexpectedByte, 1),
            (#"{"a"}"#, .unexpectedByte, 4),
            (#"{"a" 1}"#, .unexpectedByte, 5),
            (#"{"a"::1}"#, .unexpectedByte, 5),
            (#"{"a":}"#, .unexpectedByte, 5),
            (#"{"a":1,}"#, .unexpectedByte, 7),
            (#"{"a":1;"b":2}"#, .unexpectedByte, 6),
            (#"{"a":1]"#, .unexpectedByte, 6),
            (#"{"a":1"#, .unexpectedEnd, 6),
            (#"{"a":"#, .unexpectedEnd, 5),
            (#"{"a""#, .unexpectedEnd, 4),
            (#"{"a":1,"#, .unexpectedEnd, 7),
            ("// comment\n1", .unexpectedByte, 0),
            ("/* comment */1", .unexpectedByte, 0),
            ("[1] // comment", .trailingBytes, 4),
            // Names that are no values
            ("True", .unexpectedByte, 0),
            ("nul", .unexpectedEnd, 3),
            ("nulL", .unexpectedByte, 3),
            ("tru3", .unexpectedByte, 3),
            ("falsey", .trailingBytes, 5),
            ("[truefalse]", .unexpectedByte, 5),
            ("NaN", .unexpectedByte, 0),
            ("Infinity", .unexpectedByte, 0),
            ("undefined", .unexpectedByte, 0),
            // Numbers
            ("-", .unexpectedEnd, 1),
            ("--1", .badNumber, 1),
            ("-a", .badNumber, 1),
            ("-Infinity", .badNumber, 1),
            ("+1", .unexpectedByte, 0),
            (".5", .unexpectedByte, 0),
            ("-.5", .badNumber, 1),
            ("01", .badNumber, 1),
            ("-01", .badNumber, 2),
            ("00", .badNumber, 1),
            ("1.", .unexpectedEnd, 2),
            ("[1.]", .badNumber, 3),
            ("1.e5", .badNumber, 2),
            ("1..2", .badNumber, 2),
            ("1.2.3", .trailingBytes, 3),
            ("1e", .unexpectedEnd, 2),
            ("1e+", .unexpectedEnd, 3),
            ("1E-x", .badNumber, 3),
            ("1e1.5", .trailingBytes, 3),
            ("0x10", .trailingBytes, 1),
            ("1_000", .trailingBytes, 1),
            ("1a", .trailingBytes, 1),
            ("[1a]", .unexpectedByte, 2),
            ("\u{0661}", .unexpectedByte, 0),
            // Texts
            (#"""#, .unexpectedEnd, 1),
            (#""abc"#, .unexpectedEnd, 4),
            (#""abc\""#, .unexpectedEnd, 6),
            (#""\"#, .unexpectedEnd, 2),
            ("'a'", .unexpectedByte, 0),
            (#""a"b"#, .trailingBytes, 3),
            ("\"a\nb\"", .controlCharacter, 2),
            ("\"a\tb\"", .controlCharacter, 2),
            ("\"\0\"", .controlCharacter, 1),
            ("\"\u{1F}\"", .controlCharacter, 1),
            ("\"\\n\u{01}\"", .controlCharacter, 3),
            (#""\x41""#, .badEscape, 1),
            (#""\'""#, .badEscape, 1),
            (#""\a""#, .badEscape, 1),
            (#""\0""#, .badEscape, 1),
            (#""\U0041""#, .badEscape, 1),
            (#""ab\u12""#, .badEscape, 3),
            (#""\u12G4""#, .badEscape, 1),
            (#""\u+123""#, .badEscape, 1),
            (#""\u{41}""#, .badEscape, 1),
            (#""\u12"#, .unexpectedEnd, 5),
            (#""\uD800""#, .loneSurrogate, 1),
            (#""a\uDC00""#, .loneSurrogate, 2),
            (#""\uDFFF\uD800""#, .loneSurrogate, 1),
            (#""\uD800\uD800""#, .loneSurrogate, 1),
            (#""\uD800\u0041""#, .loneSurrogate, 1),
            (#""\uD800x""#, .loneSurrogate, 1),
            (#""\uD800\n""#, .loneSurrogate, 1),
            (#""\uD800\u00""#, .badEscape, 7),
            (#""\uD800\"#, .unexpectedEnd, 8),
            (#""\uD800"#, .unexpectedEnd, 7),
            // Names that come twice
            (#"{"a":1,"a":1}"#, .duplicateMember, 7),
            (#"{"a":1,"b":2,"a":3}"#, .duplicateMember, 13),
            (#"{"a":1,"\u0061":2}"#, .duplicateMember, 7),
            (#"{"":1,"":2}"#, .duplicateMember, 6),
            (#"{"x":{"iss":1,"\u0069ss":2}}"#, .duplicateMember, 14),
            (#"[{"é":1,"\u00e9":2}]"#, .duplicateMember, 9),
            (#"{"😀":1,"\ud83d\ude00":2}"#, .duplicateMember, 10),
        ] as [(String, JSONError.Reason, Int)])
    func text(_ text: String, is reason: JSONError.Reason, at offset: Int) {
        #expect(refusal(Array(text.utf8)) == JSONError(reason, at: offset))
    }

    @Test(
        "bytes that are not UTF-8 (RFC 3629 §3)",
        arguments: [
            ("byte order mark", [0xEF, 0xBB, 0xBF, 0x31], .byteOrderMark, 0),
            ("only a byte order mark", [0xEF, 0xBB, 0xBF], .byteOrderMark, 0),
            ("UTF-16, little endian", [0xFF, 0xFE, 0x31, 0x00], .unexpectedByte, 0),
            ("UTF-16 without mark", [0x00, 0x31], .unexpectedByte, 0),
            ("a continuation alone", [0x22, 0x80, 0x22], .notUTF8, 1),
            ("overlong slash, two bytes", [0x22, 0x61, 0xC0, 0xAF, 0x22], .notUTF8, 2),
            ("overlong quote", [0x22, 0xC0, 0xA2, 0x22], .notUTF8, 1),
            ("overlong, three bytes", [0x22, 0xE0, 0x80, 0xAF, 0x22], .notUTF8, 1),
            ("overlong, four bytes", [0x22, 0xF0, 0x80, 0x80, 0xAF, 0x22], .notUTF8, 1),
            ("a surrogate", [0x22, 0xED, 0xA0, 0x80, 0x22], .notUTF8, 1),
            ("above U+10FFFF", [0x22, 0xF4, 0x90, 0x80, 0x80, 0x22], .notUTF8, 1),
            ("a five-byte form", [0x22, 0xF8, 0x88, 0x80, 0x80, 0x80, 0x22], .notUTF8, 1),
            ("cut short by the quote", [0x22, 0x61, 0xE2, 0x82, 0x22], .notUTF8, 2),
            ("cut short by an escape", [0x22, 0xE2, 0x82, 0x5C, 0x6E, 0x22], .notUTF8, 1),
            ("after an escape", [0x22, 0x5C, 0x6E, 0x61, 0xFF, 0x22], .notUTF8, 4),
            ("in a member name", [0x7B, 0x22, 0xFF, 0x22, 0x3A, 0x31, 0x7D], .notUTF8, 2),
            ("outside a text", [0x5B, 0xC3, 0xA9, 0x5D], .unexpectedByte, 1),
        ] as [(String, [UInt8], JSONError.Reason, Int)])
    func bytes(_ what: String, _ bytes: [UInt8], is reason: JSONError.Reason, at offset: Int) {
        #expect(refusal(bytes) == JSONError(reason, at: offset))
    }

    @Test(
        "documents that had to be objects",
        arguments: [
            ("[]", .notAnObject, 0), (" 1", .notAnObject, 1), ("null", .notAnObject, 0), (#""{}""#, .notAnObject, 0),
            ("", .unexpectedEnd, 0), ("  ", .unexpectedEnd, 2), ("{}x", .trailingBytes, 2), ("{", .unexpectedEnd, 1),
        ] as [(String, JSONError.Reason, Int)])
    func notAnObject(_ text: String, is reason: JSONError.Reason, at offset: Int) {
        let error = #expect(throws: JSONError.self) { try JSONValue.parseObject(Array(text.utf8)) }
        #expect(error == JSONError(reason, at: offset))
    }

    @Test("a message says what and where, never the content")
    func message() {
        let error = refusal(Array(#"{"password":"hunter2" oops}"#.utf8))
        #expect(error?.description == "unexpected byte at byte 22")
    }
}

func refusal(_ bytes: [UInt8], limits: JSONLimits = .document) -> JSONError? {
    do throws(JSONError) {
        _ = try JSONValue.parse(bytes, limits: limits)
        return nil
    } catch {
        return error
    }
}
