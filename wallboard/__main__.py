"""``python -m wallboard`` is the ``wallboard`` command."""

from wallboard.cli import main

if __name__ == "__main__":
    main()
