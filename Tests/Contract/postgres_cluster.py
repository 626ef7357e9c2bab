"""A PostgreSQL server of the tests' own: `Tests/Support/postgresql-cluster`."""

import subprocess

from server_process import PATIENCE_SECONDS, REPOSITORY

PASSWORD = "secret-password"


class PostgresCluster:
    """One run of a PostgreSQL server, with databases that belong to a role without further rights."""

    def __init__(self, durable=False):
        script = REPOSITORY / "Tests" / "Support" / "postgresql-cluster"
        self.process = subprocess.Popen(
            [script, *(["durable"] if durable else [])], cwd="/", text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )
        self.databases = 0
        self.expect("ready", self.process.stdout.readline())

    def new_database(self):
        """Makes a database, and returns its URL."""
        self.databases += 1
        return self.ask(f"create test{self.databases}")

    def sql(self, statement):
        """Runs a statement as the superuser, and returns its rows in one line."""
        return self.ask(f"sql {statement}")

    def start(self):
        self.expect("started", self.ask("start"))

    def stop(self):
        """Ends all processes at once, without a last write."""
        self.expect("stopped", self.ask("stop"))

    def kill(self):
        self.expect("killed", self.ask("kill"))

    def close(self):
        """Ends the server, and removes its folder."""
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(PATIENCE_SECONDS)

    def ask(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    @staticmethod
    def expect(expected, answer):
        assert answer.strip() == expected, answer
