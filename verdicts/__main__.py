"""`python -m verdicts`: the same as the command `verdicts`."""

from verdicts.boundary import main

if __name__ == "__main__":
    main()
