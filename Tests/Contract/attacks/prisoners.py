"""Functions that make the attempts that they are sent."""

from pathlib import Path

FUNCTIONS = Path(__file__).parents[1] / "functions"
ATTEMPTS = (FUNCTIONS / "attempts.py").read_text()
INTRUDER = (FUNCTIONS / "intruder.py").read_text()


class Caller:
    """Makes system calls by number."""

    def __init__(self, account):
        self.account = account
        self.name = account.deploy(files={"app.py": ATTEMPTS}, MemorySize=512, Timeout=30)

    def attempt(self, *calls):
        """What comes of each call: `done`, or an error's name."""
        return self.account.invoke(self.name, {"calls": calls}).value

    def event(self, **event):
        return self.account.invoke(self.name, event)


class Intruder:
    """Evaluates expressions; tables have the name of an attempt → the expression and what may come of it."""

    def __init__(self, account, files=None, **settings):
        self.account = account
        settings = {"MemorySize": 1769, "Timeout": 60, **settings}
        self.name = account.deploy(files={"app.py": INTRUDER, **(files or {})}, **settings)

    def results(self, table, **given):
        attempts = {name: expression for name, (expression, _) in table.items()}
        return self.account.invoke(self.name, {"attempts": attempts, "given": given}).value

    def check(self, table, **given):
        """Makes the attempts of a table, and fails where something else comes of one than the table allows."""
        assert_allowed(table, self.results(table, **given))


def assert_allowed(table, results):
    """Compares results with a table, which separates alternatives by ` | `."""
    surprises = [f"{name}: {results[name]}" for name, (_, allowed) in table.items()
                 if results[name] not in allowed.split(" | ")]
    assert not surprises, "\n".join(surprises)
