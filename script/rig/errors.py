"""What can go wrong while a workshop is started or driven."""


class RigError(Exception):
    """Something of the workshop did not do what it should; the message says what."""


class PortTakenError(RigError):
    """A port that was asked for is in use by another program."""

    def __init__(self, port: int, purpose: str) -> None:
        """Keep which port it was and what it was wanted for."""
        super().__init__(f"Port {port} for {purpose} is taken by another program")
        self.port = port
        self.purpose = purpose


class ProgramEndedError(RigError):
    """A program ended although it should run."""


class SlowError(RigError):
    """Something awaited did not come in time."""
