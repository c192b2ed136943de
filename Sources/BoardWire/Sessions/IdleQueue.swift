/// Sessions in about the order in which they were last heard of. Hearing of one costs nothing: who is found at the head
/// and was heard of since goes to the end then.
struct IdleQueue {
    private var entries: [(id: SessionID, since: Duration)] = []
    private var head = 0

    var count: Int { entries.count - head }

    mutating func append(_ id: SessionID, since: Duration) {
        entries.append((id, since))
    }

    var first: (id: SessionID, since: Duration)? {
        head < entries.count ? entries[head] : nil
    }

    mutating func removeFirst() {
        head += 1
        if head * 2 > entries.count {
            entries.removeFirst(head)
            head = 0
        }
    }
}
