package import Store

/// The tags of a service's resources, as rows beside those of the resources.
package enum ResourceTags {
    /// The table, for the migrations of a store that uses it.
    package static let migration = Migration(
        "resource tags",
        """
        CREATE TABLE resource_tag (
            resource TEXT NOT NULL, key TEXT NOT NULL,
            value TEXT NOT NULL,
            PRIMARY KEY (resource, key)
        ) STRICT, WITHOUT ROWID;
        """)

    /// Whether AWS keeps a key for itself. Every service refuses such keys, in words of its own.
    package static func isReserved(_ key: String) -> Bool { key.lowercased().hasPrefix("aws:") }
}

extension Connection {
    /// A resource's tags.
    ///
    /// - Parameter resource: Its ARN, or a name that is unique in the store.
    package borrowing func tags(of resource: String) throws(StoreError) -> [String: String] {
        let rows = try all(
            "SELECT key, value FROM resource_tag WHERE resource = ?", [.text(resource)]
        ) { ($0.text(0), $0.text(1)) }
        return Dictionary(rows) { first, _ in first }
    }

    /// Adds tags to a resource; those with the same keys are replaced.
    ///
    /// - Returns: How many tags the resource has then: a service that has a limit throws where it is exceeded, which
    ///   takes the change back.
    package borrowing func put(tags: [String: String], on resource: String) throws(StoreError) -> Int {
        // In one order, so that concurrent changes of a resource do not wait for each other in a circle.
        for (key, value) in tags.sorted(by: { $0.key < $1.key }) {
            try run(
                """
                INSERT INTO resource_tag (resource, key, value) VALUES (?, ?, ?)
                ON CONFLICT (resource, key) DO UPDATE SET value = excluded.value
                """, [.text(resource), .text(key), .text(value)])
        }
        return try first("SELECT count(*) FROM resource_tag WHERE resource = ?", [.text(resource)]) {
            $0.integer(0)
        } ?? 0
    }

    /// Removes tags from a resource; keys without a tag are ignored.
    ///
    /// - Parameter keys: `nil` for all of them, where the resource is deleted.
    package borrowing func deleteTags(_ keys: [String]? = nil, of resource: String) throws(StoreError) {
        guard let keys else {
            try run("DELETE FROM resource_tag WHERE resource = ?", [.text(resource)])
            return
        }
        for key in keys.sorted() {
            try run("DELETE FROM resource_tag WHERE resource = ? AND key = ?", [.text(resource), .text(key)])
        }
    }
}
