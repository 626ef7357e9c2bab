"""Functions' logs, read as files of the data folder."""

import time


def log_of(aws, name):
    """The texts of all streams of a function, without the lines' timestamps."""
    folder = aws.server.data / "logs" / aws.number / aws.region / name
    texts = [path.read_text() for path in sorted(folder.glob("*.log"))]
    return "\n".join(line.partition("Z ")[2] or line for text in texts for line in text.splitlines())


def log_with(aws, name, *parts, seconds=10):
    """The same, once it contains all of the parts."""
    deadline = time.monotonic() + seconds
    while True:
        text = log_of(aws, name)
        missing = [part for part in parts if part not in text]
        if not missing:
            return text
        assert time.monotonic() < deadline, f"{missing} not in:\n{text}"
        time.sleep(0.05)
