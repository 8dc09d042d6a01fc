"""``python -m appsprint``: the same as the command ``appsprint``."""

from appsprint.entrypoints.cli import main

if __name__ == "__main__":
    main()
