/// A part of a YAML file with its place: what the settings are read from. Only `YAMLDocument` makes it of text.
package struct YAMLNode: Sendable {
    package indirect enum Content: Sendable {
        case scalar(YAMLScalar)
        case list([YAMLNode])
        case map([YAMLEntry])
    }

    package let position: ConfigurationPosition
    package let content: Content

    package init(_ content: Content, at position: ConfigurationPosition) {
        self.content = content
        self.position = position
    }

    /// What kind of value this is, for messages.
    package var kind: String {
        switch content {
        case .scalar(let scalar):
            switch scalar.value {
            case .null: "nothing"
            case .bool: "true or false"
            case .integer, .decimal, .notFinite: "a number"
            case .text: "text"
            }
        case .list: "a list"
        case .map: "a map"
        }
    }

    package var isNull: Bool {
        if case .scalar(let scalar) = content, case .null = scalar.value { true } else { false }
    }
}

/// One `key: value` of a map.
package struct YAMLEntry: Sendable {
    package let key: String
    package let keyPosition: ConfigurationPosition
    package let value: YAMLNode

    package init(key: String, at keyPosition: ConfigurationPosition, value: YAMLNode) {
        self.key = key
        self.keyPosition = keyPosition
        self.value = value
    }
}

/// A scalar as written. A plain one may be a number, `true` or nothing; every other one is text.
package struct YAMLScalar: Hashable, Sendable {
    package enum Style: Hashable, Sendable {
        case plain, quoted
        /// `|` and `>`.
        case block
    }

    package let text: String
    package let style: Style

    package init(_ text: String, style: Style) {
        self.text = text
        self.style = style
    }

    package var isPlain: Bool { style == .plain }
}
