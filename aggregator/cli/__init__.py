"""The command line: ``aggregator NOUN VERB`` (DESIGN section 5, docs/cli.md)."""


def main() -> None:
    """Entry point of the ``aggregator`` command."""
    from aggregator.cli.app import app

    app()


__all__ = ["main"]
