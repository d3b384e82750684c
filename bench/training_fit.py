"""The fit of the training model to measured runs: log least squares with priors, left-out groups, and the file that is shipped."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

import numpy as np

from stargauge import api
from stargauge.audit.training_cases import TrainingCase, case_of
from stargauge.catalogue.training_runs import shipped_training_runs
from stargauge.quantity.compute.training_fit import TrainingFit
from stargauge.quantity.compute.training_step import TrainingWork, combined, training_work

GENERATIONS = {
    "a100-sxm-40": "ampere", "a100-sxm-80": "ampere", "h100-sxm": "hopper", "h200-sxm": "hopper", "h800-sxm": "hopper",
    "gb200-nvl72": "blackwell", "gb300-nvl72": "blackwell", "b200-hgx": "blackwell", "b300-hgx": "blackwell",
}  # fmt: skip


class Prior(NamedTuple):
    middle: float
    spread: float
    log: bool = True


P = {
    "matrix-bf16[ampere]": Prior(1.30, 0.12), "matrix-bf16[hopper]": Prior(1.42, 0.12), "matrix-fp8[hopper]": Prior(1.5, 0.12),
    "matrix-bf16[blackwell]": Prior(1.42, 0.12), "matrix-fp8[blackwell]": Prior(1.5, 0.12), "matrix-mxfp8[blackwell]": Prior(1.6, 0.12),
    "matrix-nvfp4[blackwell]": Prior(2.0, 0.12),
    "matrix_high": Prior(1.4, 0.12), "operands": Prior(0.8, 0.3), "attention[ampere]": Prior(1.5, 0.2), "attention[hopper]": Prior(1.9, 0.15),
    "attention[blackwell]": Prior(2.0, 0.2), "attention_unfused": Prior(1.5, 0.2), "scores": Prior(1.2, 0.2), "elementwise": Prior(1.3, 0.2),
    "casts": Prior(1.2, 0.3), "permutation": Prior(1.3, 0.3), "kernel": Prior(5e-6, 0.5), "tensor": Prior(0.5, 0.3),
    "context": Prior(0.3, 0.4), "expert_inside": Prior(1.1, 0.3), "expert_outside": Prior(1.3, 0.4), "shard": Prior(0.15, 0.5),
    "neighbour": Prior(0.3, 0.5), "data": Prior(0.3, 0.4), "optimizer": Prior(1.2, 0.3), "logits": Prior(1.4, 0.12),
    "age_all": Prior(0.02, 0.05, False), "age_kernel": Prior(0.15, 0.15, False),
}  # fmt: skip
NAMES = tuple(P)
X0 = np.array([np.log(p.middle) if p.log else p.middle for p in P.values()])
SD = np.array([p.spread for p in P.values()])
SIGMA, NU = 0.08, 1.5


def fit_of(x) -> TrainingFit:
    values = {name: float(np.exp(one)) if P[name].log else float(one) for name, one in zip(NAMES, x)}
    return TrainingFit(values, GENERATIONS, {"dense": 0.2, "moe": 0.3, "other-dense": 0.3, "other-moe": 0.4})


class Row(NamedTuple):
    case: TrainingCase
    work: TrainingWork
    family: str
    chip: str


def rows() -> list[Row]:
    known, found = api.catalogue().known(date.today()), []
    for run in shipped_training_runs():
        if run.texts["use"] != "fit":
            continue
        case = case_of(run, known)
        if isinstance(case, str):
            print("left out", run.name, case)
            continue
        found.append(Row(case, training_work(case.model, case.machine, case.job, case.layouts), run.texts["family"], case.machine.chip.name))
    return found


def predict(x, row: Row):
    fit = fit_of(x)
    total = combined(row.work, row.case.model, row.case.machine, row.case.job, fit).total
    return float(total.min())


def solve(data: Sequence[Row], iterations=8):
    x, y = X0.copy(), np.array([np.log(row.case.run.seconds) for row in data])
    for _ in range(iterations):
        here = np.array([np.log(predict(x, row)) for row in data])
        jac = np.empty((len(data), len(x)))
        for k in range(len(x)):
            step = x.copy(); step[k] += 1e-4
            jac[:, k] = (np.array([np.log(predict(step, row)) for row in data]) - here) / 1e-4
        r = (here - y) / SIGMA; j = jac / SIGMA
        w = 1 / np.sqrt(1 + (r / NU) ** 2)
        a = (j.T * w) @ j + np.diag(1 / SD**2); b = -(j.T @ (w * r)) - (x - X0) / SD**2
        dx = np.linalg.solve(a, b); dx *= min(1.0, 0.5 / abs(dx).max()); x = x + dx
        if abs(dx).max() < 1e-3:
            break
    return x


def cross(data, key):
    out = np.zeros(len(data))
    for g in dict.fromkeys(map(key, data)):
        x = solve([row for row in data if key(row) != g])
        for i, row in enumerate(data):
            if key(row) == g:
                out[i] = predict(x, row) / row.case.run.seconds - 1
    return out


def rep(e, data):
    moe = np.array([row.case.model.experts > 0 for row in data])
    return f"dense {abs(e[~moe]).mean():.3f} moe {abs(e[moe]).mean():.3f}"


if __name__ == "__main__":
    import time
    t0 = time.time(); data = rows(); x = solve(data)
    fit = fit_of(x); print({k: round(v, 8) if v < 1e-3 else round(v, 2) for k, v in fit.coefficients.items()}, time.time() - t0)
    e0 = np.array([predict(X0, r) / r.case.run.seconds - 1 for r in data]); e = np.array([predict(x, r) / r.case.run.seconds - 1 for r in data])
    print("prior", rep(e0, data)); print("in-sample", rep(e, data))
    c = cross(data, lambda r: (r.family, r.chip)) if len(sys.argv) > 1 else e
    print("CV fam x chip", rep(c, data), time.time() - t0)
    for i, r in enumerate(data):
        s = combined(r.work, r.case.model, r.case.machine, r.case.job, fit); j = int(s.total.argmin()); t = s.total[j]
        lay = [int(getattr(r.case.layouts, f)[j]) for f in r.case.layouts._fields]
        print(r.case.run.name[4:], r.case.run.texts["model"][:16].ljust(16), r.chip[:9].ljust(9), r.case.job.dtype[:5].ljust(5), f"{r.case.machine.software:.1f} y={r.case.run.seconds:.2f} pr={e0[i]:+.2f} in={e[i]:+.2f} cv={c[i]:+.2f}", lay,
              " ".join(f"{k[:6]}{getattr(s, k)[j] / t:.2f}" for k in s._fields if getattr(s, k)[j] / t > 0.02))
    if "write" in sys.argv:
        import csv
        from stargauge.catalogue.training_fit import FILE, COLUMNS
        with FILE.open("w", newline="") as h:
            w = csv.writer(h, lineterminator="\n"); w.writerow(COLUMNS)
            for k, v in fit.coefficients.items(): w.writerow(["coefficient", "all", k, f"{v:.6g}", ""])
            for k, v in GENERATIONS.items(): w.writerow(["generation", "all", k, v, ""])
            for k, v in fit.spread.items(): w.writerow(["spread", "all", k, v, ""])
