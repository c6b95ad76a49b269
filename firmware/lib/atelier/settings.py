"""Settings a person can change while the device runs."""

from .values import Refused, check

_KEY = "settings"


class Settings:
    """Current values by id; defaults come from the bundle, changes from flash."""

    def __init__(self, rules, store):
        """Take what flash holds, where it still fits the rules."""
        self._rules = rules
        self._store = store
        self.values = {}
        kept = store.get(_KEY)
        if not isinstance(kept, dict):
            kept = {}
        for key, rule in rules.items():
            self.values[key] = rule["default"]
            if key in kept:
                try:
                    self.values[key] = check(key, rule, kept[key])
                except Refused:
                    pass  # of an earlier version, with another range

    def __getitem__(self, key):
        """Return one value."""
        return self.values[key]

    def change(self, changes):
        """Take all changes or none; return the ids that changed. Raises Refused."""
        if not isinstance(changes, dict) or not changes:
            raise Refused("bad_arguments", "settings must be an object")
        checked = {}
        for key, value in changes.items():
            if key not in self._rules:
                raise Refused("unknown_setting", str(key)[:48])
            checked[key] = check(key, self._rules[key], value)
        changed = [key for key, value in checked.items() if self.values[key] != value]
        if changed:
            self.values.update(checked)
            self._store.put(_KEY, dict(self.values))
        return changed
