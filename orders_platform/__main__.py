"""`python -m orders_platform VERB`: the command line, wherever the PATH leads."""

from orders_platform.cli import main

main()
