"""What every Atelier device runs: link, contract, bounded outputs, kept values."""
