"""``python -m brickyard`` is the command line."""

from brickyard.cli import main

if __name__ == "__main__":
    main()
