extension Bool: AWSShape {
    /// Takes a boolean.
    public init?(awsValue: AWSValue) {
        guard case .boolean(let boolean) = awsValue else { return nil }
        self = boolean
    }

    /// The boolean.
    public var awsValue: AWSValue { .boolean(self) }
}

extension Int: AWSShape {
    /// Takes a whole number.
    public init?(awsValue: AWSValue) {
        guard case .integer(let integer) = awsValue else { return nil }
        self.init(exactly: integer)
    }

    /// The number.
    public var awsValue: AWSValue { .integer(Int64(self)) }
}

extension Double: AWSShape {
    /// Takes a floating-point number.
    public init?(awsValue: AWSValue) {
        guard case .double(let double) = awsValue else { return nil }
        self = double
    }

    /// The number.
    public var awsValue: AWSValue { .double(self) }
}

extension String: AWSShape {
    /// Takes a text.
    public init?(awsValue: AWSValue) {
        guard case .string(let text) = awsValue else { return nil }
        self = text
    }

    /// The text.
    public var awsValue: AWSValue { .string(self) }
}

extension Timestamp: AWSShape {
    /// Takes a moment.
    public init?(awsValue: AWSValue) {
        guard case .timestamp(let seconds) = awsValue else { return nil }
        self.init(secondsSinceEpoch: seconds)
    }

    /// The moment.
    public var awsValue: AWSValue { .timestamp(secondsSinceEpoch) }
}

extension Array: AWSShape where Element: AWSShape {
    /// Takes a list; elements of another kind are left out.
    public init?(awsValue: AWSValue) {
        guard case .list(let values) = awsValue else { return nil }
        self = values.compactMap(Element.init(awsValue:))
    }

    /// The list.
    public var awsValue: AWSValue { .list(map(\.awsValue)) }
}

extension Dictionary: AWSShape where Key == String, Value: AWSShape {
    /// Takes a map; entries of another kind are left out.
    public init?(awsValue: AWSValue) {
        guard case .structure(let members) = awsValue else { return nil }
        self = members.compactMapValues(Value.init(awsValue:))
    }

    /// The map.
    public var awsValue: AWSValue { .structure(mapValues(\.awsValue)) }
}
