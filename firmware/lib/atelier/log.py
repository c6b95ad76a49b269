"""A short memory of what happened, on the console and for whoever asks."""

LINES = 16
LENGTH = 120

recent = []
_repeats = 0


def log(*words):
    """Print a line and keep it among the last; a line that repeats is only counted."""
    global _repeats
    line = " ".join([str(word) for word in words])[:LENGTH]
    if recent and recent[-1] == line:
        _repeats += 1
        if _repeats & (_repeats - 1):  # the 1st, 2nd, 4th, 8th … repeat is printed
            return
        line_out = "{} (again, {} times)".format(line, _repeats)
    else:
        _repeats = 0
        recent.append(line)
        if len(recent) > LINES:
            del recent[0]
        line_out = line
    try:
        print(line_out)
    except (OSError, UnicodeError):
        pass
