extension String {
    /// The text as one word of a shell: in single quotes unless it needs none.
    public var shellWord: String {
        let isPlain = !isEmpty && utf8.allSatisfy { $0.isLetterOrDigit || "-_./:=@%+,".utf8.contains($0) }
        return isPlain ? self : "'" + replacing(scalar: "'", with: #"'\''"#) + "'"
    }
}
