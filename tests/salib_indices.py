"""Run by a Python that has SALib: the question as JSON on standard input, SALib's answer on standard output."""

import json
import sys

import numpy as np
from SALib.analyze import rbd_fast, sobol
from SALib.sample import sobol as points


def problem(size):
    return {"num_vars": size, "names": [f"x{row}" for row in range(size)], "bounds": [[0.0, 1.0]] * size}


def plain(found, *names):
    return {name: np.asarray(found[name]).tolist() for name in names}


def main():
    asked = json.load(sys.stdin)
    made = problem(asked["size"])
    if asked["do"] == "points":
        out = points.sample(made, asked["count"], calc_second_order=False, seed=1).tolist()
    elif asked["do"] == "sobol":
        out = plain(sobol.analyze(made, np.array(asked["y"]), calc_second_order=False, seed=1), "S1", "S1_conf", "ST", "ST_conf")
    else:
        x, y = np.array(asked["x"]), np.array(asked["y"])
        out = plain(rbd_fast.analyze(made, x, y, seed=1), "S1", "S1_conf")
    json.dump(out, sys.stdout)


if __name__ == "__main__":
    main()
