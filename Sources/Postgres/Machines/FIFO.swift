/// A first-in-first-out queue on an array: amortised constant time at both ends.
struct FIFO<Element> {
    private var front: [Element] = []  // reversed: the next one out is the last
    private var items: [Element?] = []
    private var head = 0

    var count: Int { front.count + items.count - head }
    var isEmpty: Bool { count == 0 }

    var first: Element? {
        front.last ?? (head < items.count ? items[head] : nil)
    }

    mutating func append(_ element: Element) {
        items.append(element)
    }

    /// Puts an element before all others.
    mutating func prepend(_ element: Element) {
        front.append(element)
    }

    mutating func popFirst() -> Element? {
        if let element = front.popLast() { return element }
        guard head < items.count else { return nil }
        let element = items[head]
        items[head] = nil
        head += 1
        if head == items.count {
            items.removeAll(keepingCapacity: items.capacity <= 1024)
            head = 0
        } else if head >= 256, head * 2 >= items.count {
            items.removeFirst(head)
            head = 0
        }
        return element
    }

    /// Everything, in order; leaves the queue empty.
    mutating func removeAll() -> [Element] {
        let all = Array(front.reversed()) + items[head...].compactMap { $0 }
        self = FIFO()
        return all
    }

    /// Removes the first element that matches.
    mutating func remove(where matches: (Element) -> Bool) -> Element? {
        if let index = front.lastIndex(where: matches) { return front.remove(at: index) }
        for index in head..<items.count {
            if let element = items[index], matches(element) {
                items.remove(at: index)
                return element
            }
        }
        return nil
    }

    func first(where matches: (Element) -> Bool) -> Element? {
        if let element = front.last(where: matches) { return element }
        for index in head..<items.count {
            if let element = items[index], matches(element) { return element }
        }
        return nil
    }
}
