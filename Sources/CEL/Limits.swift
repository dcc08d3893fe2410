/// What bounds an expression and its evaluation, so that a hostile one costs little (limits are part of the interface).
package enum CELLimits {
    /// Longest source, in bytes.
    package static let sourceBytes = 8 * 1024
    /// Brackets inside brackets.
    package static let nesting = 32
    /// Height of the tree: chains of operators other than `&&` and `||`, of selections and of calls count here.
    package static let height = 160
    /// Steps of one evaluation: about one for each node visited and for each 16 bytes or elements read.
    package static let steps = 100_000
    /// Bytes produced by one evaluation.
    package static let producedBytes = 1024 * 1024
    /// Lists within lists, whether literal or made by `map`.
    package static let valueDepth = 96
    /// Longest shown operand in an explanation, in bytes.
    package static let shownBytes = 200
    /// Observations in one explanation.
    package static let observations = 256
}
