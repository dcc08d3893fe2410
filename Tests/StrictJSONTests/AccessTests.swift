import StrictJSON
import Testing

/// Nothing is converted on the way out: a claim of another type is a claim that is not there.
@Suite("Reading a value")
struct AccessTests {
    private static let half = JSONNumber(unchecked: "0.5")
    private static let values: [JSONValue] = [nil, true, 1, .number(half), "1", [1], ["a": 1]]

    @Test("each kind answers to its own accessor only")
    func kinds() {
        #expect(Self.values.map { $0.isNull } == [true, false, false, false, false, false, false])
        #expect(Self.values.map { $0.boolValue } == [nil, true, nil, nil, nil, nil, nil])
        #expect(Self.values.map { $0.integerValue } == [nil, nil, 1, nil, nil, nil, nil])
        #expect(Self.values.map { $0.stringValue } == [nil, nil, nil, nil, "1", nil, nil])
        #expect(Self.values.map { $0.arrayValue?.count } == [nil, nil, nil, nil, nil, 1, nil])
        #expect(Self.values.map { $0["a"] } == [nil, nil, nil, nil, nil, nil, 1])
        #expect(
            Self.values.map(\.kind) == [
                "null", "a boolean", "a number", "a number", "a string", "an array", "an object",
            ])
    }

    @Test("members are set, replaced in place and removed")
    func members() {
        var object = JSONObject()
        #expect(object.isEmpty)
        object["a"] = 1
        object["b"] = 2
        object["a"] = 3
        object["c"] = .some(.null)
        #expect(JSONValue.object(object).encodedText() == #"{"a":3,"b":2,"c":null}"#)
        object["a"] = nil
        object["missing"] = nil
        #expect(object.names == ["b", "c"])
        #expect(object["c"]?.isNull == true)
    }

    @Test("values from texts")
    func texts() {
        #expect(JSONValue(nil as String?) == .null)
        #expect(JSONValue("a" as String?) == "a")
        #expect(JSONValue(["a", "b"]) == ["a", "b"])
    }

    @Test("objects of unlike size, names or values differ")
    func inequality() {
        let object: JSONValue = ["a": 1, "b": 2]
        let others: [JSONValue] = [
            ["a": 1], ["a": 1, "b": 3], ["a": 1, "c": 2], ["b": 1, "a": 2], ["c": 1, "b": 2], [:], nil,
        ]
        for other in others {
            #expect(object != other)
            #expect(other != object)
        }
    }
}
