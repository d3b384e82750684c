"""PRIM of the EMA Workbench on an example, run by a Python that has it: `PYTHON tests/ema_prim.py < example.json > box.json`."""

from __future__ import annotations

import json
import sys
import time
import warnings


def main() -> None:
    """Read columns, categories, truth and least mass; print the box found with its trajectory and quasi-p-values."""
    warnings.filterwarnings("ignore")
    import ema_workbench
    import pandas
    from ema_workbench.analysis import prim

    example = json.load(sys.stdin)
    kinds = {name: (lambda code: f"c{int(code)}") if name in example["categories"] else float for name in example["columns"]}
    frame = pandas.DataFrame({name: [kinds[name](one) for one in values] for name, values in example["columns"].items()})
    start = time.process_time()
    box = prim.Prim(
        frame, pandas.Series(example["truth"]).to_numpy(dtype=int), threshold=0.01, peel_alpha=0.05, paste_alpha=0.05,
        mass_min=example["least"],
    ).find_box()  # fmt: skip
    seconds = time.process_time() - start
    limits, whole = box.box_lims[-1], box.box_lims[0]
    found = dict[str, list[object]]()
    for name in limits.columns:
        ends, every = list(limits[name]), list(whole[name])
        if isinstance(ends[0], set):
            if ends[0] != every[0]:
                found[name] = sorted(int(one[1:]) for one in ends[0])
        elif ends != every:
            found[name] = [None if end == open_end else float(end) for end, open_end in zip(ends, every, strict=True)]
    rows = box.peeling_trajectory
    answer = {
        "version": ema_workbench.__version__, "seconds": seconds, "limits": found,
        "trajectory": [[int(n), int(k), int(d)] for n, k, d in zip(rows["n"], rows["k"], rows["res_dim"], strict=True)],
        "quasi_p": {name: [None if p == -1 else float(p) for p in ends] for name, ends in box.qp[-1].items()},
    }  # fmt: skip
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
