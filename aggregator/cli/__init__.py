"""The command line: ``aggregator NOUN VERB`` (DESIGN section 5, docs/cli.md)."""

import sys


def main() -> None:
    """Entry point of the ``aggregator`` command."""
    try:
        from aggregator.cli.app import app
    except KeyboardInterrupt:
        # Before anything has begun: `failure` tells the later ones.
        sys.stderr.write("aggregator: interrupted before it began\n")
        sys.exit(130)
    app()


__all__ = ["main"]
