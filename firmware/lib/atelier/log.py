"""Lines on the console: short, and not the same one over and over."""

LENGTH = 160

_last = None
_repeats = 0


def log(*words):
    """Print a line; of one that repeats only the 1st, 2nd, 4th, 8th … time is printed."""
    global _last, _repeats
    line = " ".join([str(word) for word in words])[:LENGTH]
    if line == _last:
        _repeats += 1
        if _repeats & (_repeats - 1):
            return
        line = "{} (again, {} times)".format(line, _repeats)
    else:
        _last, _repeats = line, 0
    try:
        print(line)
    except (OSError, UnicodeError):
        pass
