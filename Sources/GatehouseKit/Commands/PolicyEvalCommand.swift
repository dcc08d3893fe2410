import AccessPolicy
import ArgumentParser
import CEL
import StrictJSON

/// `gatehouse policy eval`: one expression on one set of claims.
struct PolicyEvalCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "eval", abstract: "Evaluate a CEL expression on claims.",
        discussion: """
            The expression may use what a policy's may: claims, provider, issuer and subject; issuer and subject are the \
            claims iss and sub. Prints the value as JSON. Exit code 1 when there is no value for these claims, 2 when the \
            text is no expression.
            """)

    @Option(name: .shortAndLong, parsing: .unconditional, help: "The expression.")
    var expression: String

    @Option(name: .long, help: ArgumentHelp("A JSON object of claims, - for standard input.", valueName: "file"))
    var claims: String?

    @Option(name: .long, help: "The value of 'provider'.")
    var provider: String?

    func run() throws {
        let object = try claims.map { try ClaimsFile.read($0) } ?? JSONObject()
        Console.print(try Self.evaluate(expression, claims: object, provider: provider).encodedText())
    }

    static func evaluate(
        _ source: String, claims: JSONObject, provider: String? = nil
    ) throws(CommandFailure) -> JSONValue {
        var bindings: Bindings = ["claims": .map(claims)]
        bindings["provider"] = provider.map { .string($0) }
        bindings["issuer"] = claims["iss"]?.stringValue.map { .string($0) }
        bindings["subject"] = claims["sub"]?.stringValue.map { .string($0) }
        let expression: CELExpression
        do throws(CELError) {
            expression = try CELExpression(source, in: Policy.environment)
        } catch {
            throw CommandFailure(.usage, messages: error.issues.map(\.description))
        }
        let value: CELValue
        do throws(EvaluationError) {
            value = try expression.evaluate(bindings)
        } catch {
            throw CommandFailure(.failure, error.description)
        }
        guard let json = value.json() else {
            throw CommandFailure(
                .failure, "the value has no JSON: infinity, not a number, or keys that become one text")
        }
        return json
    }
}

/// A file with one JSON object.
enum ClaimsFile {
    static func read(_ path: String) throws(CommandFailure) -> JSONObject {
        let input = InputFile(path)
        let bytes = try input.read()
        do throws(JSONError) {
            return try JSONValue.parseObject(bytes)
        } catch {
            throw CommandFailure(.usage, "\(input.name): \(error)")
        }
    }
}
