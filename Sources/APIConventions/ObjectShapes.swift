package import Broker
package import StrictJSON

/// The forms in which the contract shows an object: as an item of a plain listing, as a plain read, and as a whole.
package struct ObjectShapes {
    package let kind: String
    package let name: String
    package let tenant: String
    package let uid: String
    package var namespace = "system"
    package var description = ""
    package var labels = JSONObject()
    package var annotations = JSONObject()
    package var isDisabled = false
    package var createdAt: Timestamp?
    package var modifiedAt: Timestamp?
    /// When it was marked for deletion, of what is removed later.
    package var deletedAt: Timestamp?
    package var revision: Int64 = 1
    /// Who made it, by name; empty when nobody is known.
    package var creator = ""

    /// What every object has; the rest is set where there is something to say.
    package init(_ kind: String, _ name: String, tenant: String, uid: String) {
        (self.kind, self.name, self.tenant, self.uid) = (kind, name, tenant, uid)
    }

    /// The long forms are for `report_fields`, which we ignore (contract README 2.8): `null`.
    package func item() -> JSONValue {
        [
            "annotations": .object(annotations), "description": JSONValue(description), "disabled": .bool(isDisabled),
            "get_spec": nil,
            "labels": .object(labels), "metadata": nil, "name": JSONValue(name), "namespace": JSONValue(namespace),
            "owner_view": nil, "status_set": [], "system_metadata": nil, "tenant": JSONValue(tenant),
            "uid": JSONValue(uid),
        ]
    }

    /// What a plain read answers; `spec` is the object's own.
    package func read(spec: JSONValue, hasForms: Bool, referring: [JSONValue] = []) -> JSONValue {
        var object = JSONObject()
        if hasForms { object["create_form"] = .null }
        object["deleted_referred_objects"] = []
        object["disabled_referred_objects"] = []
        object["metadata"] = metadata(isWhole: false)
        object["referring_objects"] = .array(referring)
        if hasForms { object["replace_form"] = .null }
        object["spec"] = spec
        object["status"] = []
        object["system_metadata"] = [
            "creation_timestamp": JSONValue(createdAt.map(RFC3339.text)), "creator_class": "gatehouse",
            "creator_id": JSONValue(creator), "deletion_timestamp": JSONValue(deletedAt.map(RFC3339.text)),
            "finalizers": [], "initializers": nil,
            "labels": [:], "modification_timestamp": JSONValue(modifiedAt.map(RFC3339.text)), "object_index": 0,
            "owner_view": nil, "tenant": JSONValue(tenant), "uid": JSONValue(uid),
        ]
        return .object(object)
    }

    /// The object as a whole: metadata, the specification in `gc_spec`, and what the server says of it.
    package func whole(spec: JSONValue) -> JSONValue {
        [
            "metadata": metadata(isWhole: true),
            "spec": ["gc_spec": spec],
            "system_metadata": [
                "creation_timestamp": JSONValue(createdAt.map(RFC3339.text)), "creator_class": "gatehouse",
                "creator_cookie": "",
                "creator_id": JSONValue(creator), "deletion_timestamp": JSONValue(deletedAt.map(RFC3339.text)),
                "direct_ref_hash": "", "finalizers": [],
                "initializers": nil, "labels": [:], "modification_timestamp": JSONValue(modifiedAt.map(RFC3339.text)),
                "namespace": [], "object_index": 0, "owner_view": nil, "revision": JSONValue(String(revision)),
                "sre_disable": false, "tenant": JSONValue(tenant), "trace_info": "", "uid": JSONValue(uid),
                "vtrp_id": "", "vtrp_stale": false,
            ],
        ]
    }

    private func metadata(isWhole: Bool) -> JSONValue {
        var object: JSONObject = [
            "annotations": .object(annotations), "description": JSONValue(description), "disable": .bool(isDisabled),
            "labels": .object(labels), "name": JSONValue(name), "namespace": JSONValue(namespace),
        ]
        if isWhole { object["uid"] = JSONValue(uid) }
        return .object(object)
    }

    package var reference: JSONValue { Self.reference(kind, name, namespace: namespace, tenant: tenant, uid: uid) }

    package static func reference(
        _ kind: String, _ name: String, namespace: String = "system", tenant: String, uid: String = ""
    ) -> JSONValue {
        [
            "kind": JSONValue(kind), "name": JSONValue(name), "namespace": JSONValue(namespace),
            "tenant": JSONValue(tenant), "uid": JSONValue(uid),
        ]
    }
}
