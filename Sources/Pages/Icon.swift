internal import SafeHTML

/// Marks of our own for kinds of providers: a letter or a plain shape, none a copy of a trademark. They only decorate a
/// button that has its text, so nothing reads them aloud.
package enum Icon: String, Sendable, CaseIterable {
    case google, microsoft, okta, github, gitlab, keycloak, apple, auth0, generic

    var html: HTML {
        """
        <svg viewBox="0 0 24 24" width="24" height="24" fill="none" stroke="currentColor" stroke-width="2" \
        stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">\(shape)</svg>
        """
    }

    private var shape: HTML {
        switch self {
        case .google: "<path d=\"M18 7.5A7.5 7.5 0 1 0 19.5 12H13\"/>"
        case .microsoft: "<path d=\"M5 19V5l7 9 7-9v14\"/>"
        case .okta: "<circle cx=\"12\" cy=\"12\" r=\"10\"/><path d=\"M10 7v10M15 8l-5 4.5 5.5 4.5\"/>"
        case .github:  // a branch
            """
            <circle cx="7" cy="5" r="2"/><circle cx="7" cy="19" r="2"/><circle cx="17" cy="8" r="2"/>\
            <path d="M7 7v10M17 10c0 4-10 2-10 6"/>
            """
        case .gitlab:  // a merge
            """
            <circle cx="7" cy="5" r="2"/><circle cx="7" cy="19" r="2"/><circle cx="17" cy="15" r="2"/>\
            <path d="M7 7v10M7 7c0 5 4 8 8 8"/>
            """
        case .keycloak:  // a key
            "<circle cx=\"8\" cy=\"12\" r=\"4\"/><path d=\"M12 12h9v4M17 12v3\"/>"
        case .apple: "<path d=\"M5 20 12 4l7 16M8 14h8\"/>"
        case .auth0:  // a padlock
            "<rect x=\"5\" y=\"11\" width=\"14\" height=\"9\" rx=\"2\"/><path d=\"M8 11V8a4 4 0 0 1 8 0v3\"/>"
        case .generic:  // a door, and the way in
            "<path d=\"M13 4h6v16h-6M4 12h10M10 8l4 4-4 4\"/>"
        }
    }
}
