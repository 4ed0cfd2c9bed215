/// A value behind one reference, for large parts of rules: they are handed on far more often than they are changed.
@propertyWrapper
public struct Boxed<Value: Hashable & Sendable>: Hashable, Sendable {
    private final class Box: Sendable {
        let value: Value

        init(_ value: Value) { self.value = value }
    }

    private var box: Box

    /// A box with that value.
    public init(wrappedValue: Value) { box = Box(wrappedValue) }

    /// The value; setting it takes another box, so that copies keep theirs.
    public var wrappedValue: Value {
        get { box.value }
        set { box = Box(newValue) }
    }

    public static func == (a: Boxed, b: Boxed) -> Bool { a.box === b.box || a.box.value == b.box.value }

    public func hash(into hasher: inout Hasher) { hasher.combine(box.value) }
}
