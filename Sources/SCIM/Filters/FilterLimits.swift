/// What bounds a filter, so that a hostile one costs little. The limits are part of the interface.
package enum FilterLimits {
    /// Longest filter or path, in bytes.
    package static let bytes = 4096
    /// Parentheses and brackets within each other.
    package static let depth = 20
    /// Comparisons and tests of presence in one filter.
    package static let terms = 100
}
