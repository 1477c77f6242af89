extension SourceJSON {
    /// The line of the key in front of the value at `pointer`, or of the value itself if it has none.
    func line(of pointer: String) -> Int {
        let position = position(of: pointer)
        return position.keyLine ?? position.line
    }
}
