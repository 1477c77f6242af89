extension String {
    /// The text with the scalars for which `escape` has a text replaced by it.
    ///
    /// Characters would not do: a quotation mark with a combining mark behind it is another character, and so is CR before LF.
    public func escaping(_ escape: (Unicode.Scalar) -> String?) -> String {
        var escaped = ""
        for scalar in unicodeScalars {
            if let text = escape(scalar) { escaped += text } else { escaped.unicodeScalars.append(scalar) }
        }
        return escaped
    }

    /// The text with each `scalar` replaced by `text`.
    public func replacing(scalar: Unicode.Scalar, with text: String) -> String {
        escaping { $0 == scalar ? text : nil }
    }
}
