"""How the load of a data hall moves over the hours: training, inference, both mixed, and what a cap on power does to it.

A profile is a share of a hall's rated IT power. Every number that shapes one is a parameter: none is measured here, so whoever gives them
says whether they are known or assumed. Hours are those of years of 365 days in local standard time, the first hour 0:00 to 1:00.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stargauge.quantity.errors import Fault, InputError
from stargauge.quantity.spoken import say

Array = NDArray[np.float64]


class Profile(NamedTuple):
    """A load by the hour, its highest moment, and what a cap withheld: shares of rated power."""

    hourly: Array  # (hour,): mean of each hour
    peak: float  # the highest moment, above the highest hour where dips and bursts last seconds
    withheld: float = 0.0  # mean share of rated power that a cap withheld

    @property
    def peak_to_average(self) -> float:
        """The highest moment over the mean of all hours."""
        mean = float(self.hourly.mean())
        return self.peak / mean if mean > 0.0 else np.nan


class Training(NamedTuple):
    """A long run: all accelerators at work, short dips while a checkpoint is written, gaps between runs. Assumptions of who gives them."""

    plateau: float  # share of rated power while steps run
    checkpoint_interval: float  # s between the beginnings of two checkpoints
    checkpoint_length: float  # s that one takes
    checkpoint_power: float  # share of rated power during one
    burst: float  # highest moment over the plateau, at least 1
    gap_interval: float = np.inf  # h from the beginning of one gap to the next: failures, end of a run
    gap_length: float = 0.0  # h
    gap_power: float = 0.0  # share of rated power during one


class Inference(NamedTuple):
    """Service to people: more by day than by night, less at the weekend. Assumptions of whoever gives them."""

    idle: float  # share of rated power without any request
    mean_use: float  # mean share of the capacity to serve that is used
    day_swing: float  # amplitude of the day over its mean, 0 to 1
    peak_hour: float  # hour of the day of the users at which most is asked
    weekend: float  # use of Saturday and Sunday over that of other days
    users_ahead: float  # h that the users' clock is ahead of the site's standard time
    first_weekday: int  # day of 1 January: 0 = Monday
    burst: float = 1.0  # highest moment over the highest hour, at least 1


def training_profile(hours: int, training: Training) -> Profile:
    """Load of training: flat, since a dip lasts seconds and an hour sees its mean; gaps stand as whole or part hours.

    mean of an hour at work = plateau - (plateau - checkpoint power) length / interval;  peak = plateau * burst           (1)

    Units: share of rated power. Leaves out: warming up, shapes of single steps, that runs of one site stop apart.
    """
    _check(_shares(training, ("plateau", "checkpoint_power", "gap_power")) + _training_faults(training))
    dip = min(training.checkpoint_length / training.checkpoint_interval, 1.0)
    busy = training.plateau - (training.plateau - training.checkpoint_power) * dip
    hourly = np.full(hours, busy)
    if training.gap_length > 0.0 and np.isfinite(training.gap_interval):
        at = np.arange(hours, dtype=np.float64)
        stopped = _stopped(at + 1.0, training) - _stopped(at, training)
        hourly += (training.gap_power - busy) * stopped
    return Profile(hourly, training.plateau * training.burst)


def _stopped(time: Array, training: Training) -> Array:
    """Hours of gaps up to a time; a gap ends each interval."""
    whole, rest = np.divmod(time, training.gap_interval)
    return np.asarray(whole * training.gap_length + np.maximum(rest - (training.gap_interval - training.gap_length), 0.0))


def inference_profile(hours: int, inference: Inference) -> Profile:
    """Load of inference: a sine over the users' day, a step at their weekend, with the mean use asked for.

    use = mean * w (1 + swing cos(2 pi (clock - peak hour) / 24)) / mean of w (1 + ...), at most 1;  power = idle + (1 - idle) use    (1)

    w: 1, at the weekend less. Units: share of rated power. Leaves out: seasons, growth, holidays, requests that wait, users of many zones.
    """
    _check(_shares(inference, ("idle", "mean_use", "day_swing")) + _inference_faults(inference))
    clock = np.arange(hours, dtype=np.float64) + 0.5 + inference.users_ahead
    day = np.floor(clock / 24.0).astype(np.int64) + inference.first_weekday
    week = np.where(day % 7 >= 5, inference.weekend, 1.0)
    shape = week * (1.0 + inference.day_swing * np.cos(2.0 * np.pi * (clock % 24.0 - inference.peak_hour) / 24.0))
    use = inference.mean_use * shape / (shape.mean() if shape.mean() > 0.0 else 1.0)
    if use.max(initial=0.0) > 1.0:
        raise InputError(
            say(
                "a mean use of {mean_use:g} with this swing asks for {peak:.3g} of the capacity at its peak; lower "
                "`mean_use` to {possible:.3g} or less, or the swing",
                mean_use=inference.mean_use,
                peak=use.max(),
                possible=inference.mean_use / use.max(),
            )
        )
    hourly = inference.idle + (1.0 - inference.idle) * use
    return Profile(np.asarray(hourly), min(float(hourly.max(initial=0.0)) * inference.burst, max(1.0, float(hourly.max(initial=0.0)))))


def mixed_profile(profiles: Sequence[Profile], shares: Sequence[float]) -> Profile:
    """Load of a site of which parts do different work: sum of share * profile; the peak as if all parts peaked at one moment.

    shares: of the site's rated power, at most 1 together; what is left over draws nothing. Leaves out: that peaks of parts miss each other.
    """
    if len(profiles) != len(shares) or not profiles:
        raise InputError(
            say(
                "there are {profiles} profiles and {shares} shares; expected as many of both, one at least",
                profiles=len(profiles),
                shares=len(shares),
            )
        )
    if min(shares) < 0.0 or sum(shares) > 1.0 + 1e-12 or not np.isfinite(sum(shares)):
        raise InputError(
            say(
                "shares of profiles are {shares}; expected none below 0, at most 1 together",
                shares=", ".join(f"{share:g}" for share in shares),
            )
        )
    if len({len(profile.hourly) for profile in profiles}) > 1:
        raise InputError(
            say(
                "profiles have {profiles} hours; expected as many of each",
                profiles=", ".join(f"{len(profile.hourly):,}" for profile in profiles),
            )
        )
    hourly = np.sum([share * profile.hourly for profile, share in zip(profiles, shares, strict=True)], axis=0)
    peak = sum(share * profile.peak for profile, share in zip(profiles, shares, strict=True))
    withheld = sum(share * profile.withheld for profile, share in zip(profiles, shares, strict=True))
    return Profile(hourly, float(peak), float(withheld))


def capped_profile(profile: Profile, cap: ArrayLike) -> Profile:
    """A load that a cap on power holds down: min(load, cap) in each hour; what is withheld is lost, not done later.

    cap: share of rated power, one or (hour,). The cap also holds the highest moment, so a profile near its cap is flatter than it was.
    """
    limit = np.broadcast_to(np.asarray(cap, dtype=np.float64), profile.hourly.shape)
    if not (limit >= 0.0).all():
        raise InputError(say("a cap on power must be a share that is not negative in every hour"))
    hourly = np.minimum(profile.hourly, limit)
    most = min(profile.peak, float(limit.max(initial=0.0)))
    return Profile(hourly, most, profile.withheld + float((profile.hourly - hourly).mean()))


def scaled_to_mean(shape: Array, mean: ArrayLike) -> Array:
    """A load with the shape of a profile and another mean, held down at the rated power: (draw, hour).

    load = min(1, c shape), c so that its mean is the one asked for                                          (1)

    shape: (hour,), none below 0, not all 0; mean: (draw,), from 0 to 1. Of the hours sorted by shape, the m highest stand at 1 and
    c = (mean n - m) / sum of the rest, with the least m for which the next hour stays below 1. Units: share of rated power.
    """
    means = np.atleast_1d(np.asarray(mean, dtype=np.float64))
    if not ((means >= 0.0) & (means <= 1.0)).all() or not (shape >= 0.0).all() or not shape.max(initial=0.0) > 0.0:
        raise InputError(say("a load is scaled to a mean from 0 to 1, by a shape that is nowhere below 0 and somewhere above it"))
    if (means * len(shape) > (shape > 0.0).sum() * (1.0 + 1e-12)).any():
        raise InputError(
            say(
                "a mean of {peak:g} cannot be reached by a shape that is 0 in {hours:,} hours",
                peak=means.max(),
                hours=int((shape == 0.0).sum()),
            )
        )
    ordered = np.sort(shape)[::-1]
    rest = np.append(np.cumsum(ordered[::-1])[::-1], 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        reached = np.arange(len(shape)) + np.where(ordered > 0.0, rest[:-1] / ordered, np.inf)
    full = np.searchsorted(reached, means * len(shape))
    factor = np.divide(means * len(shape) - full, rest[full], out=np.full(len(means), np.inf), where=rest[full] > 0.0)
    with np.errstate(invalid="ignore"):
        scaled = np.where(shape > 0.0, factor[:, None] * shape, 0.0)
    return np.asarray(np.minimum(np.nan_to_num(scaled, posinf=1.0), 1.0))


def _shares(given: NamedTuple, names: Sequence[str]) -> list[Fault]:
    values = given._asdict()
    return [
        Fault(say("{name} is {value:g}; expected a share from 0 to 1", name=name, value=values[name]))
        for name in names
        if not 0.0 <= values[name] <= 1.0
    ]


def _training_faults(training: Training) -> list[Fault]:
    out = []
    if not training.checkpoint_interval > 0.0 or not 0.0 <= training.checkpoint_length <= training.checkpoint_interval:
        out.append(
            Fault(
                say(
                    "a checkpoint of {length:g} s every {interval:g} s cannot be",
                    length=training.checkpoint_length,
                    interval=training.checkpoint_interval,
                )
            )
        )
    if not training.gap_interval > 0.0 or not 0.0 <= training.gap_length <= training.gap_interval:
        out.append(
            Fault(
                say(
                    "a gap of {length:g} h every {interval:g} h cannot be",
                    length=training.gap_length,
                    interval=training.gap_interval,
                )
            )
        )
    if not training.burst >= 1.0:
        out.append(Fault(say("burst is {burst:g}; expected at least 1, the highest moment over the plateau", burst=training.burst)))
    return out


def _inference_faults(inference: Inference) -> list[Fault]:
    out = []
    if not inference.weekend >= 0.0:
        out.append(Fault(say("weekend is {weekend:g}; expected use over that of other days, not negative", weekend=inference.weekend)))
    if not 0 <= inference.first_weekday <= 6:
        out.append(Fault(say("first_weekday is {first_weekday}; expected 0 (Monday) to 6 (Sunday)", first_weekday=inference.first_weekday)))
    if not inference.burst >= 1.0:
        out.append(Fault(say("burst is {burst:g}; expected at least 1, the highest moment over the highest hour", burst=inference.burst)))
    return out


def _check(faults: list[Fault]) -> None:
    if faults:
        raise InputError(faults)
