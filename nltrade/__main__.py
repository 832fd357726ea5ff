"""Run the command line with ``python -m nltrade``."""

if (
    __name__ == "__main__"
):  # a process that draws figures reads this module, and needs no command line
    from nltrade.cli import main

    main()
