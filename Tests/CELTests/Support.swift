import CEL
import StrictJSON

/// What the tests' expressions may speak of.
let environment = Environment([
    "claims": .map(.string, .dyn), "provider": .string, "x": .dyn, "request.audience": .string,
    "numbers": .list(.int),
])

let sampleClaims: JSONObject = {
    let value: JSONValue = [
        "sub": "repo:octo/app:ref:refs/heads/main", "ref": "refs/heads/main", "repository_id": "456789",
        "run_attempt": 2, "email_verified": true, "ratio": .number(JSONNumber(unchecked: "1.5")), "nothing": nil,
        "groups": ["dev", "ops"], "namespace": "payments", "content-type": "text",
        "nested": ["deep": ["deeper": "down"], "list": [1, 2, 3]], "kelvin": "\u{212A}", "composed": "\u{E9}",
    ]
    return value.objectValue ?? JSONObject()
}()

let sampleBindings: Bindings = [
    "claims": .map(sampleClaims), "provider": .string("github-actions"), "x": .int(7),
    "request.audience": .string("https://api.example"), "numbers": .list([.int(3), .int(1), .int(2)]),
]

/// The value as CEL text, or the error's words.
func outcome(of source: String, checksTypes: Bool = true) -> String {
    let environment = Environment(environment.variables, checksTypes: checksTypes)
    do throws(CELError) {
        let expression = try CELExpression(source, in: environment)
        do throws(EvaluationError) {
            return try expression.evaluate(sampleBindings).display(limit: 4000)
        } catch {
            return "error \(error)"
        }
    } catch {
        return "refused \(error)"
    }
}

func issues(of source: String, in environment: Environment = environment) -> [CELIssue] {
    do throws(CELError) {
        _ = try CELExpression(source, in: environment)
        return []
    } catch {
        return error.issues
    }
}
