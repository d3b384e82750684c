"""What an NVIDIA GPU reaches, measured here or shipped."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

from stargauge.api.programmes import catalogue
from stargauge.audit.compute.gpu import GpuCalibration, calibration_of, chip_of
from stargauge.catalogue.gpu_curves import GpuCurve, read_curves
from stargauge.catalogue.load import Catalogue
from stargauge.measure.device import Device
from stargauge.measure.points import Step, facts_as_points, measured
from stargauge.quantity.errors import InputError, did_you_mean
from stargauge.quantity.spoken import say

Stepped = Callable[[Step], None]


def calibrate_gpu(
    *, quick: bool = False, seed: int = 0, index: int = 0, device: Device | None = None, values: Catalogue | None = None,
    progress: Stepped | None = None,
) -> GpuCalibration:  # fmt: skip
    """Small kernels run on a GPU of this machine: what it reaches by size and type, its power, and the curves fitted to that.

    `index`: which GPU; `device`: another device than one found through PyTorch. Takes one to three minutes, less with `quick`. Raises
    InputError where PyTorch is not installed or there is no GPU.
    """
    values = values or catalogue()
    if device is None:
        from stargauge.measure.nvidia import open_nvidia

        device = open_nvidia(index, seed)
    points = facts_as_points(device.facts)
    for step in measured(device, quick):
        points.append(step.point)
        if progress is not None:
            progress(step)
    facts, known = device.facts, values.known(date.today())
    curve = GpuCurve(chip_of(facts.name, facts.memory, known), facts.name, date.today(), facts.driver, facts.software, tuple(points))
    return calibration_of(curve, known, quick, seed)


def gpu_curve(chip: str | Path, *, values: Catalogue | None = None) -> GpuCalibration:
    """What was measured of a chip: the newest that is shipped, or in a file of `stargauge calibrate`.

    Raises InputError where there is none.
    """
    values = values or catalogue()
    known = values.known(date.today())
    file = Path(chip)
    if file.suffix == ".csv":
        found = read_curves(file)
        if len(found) != 1:
            raise InputError(say('"{file}" holds {number} measurements; expected one', file=file, number=len(found)))
        return calibration_of(found[0], known)
    measured_of = values.gpu_curves()
    if chip not in measured_of:
        raise InputError(
            say(
                'nothing measured of "{chip}"{near}; measured: {known}',
                chip=chip,
                near=did_you_mean(str(chip), measured_of),
                known=", ".join(measured_of) or say("none", "fault"),
            )
        )
    return calibration_of(measured_of[str(chip)], known)
