import CEL
import SeededRandom
import Testing

/// Random expressions of the grammar, well typed or not.
struct ExpressionGenerator {
    private var random: SeededGenerator
    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    private mutating func pick(_ choices: [String]) -> String { choices.randomElement(using: &random) ?? "x" }

    private mutating func leaf() -> String {
        pick([
            "0", "1", "-1", "7", "9223372036854775807", "-9223372036854775808", "1u", "18446744073709551615u", "1.5",
            "-0.0", "1e308",
            "0.0 / 0.0", "true", "false", "null", "'a'", "''", "'\u{1F431}'", "b'a'", "[]", "{}", "claims", "provider",
            "x", "numbers", "e",
            "claims.ref", "claims.absent", "claims.groups", "claims.nested", "claims.ratio", "int", "string",
            "request.audience",
        ])
    }

    mutating func expression(_ depth: Int) -> String {
        guard depth > 0 else { return leaf() }
        let (one, two) = (expression(depth - 1), expression(depth - Int.random(in: 1...depth, using: &random)))
        switch Int.random(in: 0..<14, using: &random) {
        case 0, 1, 2:
            let operation = pick(["+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">=", "in", "&&", "||"])
            return "(\(one) \(operation) \(two))"
        case 3: return "(\(one) && \(two) && \(leaf()))"
        case 4: return "(\(one) || \(two))"
        case 5: return "(\(one) ? \(two) : \(leaf()))"
        case 6: return "\(pick(["!", "-"]))(\(one))"
        case 7: return "(\(one)).\(pick(["ref", "a", "nested", "list"]))"
        case 8: return "(\(one))[\(two)]"
        case 9: return "[\(one), \(two)]"
        case 10: return "{\(pick(["1", "'a'", "true", "2u", one])): \(two)}"
        case 11: return "\(pick(["size", "int", "uint", "double", "string", "bytes", "bool", "type", "dyn"]))(\(one))"
        case 12:
            let name = pick(["startsWith", "endsWith", "contains", "split", "join"])
            return "(\(one)).\(name)(\(two))"
        default: return "(\(one)).\(pick(["all", "exists", "exists_one", "map", "filter"]))(e, \(two))"
        }
    }
}

@Suite struct FuzzTests {
    /// No trap; the same answer twice; and the explained answer is the plain one.
    @Test(arguments: 0..<16 as Range<UInt64>)
    func grammar(seed: UInt64) {
        let lenient = Environment(environment.variables.merging(["e": .dyn]) { $1 }, checksTypes: false)
        var generator = ExpressionGenerator(seed: seed)
        var (values, errors) = (0, 0)
        for round in 0..<400 {
            let source = generator.expression(round % 6)
            guard let expression = try? CELExpression(source, in: lenient) else { continue }
            let plain = result(of: expression)
            #expect("\(result(of: expression))" == "\(plain)")
            let (explained, observations) = expression.evaluateExplained(sampleBindings)
            #expect("\(explained)" == "\(plain)", "\(source)")
            #expect(observations.count <= CELLimits.observations)
            if case .success = plain { values += 1 } else { errors += 1 }
        }
        #expect(values > 40)
        #expect(errors > 40)
    }

    /// A checked expression and an unchecked one have the same value: the checker only refuses.
    @Test(arguments: 100..<108 as Range<UInt64>)
    func checking(seed: UInt64) {
        let lenient = Environment(environment.variables, checksTypes: false)
        var generator = ExpressionGenerator(seed: seed)
        for round in 0..<400 {
            let source = generator.expression(round % 5)
            guard let strict = try? CELExpression(source, in: environment) else { continue }
            guard let loose = try? CELExpression(source, in: lenient) else {
                Issue.record("only the strict environment takes \(source)")
                continue
            }
            #expect("\(result(of: strict))" == "\(result(of: loose))")
        }
    }

    /// Any bytes: refused or evaluated, never a trap.
    @Test(arguments: 200..<208 as Range<UInt64>)
    func noise(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let alphabet = Array("()[]{}.,:?!&|=<>+-*/%'\"\\`rbuxe019_ \n claims in has true null size \u{E9}\u{0}#")
        for _ in 0..<1500 {
            let source = String(
                (0..<Int.random(in: 0..<40, using: &random)).compactMap { _ in alphabet.randomElement(using: &random) })
            guard let expression = try? CELExpression(source, in: environment) else { continue }
            #expect("\(result(of: expression))" == "\(result(of: expression))")
        }
    }

    private func result(of expression: CELExpression) -> Result<CELValue, EvaluationError> {
        do throws(EvaluationError) {
            return .success(try expression.evaluate(sampleBindings))
        } catch {
            return .failure(error)
        }
    }
}
