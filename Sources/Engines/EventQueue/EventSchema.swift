internal import Store

/// The tables of a queue, as a list of migrations. New ones are appended; existing ones are never changed.
enum EventSchema {
    static let migrations = [
        Migration(
            "events",
            """
            CREATE TABLE target (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;

            -- Numbers are never used again (AUTOINCREMENT): a late change of an event cannot hit another one.
            CREATE TABLE event (
                number INTEGER PRIMARY KEY AUTOINCREMENT,
                target INTEGER NOT NULL REFERENCES target (id),
                due INTEGER NOT NULL, accepted INTEGER NOT NULL,
                attempts INTEGER NOT NULL DEFAULT 0, retries INTEGER NOT NULL DEFAULT 0,
                reason TEXT NOT NULL DEFAULT '',
                request_id TEXT NOT NULL, attributes TEXT NOT NULL,
                payload BLOB NOT NULL
            ) STRICT;
            CREATE INDEX event_due ON event (target, due, number);
            """),
        Migration("event counts", sqlite: counts, postgreSQL: postgreSQLCounts),
        Migration(
            "event sources",
            """
            -- What an event follows from. Those that follow from nothing, which most are, are not in the index.
            ALTER TABLE event ADD COLUMN source INTEGER REFERENCES target (id);
            CREATE INDEX event_source ON event (source, due) WHERE source IS NOT NULL;
            """),
        Migration(
            "event bytes",
            """
            -- A queue's share of its database, which may have the rows of a service as well. Events of older versions
            -- are taken for a little larger than they are (`NewEvent.diskBytes`).
            ALTER TABLE event ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0;
            UPDATE event SET bytes = length(payload) + 2 * (length(attributes) + length(request_id)) + 8592;
            ALTER TABLE target ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0;
            UPDATE target SET bytes = coalesce((SELECT sum(event.bytes) FROM event WHERE event.target = target.id), 0);
            """),
        Migration("event bytes by target", sqlite: bytes, postgreSQL: postgreSQLBytes),
    ]

    private static let counts = """
        -- How long a queue is, and its oldest event, are asked for every second: neither may take a walk over it.
        ALTER TABLE target ADD COLUMN count INTEGER NOT NULL DEFAULT 0;
        UPDATE target SET count = (SELECT count(*) FROM event WHERE target = target.id);
        CREATE TRIGGER event_added AFTER INSERT ON event BEGIN
            UPDATE target SET count = count + 1 WHERE id = new.target;
        END;
        CREATE TRIGGER event_deleted AFTER DELETE ON event BEGIN
            UPDATE target SET count = count - 1 WHERE id = old.target;
        END;
        -- With the number, which every index has.
        CREATE INDEX event_order ON event (target);
        """

    /// No rows are older. An index does not have the number by itself there.
    ///
    /// Counted by statement: each change of a row in one transaction leaves a version of it there, which the next one
    /// walks over, so that thousands of events one by one would take minutes. Payloads are not compressed: the limit of
    /// a queue is in bytes, and most payloads are small.
    private static let postgreSQLCounts = """
        ALTER TABLE target ADD COLUMN count BIGINT NOT NULL DEFAULT 0;
        ALTER TABLE event ALTER COLUMN payload SET STORAGE EXTERNAL;
        CREATE FUNCTION event_added() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            UPDATE target SET count = target.count + added.count
            FROM (SELECT target AS id, count(*) AS count FROM changed GROUP BY target) AS added
            WHERE target.id = added.id;
            RETURN NULL;
        END $$;
        CREATE FUNCTION event_deleted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            UPDATE target SET count = target.count - deleted.count
            FROM (SELECT target AS id, count(*) AS count FROM changed GROUP BY target) AS deleted
            WHERE target.id = deleted.id;
            RETURN NULL;
        END $$;
        CREATE TRIGGER event_added AFTER INSERT ON event REFERENCING NEW TABLE AS changed
            FOR EACH STATEMENT EXECUTE FUNCTION event_added();
        CREATE TRIGGER event_deleted AFTER DELETE ON event REFERENCING OLD TABLE AS changed
            FOR EACH STATEMENT EXECUTE FUNCTION event_deleted();
        CREATE INDEX event_order ON event (target, number);
        """

    private static let bytes = """
        DROP TRIGGER event_added;
        DROP TRIGGER event_deleted;
        CREATE TRIGGER event_added AFTER INSERT ON event BEGIN
            UPDATE target SET count = count + 1, bytes = bytes + new.bytes WHERE id = new.target;
        END;
        CREATE TRIGGER event_deleted AFTER DELETE ON event BEGIN
            UPDATE target SET count = count - 1, bytes = bytes - old.bytes WHERE id = old.target;
        END;
        """

    private static let postgreSQLBytes = """
        CREATE OR REPLACE FUNCTION event_added() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            UPDATE target SET count = target.count + added.count, bytes = target.bytes + added.bytes
            FROM (SELECT target AS id, count(*) AS count, sum(bytes) AS bytes FROM changed GROUP BY target) AS added
            WHERE target.id = added.id;
            RETURN NULL;
        END $$;
        CREATE OR REPLACE FUNCTION event_deleted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            UPDATE target SET count = target.count - deleted.count, bytes = target.bytes - deleted.bytes
            FROM (SELECT target AS id, count(*) AS count, sum(bytes) AS bytes FROM changed GROUP BY target) AS deleted
            WHERE target.id = deleted.id;
            RETURN NULL;
        END $$;
        """
}
