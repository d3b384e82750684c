"""Changed input in large numbers: whatever comes, a reader gives an answer or says what is wrong with it, in bounded work, and writes nothing.

    python -m tests.fuzz --cases 100000 --seed 1 --part claim

Each case is made from the seed and its number alone, so that one that failed comes again: `--from NUMBER --cases 1`.
"""
