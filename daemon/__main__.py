"""`python -m coughd.daemon` is `coughd`."""

from .main import main

main()
