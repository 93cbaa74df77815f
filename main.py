"""Start Desktop Share from a checkout."""

from desktop_share.__main__ import main

if __name__ == "__main__":
    main()
