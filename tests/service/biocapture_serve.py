"""``python -m tests.service.biocapture_serve``: the command, as it is installed."""

from biocapture.cli import main

if __name__ == "__main__":
    main()
