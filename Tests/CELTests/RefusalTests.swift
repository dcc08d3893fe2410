import CEL
import Testing

@Suite struct RefusalTests {
    /// Expression, kind of the first issue, its position, and words that the message must have.
    @Test(
        arguments: [
            ("", .syntax, "1:1", "empty"), ("  ", .syntax, "1:1", "empty"),
            ("1 +", .syntax, "1:4", "expected an expression"),
            ("1 2", .syntax, "1:3", "should end here"), ("claims.a == 1 and true", .syntax, "1:15", "'&&'"),
            ("x or true", .syntax, "1:3", "'||'"), ("x = 1", .syntax, "1:3", "'=='"), ("x & x", .syntax, "1:3", "'&&'"),
            ("x | x", .syntax, "1:3", "'||'"), ("(x", .syntax, "1:3", "')'"), ("x)", .syntax, "1:2", "unexpected ')'"),
            ("[1, 2", .syntax, "1:6", "']'"),
            ("{1: 2", .syntax, "1:6", "'}'"), ("{1 2}", .syntax, "1:4", "':'"),
            ("[,]", .syntax, "1:2", "expected an expression"),
            ("x ? 1", .syntax, "1:6", "':'"), ("claims.", .syntax, "1:8", "field name"),
            ("claims.1", .syntax, "1:7", "should end here"), ("claims.in", .syntax, "1:8", "field name"),
            ("x[", .syntax, "1:3", "expected an expression"), ("x[0", .syntax, "1:4", "']'"),
            ("size(x,)", .syntax, "1:8", "expected an expression"),
            ("x{a: 1}", .syntax, "1:2", "message literals"), ("x.?a", .syntax, "1:3", "optional"),
            ("x[?0]", .syntax, "1:3", "optional"), ("for", .syntax, "1:1", "reserved"),
            ("namespace == 'a'", .syntax, "1:1", "reserved"), ("# no", .syntax, "1:1", "//"),
            ("x == \u{201C}a\u{201D}", .syntax, "1:6", "quotes"),
            ("x ==\n  ~1", .syntax, "2:3", "nothing here"), ("'\u{E9}\u{1F431}' == $", .syntax, "1:9", "nothing here"),
            ("`x`", .syntax, "1:1", "back quotes"),
            ("x.`a", .syntax, "1:3", "partner"), ("x.`a:b`", .syntax, "1:5", "back quotes"),
            ("*", .syntax, "1:1", "found '*'"), (".", .syntax, "1:2", "expected a name"),
            ("'abc", .invalidLiteral, "1:1", "closing quote"), ("'''abc'", .invalidLiteral, "1:1", "closing quote"),
            ("'a\nb'", .invalidLiteral, "1:1", "three quotes"),
            (#"'\q'"#, .invalidLiteral, "1:2", "escape"), (#"'\x4'"#, .invalidLiteral, "1:2", "2 digits"),
            (#"'\ud800'"#, .invalidLiteral, "1:2", "code point"),
            (#"'\UFFFFFFFF'"#, .invalidLiteral, "1:2", "code point"), (#"b'\u0041'"#, .invalidLiteral, "1:3", "escape"),
            (#"'\400'"#, .invalidLiteral, "1:2", "escape"),
            (#"'\08'"#, .invalidLiteral, "1:2", "3 digits"),
            ("9223372036854775808", .invalidLiteral, "1:1", "range of an int"),
            ("-9223372036854775809", .invalidLiteral, "1:1", "range of an int"),
            ("18446744073709551616u", .invalidLiteral, "1:1", "64 bits"), ("0x", .invalidLiteral, "1:1", "hexadecimal"),
            ("1e999", .invalidLiteral, "1:1", "range of a double"),
            ("12abc", .invalidLiteral, "1:1", "letter"), ("1e", .invalidLiteral, "1:1", "letter"),
            ("[1].all(x)", .wrongArguments, "1:5", "all takes a name"),
            ("[1].map('a', 1)", .wrongArguments, "1:9", "new name"),
            ("[1].exists(a.b, true)", .wrongArguments, "1:12", "new name"),
            ("has(x)", .wrongArguments, "1:1", "one field selection"),
            ("has(x['a'])", .wrongArguments, "1:1", "\"key\" in"),
            ("has()", .wrongArguments, "1:1", "one field selection"),
            ("claim.ref == 'a'", .unknownIdentifier, "1:1", "did you mean 'claims'?"),
            ("claims.ref == main", .unknownIdentifier, "1:15", "quotes"),
            ("Provider == 'a'", .unknownIdentifier, "1:1", "'provider'"),
            ("size", .unknownIdentifier, "1:1", "parentheses"), ("dyn", .unknownIdentifier, "1:1", "parentheses"),
            ("[1].all(e, f == 1)", .unknownIdentifier, "1:12", "known here"),
            ("[1].all(e, e == 1) && e == 1", .unknownIdentifier, "1:23", "unknown name 'e'"),
            ("provider.startswith('a')", .unknownFunction, "1:10", "did you mean 'startsWith'?"),
            ("provider.matches('a.*')", .unknownFunction, "1:10", "regular expressions are not available"),
            ("matches(provider, 'a')", .unknownFunction, "1:1", "regular expressions"),
            ("now()", .unknownFunction, "1:1", "known:"),
            ("startsWith(provider, 'a')", .unknownFunction, "1:1", "x.startsWith"),
            ("provider.string()", .unknownFunction, "1:10", "string(x)"),
            ("all(x, true)", .unknownFunction, "1:1", "list.all"),
            ("provider.has(a)", .unknownFunction, "1:10", "has(claims.ref)"),
            ("timestamp('2020-01-01T00:00:00Z')", .unknownFunction, "1:1", "unknown function"),
            ("provider.startsWith()", .wrongArguments, "1:10", "1 argument, it was given 0"),
            ("size(1, 2)", .wrongArguments, "1:1", "1 argument"), ("int()", .wrongArguments, "1:1", "1 argument"),
            ("'a'.split()", .wrongArguments, "1:5", "1 to 2 arguments"),
            ("'a' + 1", .typeMismatch, "1:5", "string() or int()"), ("1 + 1u", .typeMismatch, "1:3", "one type"),
            ("1 + 1.0", .typeMismatch, "1:3", "convert"),
            ("true + true", .typeMismatch, "1:6", "it takes"), ("true + x", .typeMismatch, "1:6", "cannot combine"),
            ("1.0 % 2.0", .typeMismatch, "1:5", "it takes"), ("'a' - 'b'", .typeMismatch, "1:5", "it takes"),
            ("-'a'", .typeMismatch, "1:1", "negate"), ("-1u", .typeMismatch, "1:1", "negate"),
            ("!'a'", .typeMismatch, "1:2", "must be a bool"), ("!0", .typeMismatch, "1:2", "an int"),
            ("1 ? 2 : 3", .typeMismatch, "1:1", "condition of '?'"),
            ("false && 32", .typeMismatch, "1:10", "operand of '&&'"),
            ("provider || true", .typeMismatch, "1:1", "a string"),
            ("'a' < 1", .typeMismatch, "1:5", "cannot order"),
            ("[1] < [2]", .typeMismatch, "1:5", "no meaning for a list"),
            ("null < null", .typeMismatch, "1:6", "no meaning for null"),
            ("1 in 'abc'", .typeMismatch, "1:3", "text.contains"),
            ("1 in 1", .typeMismatch, "1:3", "a list or a map"),
            ("'abc'[0]", .typeMismatch, "1:6", "only a list or a map"),
            ("[1]['a']", .typeMismatch, "1:5", "index of a list"), ("{1: 2}[null]", .typeMismatch, "1:8", "map key"),
            ("{1.0: 2}", .typeMismatch, "1:2", "map key"), ("{[1]: 2}", .typeMismatch, "1:2", "map key"),
            ("'a'.b", .typeMismatch, "1:5", "only a map has fields"),
            ("provider.name", .typeMismatch, "1:10", "only a map"),
            ("has(provider.name)", .typeMismatch, "1:14", "only a map"),
            ("'abc'.all(c, true)", .typeMismatch, "1:7", "a list or a map"),
            ("[1].all(e, e)", .typeMismatch, "1:12", "condition of all"),
            ("[1].filter(e, 'a')", .typeMismatch, "1:15", "condition of filter"),
            ("size(1)", .typeMismatch, "1:6", "size takes"), ("int(true)", .typeMismatch, "1:5", "int takes"),
            ("1.startsWith('a')", .typeMismatch, "1:1", "startsWith takes a string"),
            ("'a'.startsWith(1)", .typeMismatch, "1:16", "startsWith takes a string"),
            ("numbers.map(n, n + 'a')", .typeMismatch, "1:18", "cannot combine an int and a string"),
        ] as [(String, CELIssue.Kind, String, String)])
    func refuses(_ source: String, _ kind: CELIssue.Kind, _ position: String, _ words: String) throws {
        let issue = try #require(issues(of: source).first)
        #expect(issue.kind == kind)
        #expect("\(issue.position)" == position)
        #expect(issue.message.contains(words), "\(issue.message)")
    }

    @Test func tellsAllAtOnce() {
        let found = issues(of: "claim.ref == 'a' &&\n  provider.startswith('b') &&\n  1 + 'c' == 2")
        #expect(found.map { "\($0.position)" } == ["1:1", "2:12", "3:5"])
        #expect(found.map(\.kind) == [.unknownIdentifier, .unknownFunction, .typeMismatch])
    }

    @Test func namesOnlyWithoutTypes() {
        let lenient = Environment(environment.variables, checksTypes: false)
        #expect(issues(of: "'a' + 1 == 2 && 32", in: lenient).isEmpty)
        #expect(issues(of: "claim == 1", in: lenient).map(\.kind) == [.unknownIdentifier])
    }

    @Test func warnsOfWhatIsNeverEqual() throws {
        let expression = try CELExpression("size(claims.groups) == '3' || provider != 1", in: environment)
        #expect(expression.warnings.map { "\($0.position)" } == ["1:21", "1:40"])
        #expect(expression.warnings.allSatisfy { $0.kind == .neverEqual })
        #expect(try CELExpression("1 == 1.0 && claims.a == 'x'", in: environment).warnings.isEmpty)
    }

    @Test(
        arguments: [
            ("1 / 0", .divisionByZero, "1:3"), ("1 % 0", .divisionByZero, "1:3"), ("1u / 0u", .divisionByZero, "1:4"),
            ("0u % 0u", .divisionByZero, "1:4"),
            ("9223372036854775807 + 1", .overflow, "1:21"), ("-9223372036854775808 - 1", .overflow, "1:22"),
            ("4611686018427387904 * 2", .overflow, "1:21"),
            ("-9223372036854775808 / -1", .overflow, "1:22"), ("-9223372036854775808 % -1", .overflow, "1:22"),
            ("-(-9223372036854775808)", .overflow, "1:1"),
            ("0u - 1u", .overflow, "1:4"), ("18446744073709551615u + 1u", .overflow, "1:23"),
            ("claims.absent", .noSuchKey("\"absent\""), "1:8"), ("claims['absent']", .noSuchKey("\"absent\""), "1:7"),
            ("{1: 2}[3]", .noSuchKey("3"), "1:7"), ("{1: 2}[1.5]", .noSuchKey("1.5"), "1:7"),
            ("claims.absent == 'x'", .noSuchKey("\"absent\""), "1:8"),
            ("has(claims.absent.deeper)", .noSuchKey("\"absent\""), "1:12"),
            ("[1][1]", .indexOutOfRange(count: 1), "1:4"), ("[1][-1]", .indexOutOfRange(count: 1), "1:4"),
            ("[1][0.5]", .indexOutOfRange(count: 1), "1:4"),
            ("[][9223372036854775807]", .indexOutOfRange(count: 0), "1:3"),
            ("[1][18446744073709551615u]", .indexOutOfRange(count: 1), "1:4"),
            ("[1][dyn('a')]", .noMatchingOverload("_[_]", [.list, .string]), "1:4"),
            ("x.y", .noMatchingOverload("field selection", [.int]), "1:3"),
            ("has(x.y)", .noMatchingOverload("has", [.int]), "1:7"),
            ("x['y']", .noMatchingOverload("_[_]", [.int, .string]), "1:2"),
            ("claims[dyn(null)]", .unsupportedKeyType(.null), "1:7"),
            ("x + 'a'", .noMatchingOverload("_+_", [.int, .string]), "1:3"),
            ("x + 1.0", .noMatchingOverload("_+_", [.int, .double]), "1:3"),
            ("x < 'a'", .noMatchingOverload("_<_", [.int, .string]), "1:3"),
            ("dyn([0]) < dyn([1])", .noMatchingOverload("_<_", [.list, .list]), "1:10"),
            ("1 in x", .noMatchingOverload("in", [.int, .int]), "1:3"),
            ("-claims.ref", .noMatchingOverload("-_", [.string]), "1:1"), ("x ? 1 : 2", .notABool(.int), "1:1"),
            ("!x", .notABool(.int), "1:2"), ("x && true", .notABool(.int), "1:1"),
            ("true && x", .notABool(.int), "1:9"), ("x || x", .notABool(.int), "1:1"),
            ("true && 1 / 0 != 0", .divisionByZero, "1:11"), ("1 / 0 != 0 || false", .divisionByZero, "1:3"),
            ("2 / 0 > 4 ? 'baz' : 'quux'", .divisionByZero, "1:3"),
            ("int(18446744073709551615u)", .invalidConversion(from: .uint, to: .int), "1:1"),
            ("int(1e99)", .invalidConversion(from: .double, to: .int), "1:1"),
            ("int(0.0 / 0.0)", .invalidConversion(from: .double, to: .int), "1:1"),
            ("int(9223372036854775807.0)", .invalidConversion(from: .double, to: .int), "1:1"),
            ("int(-9223372036854775808.0)", .invalidConversion(from: .double, to: .int), "1:1"),
            ("uint(-1)", .invalidConversion(from: .int, to: .uint), "1:1"),
            ("uint(-0.5)", .invalidConversion(from: .double, to: .uint), "1:1"),
            ("uint(6.022e23)", .invalidConversion(from: .double, to: .uint), "1:1"),
            ("uint(18446744073709551615.0)", .invalidConversion(from: .double, to: .uint), "1:1"),
            ("int('+5')", .invalidConversion(from: .string, to: .int), "1:1"),
            ("int(' 5')", .invalidConversion(from: .string, to: .int), "1:1"),
            ("int('')", .invalidConversion(from: .string, to: .int), "1:1"),
            ("int('9223372036854775808')", .invalidConversion(from: .string, to: .int), "1:1"),
            ("uint('-1')", .invalidConversion(from: .string, to: .uint), "1:1"),
            ("double('0x10')", .invalidConversion(from: .string, to: .double), "1:1"),
            ("double('1e999')", .invalidConversion(from: .string, to: .double), "1:1"),
            ("double('')", .invalidConversion(from: .string, to: .double), "1:1"),
            ("bool('tRUE')", .invalidConversion(from: .string, to: .bool), "1:1"),
            (#"string(b'\000\xff')"#, .invalidUTF8, "1:1"), ("size(x)", .noMatchingOverload("size", [.int]), "1:1"),
            ("x.startsWith('a')", .noMatchingOverload("startsWith", [.int, .string]), "1:3"),
            ("[1].join(',')", .noMatchingOverload("join", [.list, .int]), "1:5"),
            ("{1: 1, 1: 2}", .duplicateKey("1"), "1:1"), ("{1: 1, 1u: 2}", .duplicateKey("1u"), "1:1"),
            ("{dyn(1.0): 1}", .unsupportedKeyType(.double), "1:1"),
            ("{dyn(null): 1}", .unsupportedKeyType(.null), "1:1"),
            ("[1, 2, 3].exists(e, e / 0 == 17)", .divisionByZero, "1:23"),
            ("[1, 'foo', 3].all(e, e % 2 == 1)", .noMatchingOverload("_%_", [.string, .int]), "1:24"),
            ("[3, 2, 1, 0].exists_one(n, 12 / n > 1)", .divisionByZero, "1:31"),
            ("[3, 2, 1, 0].filter(n, 12 / n > 4)", .divisionByZero, "1:27"),
            ("[2, 1, 0].map(n, 4 / n)", .divisionByZero, "1:20"),
            ("x.all(e, true)", .noMatchingOverload("all", [.int]), "1:3"),
            ("1 +\n  (2 / 0)", .divisionByZero, "2:6"), ("claims.`no-such`", .noSuchKey("\"no-such\""), "1:8"),
        ] as [(String, EvaluationError.Reason, String)])
    func fails(_ source: String, _ reason: EvaluationError.Reason, _ position: String) throws {
        let expression = try CELExpression(source, in: environment)
        let error = try #require(throws: EvaluationError.self) { try expression.evaluate(sampleBindings) }
        #expect(error.reason == reason)
        #expect("\(error.position)" == position)
    }

    @Test func aVariableWithoutValue() throws {
        let error = #expect(throws: EvaluationError.self) {
            try CELExpression("provider == 'a'", in: environment).evaluate([:])
        }
        #expect(error?.reason == .unboundVariable("provider"))
    }

    /// The order in which CEL's "parse only" mode decides about types.
    @Test(arguments: [
        ("false && 32", "false"), ("'horses' && false", "false"), ("true || 32", "true"),
        ("true ? 'cows' : 17", "\"cows\""),
        (
            "'less filling' && 'tastes great'",
            "error 1:1: no such overload: a condition must be a bool, this is a string"
        ),
        ("'cows' ? false : 17", "error 1:1: no such overload: a condition must be a bool, this is a string"),
        ("[0] < [1]", "error 1:5: no such overload: _<_ does not take (list, list)"),
    ])
    func unchecked(_ source: String, _ result: String) { #expect(outcome(of: source, checksTypes: false) == result) }
}
