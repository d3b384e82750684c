"""Clock, power, temperature and energy of an NVIDIA GPU by the library that its driver brings. Only read, never set."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

_SM_CLOCK, _MEMORY_CLOCK, _TEMPERATURE = 1, 2, 0
_MEGA, _MILLI = 1e6, 1e-3


class Unread(Exception):
    """What could not be read."""


class Nvml:
    """One GPU, found by its own identity, so that hidden ones do not shift the count."""

    def __init__(self, library: Any, uuid: str) -> None:
        self._library = library
        self._handle = ctypes.c_void_p()
        self._call("nvmlDeviceGetHandleByUUID", uuid.encode(), ctypes.byref(self._handle))

    def _call(self, name: str, *given: Any) -> None:
        function = getattr(self._library, name, None)
        code = -1 if function is None else function(*given)
        if code != 0:
            raise Unread(f"{name} gave {code}")

    def _number(self, name: str, kind: Any, *given: Any) -> float:
        value = kind()
        self._call(name, self._handle, *given, ctypes.byref(value))
        return float(value.value)

    def clock(self) -> float:
        """Clock of the multiprocessors, 1/s."""
        return self._number("nvmlDeviceGetClockInfo", ctypes.c_uint, _SM_CLOCK) * _MEGA

    def most_clock(self) -> float:
        """The most that clock can be, 1/s."""
        return self._number("nvmlDeviceGetMaxClockInfo", ctypes.c_uint, _SM_CLOCK) * _MEGA

    def most_memory_clock(self) -> float:
        """The most that the memory's clock can be, 1/s."""
        return self._number("nvmlDeviceGetMaxClockInfo", ctypes.c_uint, _MEMORY_CLOCK) * _MEGA

    def power(self) -> float:
        """Power drawn by the board, W."""
        return self._number("nvmlDeviceGetPowerUsage", ctypes.c_uint) * _MILLI

    def power_limit(self) -> float:
        """The power it is kept under, W."""
        return self._number("nvmlDeviceGetEnforcedPowerLimit", ctypes.c_uint) * _MILLI

    def energy(self) -> float:
        """Energy drawn since the driver was loaded, J."""
        return self._number("nvmlDeviceGetTotalEnergyConsumption", ctypes.c_ulonglong) * _MILLI

    def temperature(self) -> float:
        """Temperature of the chip, degrees Celsius."""
        return self._number("nvmlDeviceGetTemperature", ctypes.c_uint, _TEMPERATURE)

    def driver(self) -> str:
        """The version of the driver."""
        text = ctypes.create_string_buffer(96)
        self._call("nvmlSystemGetDriverVersion", text, ctypes.c_uint(96))
        return text.value.decode()


def opened(uuid: str) -> Nvml | None:
    """The GPU of an identity such as `GPU-1b2c...`; none where the library is not there or does not know it."""
    with suppress(OSError, Unread, AttributeError):
        library = ctypes.CDLL("libnvidia-ml.so.1")
        if library.nvmlInit_v2() == 0:
            return Nvml(library, uuid if uuid.startswith("GPU-") else f"GPU-{uuid}")
    return None


@contextmanager
def if_read() -> Iterator[None]:
    """Whatever cannot be read is left out."""
    with suppress(Unread):
        yield
