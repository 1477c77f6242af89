extension RandomAccessCollection {
    /// The first index whose element `belongsInSecondPartition`, as do all after it; `endIndex` if there is none.
    ///
    /// - Complexity: O(log count).
    @inlinable
    public func partitioningIndex(where belongsInSecondPartition: (Element) -> Bool) -> Index {
        var (low, rest) = (startIndex, count)
        while rest > 0 {
            let half = rest / 2
            let middle = index(low, offsetBy: half)
            if belongsInSecondPartition(self[middle]) {
                rest = half
            } else {
                low = index(after: middle)
                rest -= half + 1
            }
        }
        return low
    }
}
