import CYAML

/// A step through a YAML text: a scalar, or the beginning or end of something.
struct Event {
    enum Kind {
        case streamStart
        case streamEnd
        /// `directive` is one that YAML 1.2 does not need, if there is one.
        case documentStart(directive: String?)
        /// `isMarked` is whether dots end the document.
        case documentEnd(isMarked: Bool)
        case alias(String)
        case scalar(YAMLScalar, Properties)
        case listStart(Properties)
        case listEnd
        case mappingStart(Properties)
        case mappingEnd
    }

    /// What may stand before a value.
    struct Properties {
        let anchor: String?
        let tag: String?
    }

    let kind: Kind
    let position: YAMLPosition

    init(_ event: yaml_event_t, at position: YAMLPosition) {
        self.position = position
        let data = event.data
        switch event.type {
        case YAML_STREAM_START_EVENT: kind = .streamStart
        case YAML_STREAM_END_EVENT: kind = .streamEnd
        case YAML_DOCUMENT_START_EVENT: kind = .documentStart(directive: Event.directive(of: event))
        case YAML_DOCUMENT_END_EVENT: kind = .documentEnd(isMarked: data.document_end.implicit == 0)
        case YAML_ALIAS_EVENT: kind = .alias(text(data.alias.anchor) ?? "")
        case YAML_SCALAR_EVENT:
            let bytes = UnsafeBufferPointer(start: data.scalar.value, count: data.scalar.length)
            kind = .scalar(
                YAMLScalar(
                    String(decoding: bytes, as: UTF8.self), isPlain: data.scalar.style == YAML_PLAIN_SCALAR_STYLE),
                Properties(anchor: text(data.scalar.anchor), tag: text(data.scalar.tag)))
        case YAML_SEQUENCE_START_EVENT:
            kind = .listStart(Properties(anchor: text(data.sequence_start.anchor), tag: text(data.sequence_start.tag)))
        case YAML_SEQUENCE_END_EVENT: kind = .listEnd
        case YAML_MAPPING_START_EVENT:
            kind = .mappingStart(Properties(anchor: text(data.mapping_start.anchor), tag: text(data.mapping_start.tag)))
        case YAML_MAPPING_END_EVENT: kind = .mappingEnd
        default: preconditionFailure("libyaml has no further events")
        }
    }

    /// A directive before a document that is not `%YAML 1.2`.
    private static func directive(of event: yaml_event_t) -> String? {
        let start = event.data.document_start
        if let version = start.version_directive?.pointee, version.major != 1 || version.minor != 2 {
            return "%YAML \(version.major).\(version.minor)"
        }
        return start.tag_directives.start == start.tag_directives.end ? nil : "%TAG"
    }
}

private func text(_ pointer: UnsafeMutablePointer<yaml_char_t>?) -> String? {
    pointer.map { String(cString: $0) }
}
