/// A parsed and checked expression: once a value of this type exists, its names and functions exist too.
package struct CELExpression: Sendable {
    package let source: String
    /// What is legal but surely not meant, in source order.
    package let warnings: [CELIssue]
    /// What the expression reads of its variables: `[["claims", "ref"]]`.
    package let referencedPaths: [[String]]
    /// What is known of the result; `dyn` when that depends on the bindings.
    package let resultType: CELType

    private let root: Node
    private let text: SourceText

    package init(_ source: String, in environment: Environment) throws(CELError) {
        let text = SourceText(source)
        let syntax: Syntax
        do throws(SyntaxFailure) {
            syntax = try Parser.parse(text)
        } catch {
            throw CELError(issues: [error.issue(in: text)])
        }
        var checker = Checker(environment, text)
        let checked = checker.check(syntax)
        guard checker.issues.isEmpty else {
            throw CELError(issues: checker.issues.sorted { $0.position < $1.position })
        }
        self.source = source
        self.text = text
        root = checked.node.asCondition
        resultType = checked.type
        warnings = checker.warnings.sorted { $0.position < $1.position }
        referencedPaths = ReferencedPaths.collect(syntax, in: environment)
    }

    /// The value for these bindings. The same bindings give the same value, on every machine.
    package func evaluate(_ bindings: Bindings) throws(EvaluationError) -> CELValue {
        var evaluator = Evaluator(bindings)
        do throws(Failure) {
            return try evaluator.evaluate(root)
        } catch {
            throw EvaluationError(reason: error.reason, position: text.position(at: error.offset))
        }
    }

    /// The same value with what each test of the expression saw, in source order.
    package func evaluateExplained(_ bindings: Bindings) -> (Result<CELValue, EvaluationError>, [Observation]) {
        var evaluator = Evaluator(bindings, recorder: Recorder(text))
        let result: Result<CELValue, EvaluationError>
        do throws(Failure) {
            result = .success(try evaluator.evaluate(root))
        } catch {
            result = .failure(EvaluationError(reason: error.reason, position: text.position(at: error.offset)))
        }
        return (result, evaluator.recorder?.observations ?? [])
    }

    /// The value when the expression reads no variable at all: `true`, `1 < 2`.
    package var constantValue: CELValue? { referencedPaths.isEmpty ? try? evaluate(Bindings()) : nil }
}
