internal import Store

extension CatalogSchema {
    /// Roles, managed policies and their attachments. They belong to an account, not to a region.
    static let rolesAndPolicies = Migration(
        "roles and policies", sqlite: entities(", UNIQUE (kind, account, name COLLATE NOCASE)") + attachments,
        postgreSQL: SchemaText(entities("") + attachments).postgreSQL
            + "CREATE UNIQUE INDEX entity_name ON entity (kind, account, lower(name));")

    private static func entities(_ constraint: String) -> String {
        """
        -- Kind is 'role' or 'policy'. Two names that differ only in case cannot be together, yet a name is looked up as
        -- it is written; so there are two indexes.
        CREATE TABLE entity (
            id INTEGER PRIMARY KEY,
            kind TEXT NOT NULL, account TEXT NOT NULL, name TEXT NOT NULL,
            path TEXT NOT NULL,
            document BLOB NOT NULL,
            UNIQUE (kind, account, name)\(constraint)
        ) STRICT;

        """
    }

    private static let attachments = """

        -- Usage is 'permissions' or 'boundary'. A policy is named by its ARN, because AWS's own are not rows.
        CREATE TABLE attachment (
            id INTEGER PRIMARY KEY,
            role INTEGER NOT NULL REFERENCES entity (id) ON DELETE CASCADE,
            usage TEXT NOT NULL, policy TEXT NOT NULL,
            UNIQUE (role, usage, policy)
        ) STRICT;

        CREATE INDEX attachment_by_policy ON attachment (policy, usage);
        """
}
