"""Run the command line with ``python -m nltrade``."""

# A process that draws figures reads this module too, and needs no command line.
if __name__ == "__main__":
    from nltrade.cli import main

    main()
