"""`python -m monitor` and the command `monitor`."""

from monitor.cli.process import main

__all__ = ["main"]

if __name__ == "__main__":
    main()
