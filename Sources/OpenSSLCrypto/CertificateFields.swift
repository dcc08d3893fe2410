internal import COpenSSL

/// What is read out of a certificate. `nil` always means: not what RFC 5280 allows there.
extension X509Handle {
    var serial: String? {
        guard let number = unsafe X509_get0_serialNumber(pointer),
            unsafe ASN1_STRING_type(number) == V_ASN1_INTEGER  // a negative one has another type
        else { return nil }
        let bytes = unsafe ASN1Text.bytes(number)
        guard bytes.count <= 20 else { return nil }
        return Hexadecimal.text(bytes.isEmpty ? [0] : bytes)
    }

    var notBefore: Int64? { unsafe CertificateTime.seconds(X509_get0_notBefore(pointer)) }
    var notAfter: Int64? { unsafe CertificateTime.seconds(X509_get0_notAfter(pointer)) }

    /// All values of one attribute of the subject, in order.
    func subject(_ attribute: Int32) -> [String]? {
        guard let name = unsafe X509_get_subject_name(pointer) else { return nil }
        var values: [String] = []
        var index: Int32 = -1
        while true {
            index = unsafe X509_NAME_get_index_by_NID(name, attribute, index)
            guard index >= 0 else { return values }
            guard let entry = unsafe X509_NAME_get_entry(name, index),
                let data = unsafe X509_NAME_ENTRY_get_data(entry),
                let text = unsafe ASN1Text.directoryString(data)
            else { return nil }
            values.append(text)
        }
    }

    /// URIs, host names and mail addresses; other kinds are passed over.
    func alternativeNames() -> [AlternativeName]? {
        var critical: Int32 = 0
        guard let list = unsafe X509_get_ext_d2i(pointer, NID_subject_alt_name, &critical, nil) else {
            return critical == -1 ? [] : nil  // -1: there is none; otherwise unreadable, or there are two
        }
        let names = OpaquePointer(list)
        defer { unsafe GENERAL_NAMES_free(names) }
        var found: [AlternativeName] = []
        for index in 0..<max(0, unsafe OPENSSL_sk_num(names)) {
            guard let one = unsafe OPENSSL_sk_value(names, index) else { return nil }
            var kind: Int32 = 0
            let value = unsafe GENERAL_NAME_get0_value(one.assumingMemoryBound(to: GENERAL_NAME.self), &kind)
            guard [GEN_URI, GEN_DNS, GEN_EMAIL].contains(kind) else { continue }
            guard let value = unsafe value,
                let text = unsafe ASN1Text.visibleASCII(value.assumingMemoryBound(to: ASN1_STRING.self))
            else { return nil }
            switch kind {
            case GEN_URI: found.append(.uri(text))
            case GEN_DNS: found.append(.dns(text))
            default: found.append(.email(text))
            }
        }
        return found
    }
}
