import Observability

/// The text of the `Date` field, made once a second. Belongs to one connection's event loop.
struct DateField {
    private var second: Int64 = .min
    private var value = ""

    mutating func text(at milliseconds: Int64) -> String {
        let now = milliseconds / 1000
        if now != second {
            second = now
            value = CivilTime(milliseconds: milliseconds).imfFixdate
        }
        return value
    }
}
