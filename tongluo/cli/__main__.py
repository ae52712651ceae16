"""`python -m tongluo.cli` is `tongluo`."""

from tongluo.cli import main

main()
