import GatehouseConfiguration
import Secrets
import Testing

private func secret(_ value: String, files: MemoryFiles) throws -> String {
    var files = files
    files["cert.pem"] = "C"
    files["gatehouse.yaml"] = minimal("tls: {certificate: cert.pem, key: \(value)}")
    return try files.load().settings.listeners[0].tls?.key.revealText() ?? ""
}

@Suite struct SecretTests {
    private static let files: MemoryFiles = {
        var files = MemoryFiles(environment: ["SECRET": "from-env", "EMPTY": "", "DIR": "/run", "NUMBER": "123"])
        files["/run/secret"] = "from-file\n"
        files["/run/crlf"] = "from-file\r\n"
        files["/run/two"] = "line\n\n"
        files["secret"] = "beside"
        files["/run/empty"] = "\n"
        files.set("/run/shared", "hunter2", mode: 0o644)
        files.set("/run/group", "hunter2", mode: 0o640)
        return files
    }()

    @Test(arguments: [
        ("hunter2", "hunter2"), ("pa$$word", "pa$$word"), ("\"$SECRET\"", "$SECRET"), ("\"a${SECRET}b\"", "afrom-envb"),
        ("\"${NONE:-fall back}\"", "fall back"), ("\"${EMPTY:-default}\"", "default"), ("\"${NUMBER}\"", "123"),
        ("{env: SECRET}", "from-env"), ("{file: /run/secret}", "from-file"), ("{file: /run/crlf}", "from-file"),
        ("{file: /run/two}", "line\n"), ("{file: secret}", "beside"), ("{file: \"${DIR}/secret\"}", "from-file"),
        ("{value: hunter2}", "hunter2"), ("\"${NONE:-}x\"", "x"), ("\"123\"", "123"),
    ])
    func everyFormOfASecret(_ value: String, _ expected: String) throws {
        #expect(try secret(value, files: Self.files) == expected)
    }

    @Test(arguments: [
        (
            "{value: hunter2, file: /run/secret}",
            "'key' must have one source: a value, a file or an environment variable, not several"
        ),
        (
            "{env: SECRET, file: /run/secret}",
            "'key' must have one source: a value, a file or an environment variable, not several"
        ),
        ("{}", "'key' must have one source: a value, a file or an environment variable, not several"),
        ("{hunter2}", "'key' must be text, {file: path} or {env: NAME}"),
        ("[hunter2]", "'key' must be text, {file: path} or {env: NAME}"),
        ("123", "'key' must be text; put a secret that looks like a number or a word of YAML into quotes"),
        ("\"\"", "'key' is empty"),
        ("{file: /run/none}", "'key.file' cannot be read: there is no such file"),
        ("{file: /run/empty}", "'key.file' is an empty file"),
        ("{file: /run/shared}", "'key.file' is a file that others may read; run chmod 600 on it"),
        ("{file: /run/group}", "'key.file' is a file that others may read; run chmod 600 on it"),
        ("{env: NONE}", "'key.env' names the environment variable NONE, which is not set"),
        ("{env: EMPTY}", "'key.env' names the environment variable EMPTY, which is empty"),
        ("{env: $SECRET}", "'key.env' must be the name of an environment variable, without '$'"),
        ("\"${NONE}\"", "environment variable NONE is not set; set it, or write ${NONE:-default}"),
        ("\"${}\"", "'${' must go on as ${NAME} or ${NAME:-default}; text with a '${' of its own goes into a file"),
        (
            "\"${SECRET\"",
            "'${' must go on as ${NAME} or ${NAME:-default}; text with a '${' of its own goes into a file"
        ),
        ("\"${1}\"", "'${' must go on as ${NAME} or ${NAME:-default}; text with a '${' of its own goes into a file"),
    ])
    func aSecretThatCannotBeHad(_ value: String, _ message: String) throws {
        let problems = try #require(throws: ConfigurationProblems.self) { try secret(value, files: Self.files) }
        #expect(problems.problems.map(\.message) == [message])
        #expect(problems.problems.first?.line == 2)
    }

    /// A secret in any place where text is read: no problem of it may quote it.
    @Test(arguments: [
        "tls: {certificate: cert.pem, key: %}", "tls: {certificate: cert.pem, key: [%]}",
        "tls: {certificate: %, key: %}",
        "tls: {certificate: cert.pem, key: {%: 1}}", "tls: {certificate: cert.pem, key: {file: %}}",
        "tls: {certificate: cert.pem, key: {env: %}}", "listen: %", "proxy: {trusted: [%]}", "database: %",
        "database: postgres://user:%@host/db", "outbound: {allow_origins: [%]}",
        "outbound: {allow_origins: [\"https://u:%@h\"]}",
        "bootstrap: {admin_token: %}", "bootstrap: {admin_token: {%: 1}}", "tenant: {name: \"% %\"}", "plugins: [%]",
        "limits: {idle: %}", "limits: %", "providers: %", "keys: {dir: [%]}", "tls: {certificate: cert.pem, key: \"%",
        "% : : %",
        "bootstrap: {admin_token: {file: a, value: %}}", "plugins: %", "tls: {client_certificates: %}", "- %", "%",
    ])
    func noProblemQuotesASecret(_ template: String) {
        let canary = "canary7hunter2"
        for value in [canary, "${CANARY}", "${NONE:-\(canary)}"] {
            var files = MemoryFiles(environment: ["CANARY": canary])
            files["cert.pem"] = "C"
            files.set("shared", canary, mode: 0o644)
            let text = template.split(separator: "%", omittingEmptySubsequences: false).joined(separator: value)
            // A variable name that is not one is a name, so the written value of `env` may not be the canary itself.
            if template.contains("{env: %}"), value == canary { continue }
            files["gatehouse.yaml"] = minimal(text)
            for problem in files.problems() { #expect(!problem.contains(canary), "\(problem)") }
        }
    }
}
