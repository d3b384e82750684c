"""The peer style: the same small model as a plain Python function that is called once per draw. Prints its means and its cost as JSON.

Run by a Python of its own: with squigglepy where that is installed, else with a sampler from the standard library in the same style.
"""

import json
import random
import sys
import time

TABLE = json.loads(sys.argv[1])
SAMPLES = int(sys.argv[2])

try:
    import squigglepy as sq

    sq.set_seed(1)
    SPREADS = {name: sq.lognorm(low, high, credibility=80) for name, (low, high) in TABLE.items()}
    STYLE = "squigglepy " + __import__("importlib.metadata").metadata.version("squigglepy")
except ImportError:
    import math

    random.seed(1)

    class Spread:
        """A lognormal by its P10 and P90; `~spread` draws once."""

        def __init__(self, low, high):
            self.mu, self.sigma = math.log(low * high) / 2, math.log(high / low) / (2 * 1.2815515655446004)

        def __invert__(self):
            return random.lognormvariate(self.mu, self.sigma)

    SPREADS = {name: Spread(low, high) for name, (low, high) in TABLE.items()}
    STYLE = "standard library, squigglepy's style"


def model():
    """One draw of all outputs."""
    x = {name: ~spread for name, spread in SPREADS.items()}
    power_it = x["racks"] * x["rack_power"]
    power = power_it * x["design_ratio"]
    energy = power_it * x["overhead"] * x["load_factor"] * 8766.0
    return [
        power,
        power * x["price_shell"] + power_it * x["price_racks"],
        energy * x["tariff"],
        energy * x["carbon"],
        power * x["price_shell"] * x["labour_share"] / x["wage"],
        power * x["staff"],
    ]


def main():
    start = time.process_time()
    table = [list(map(float, row)) for row in (sq.sample(model, n=SAMPLES) if "sq" in globals() else [model() for _ in range(SAMPLES)])]
    seconds = time.process_time() - start
    columns = list(zip(*table, strict=True))
    means = [sum(column) / SAMPLES for column in columns]
    spreads = [sum((v - m) ** 2 for v in column) / (SAMPLES - 1) for column, m in zip(columns, means, strict=True)]
    print(json.dumps({"style": STYLE, "per_second": SAMPLES / seconds, "means": means, "errors": [(s / SAMPLES) ** 0.5 for s in spreads]}))


main()
