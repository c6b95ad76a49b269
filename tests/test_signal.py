"""Signals reach whoever listens, also those who leave on hearing it."""

from custom_components.atelier.signal import Signal


def test_listeners_are_called_in_their_order_until_they_leave() -> None:
    heard: list[str] = []
    signal: Signal[str] = Signal()
    end_first = signal.listen(lambda word: heard.append(f"first {word}"))
    signal.listen(lambda word: heard.append(f"second {word}"))
    signal.tell("a")
    end_first()
    signal.tell("b")
    assert heard == ["first a", "second a", "second b"]


def test_a_listener_may_leave_while_it_is_called() -> None:
    heard: list[str] = []
    signal: Signal[()] = Signal()

    def once() -> None:
        heard.append("once")
        end()

    end = signal.listen(once)
    signal.listen(lambda: heard.append("other"))
    signal.tell()
    signal.tell()
    assert heard == ["once", "other", "other"]
