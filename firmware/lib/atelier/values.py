"""What actions and settings may be given, checked before anything happens."""


class Refused(Exception):
    """A device says no; reasons are those of docs/contract.md."""

    def __init__(self, reason, message=None, retry_ms=None):
        """Keep why, and after how many ms another try may work."""
        super().__init__(reason)
        self.reason = reason
        self.message = message
        self.retry_ms = retry_ms


def check(key, rule, value):
    """Return a value that fits its rule, else raise Refused."""
    kind = rule["type"]
    if kind == "bool":
        fits = isinstance(value, bool)
    elif kind == "text":
        fits = isinstance(value, str) and 0 < len(value) <= 255
    elif kind == "choice":
        fits = isinstance(value, str)
        if fits and value not in rule["options"]:
            raise Refused("out_of_range", "{} must be one of {}".format(key, rule["options"]))
    else:
        fits = isinstance(value, (int, float)) and not isinstance(value, bool)
        fits = fits and -(2**53) <= value <= 2**53  # infinities and NaN are no numbers
        if fits and kind == "int":
            fits = value == int(value)
            value = int(value) if fits else value
    if not fits:
        raise Refused("bad_arguments", "{} must be of type {}".format(key, kind))
    if kind in ("int", "float"):
        low, high = rule.get("min"), rule.get("max")
        if (low is not None and value < low) or (high is not None and value > high):
            raise Refused("out_of_range", "{} must be {} to {}".format(key, low, high))
    return value


def check_params(rules, params):
    """Return the parameters of an action, defaults filled in; unknown ones are left out."""
    if params is None:
        params = {}
    if not isinstance(params, dict):
        raise Refused("bad_arguments", "params must be an object")
    checked = {}
    for key, rule in rules.items():
        value = params.get(key)
        if value is not None:
            checked[key] = check(key, rule, value)
        elif "default" in rule:
            checked[key] = rule["default"]
        elif rule.get("required"):
            raise Refused("bad_arguments", "{} is missing".format(key))
    return checked
