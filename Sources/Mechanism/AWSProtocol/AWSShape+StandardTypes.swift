extension Bool: AWSShape {
    /// Converts a boolean; `nil` for another kind.
    public init?(awsValue: AWSValue) {
        guard case .boolean(let boolean) = awsValue else { return nil }
        self = boolean
    }

    /// The boolean.
    public var awsValue: AWSValue { .boolean(self) }
}

extension Int: AWSShape {
    /// Converts an integer; `nil` for another kind.
    public init?(awsValue: AWSValue) {
        guard case .integer(let integer) = awsValue else { return nil }
        self.init(exactly: integer)
    }

    /// The number.
    public var awsValue: AWSValue { .integer(Int64(self)) }
}

extension Double: AWSShape {
    /// Converts a floating-point number; `nil` for another kind.
    public init?(awsValue: AWSValue) {
        guard case .double(let double) = awsValue else { return nil }
        self = double
    }

    /// The number.
    public var awsValue: AWSValue { .double(self) }
}

extension String: AWSShape {
    /// Converts a string; `nil` for another kind.
    public init?(awsValue: AWSValue) {
        guard case .string(let text) = awsValue else { return nil }
        self = text
    }

    /// The text.
    public var awsValue: AWSValue { .string(self) }
}

extension Timestamp: AWSShape {
    /// Converts a timestamp; `nil` for another kind.
    public init?(awsValue: AWSValue) {
        guard case .timestamp(let seconds) = awsValue else { return nil }
        self.init(secondsSinceEpoch: seconds)
    }

    /// The timestamp.
    public var awsValue: AWSValue { .timestamp(secondsSinceEpoch) }
}

extension Array: AWSShape where Element: AWSShape {
    /// Converts a list, without elements of another kind.
    public init?(awsValue: AWSValue) {
        guard case .list(let values) = awsValue else { return nil }
        self = values.compactMap(Element.init(awsValue:))
    }

    /// The list.
    public var awsValue: AWSValue { .list(map(\.awsValue)) }
}

extension Dictionary: AWSShape where Key == String, Value: AWSShape {
    /// Converts a map, without entries of another kind.
    public init?(awsValue: AWSValue) {
        guard let members = awsValue.members else { return nil }
        self = members.compactMapValues(Value.init(awsValue:))
    }

    /// The map.
    public var awsValue: AWSValue { .structure(mapValues(\.awsValue)) }
}
