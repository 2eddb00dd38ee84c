"""Risk sets and the partial likelihood of the Cox model, as arrays over all deaths.

Each death is one term of the likelihood. With Efron's method the k-th of d tied deaths
(k = 0 .. d - 1) sees the tied deaths with the fraction 1 - k / d of their weight; with
Breslow's it sees them whole. Sums over risk sets are running totals from the last time
backwards, less those who have not entered yet.
"""

from dataclasses import dataclass, replace

import numpy as np

__all__ = ["RiskSets"]


@dataclass(frozen=True, eq=False)
class RiskSets:
    """Rows sorted by stratum and time, with the places of each risk set.

    ``x`` is in the order of the input, like everything a caller passes in or gets back.
    """

    x: np.ndarray
    event: np.ndarray
    weights: np.ndarray
    order: np.ndarray  # rows by stratum, then time
    entry_order: np.ndarray | None  # rows by stratum, then entry
    # Per set of tied deaths (a stratum and a time):
    first: np.ndarray  # place in `order` of the first row with that time or a later one
    last: np.ndarray  # place after the last row of the stratum
    entered: np.ndarray  # place in `entry_order` of the first row that enters later
    # Per row of the input:
    tie: np.ndarray  # its set of tied deaths; -1 unless a death
    ends: np.ndarray  # number of death sets of all strata up to its end
    starts: np.ndarray  # ... up to its entry
    # Per death term:
    term_tie: np.ndarray
    fraction: np.ndarray  # share of the tied deaths taken out of the risk set
    term_weight: np.ndarray  # mean weight of the tied deaths

    @classmethod
    def build(cls, time, event, x, entry, weights, layer, ties):
        """Sort the rows once; the arguments are those of `cox`, checked."""
        order = np.lexsort((time, layer))
        sorted_time, sorted_layer = time[order], layer[order]
        deaths = np.flatnonzero(event)
        pairs = np.column_stack([layer[deaths], time[deaths]])
        sets, tie_of_death = _unique_pairs(pairs)
        set_layer, set_time = sets[:, 0], sets[:, 1]
        tie = np.full(time.size, -1)
        tie[deaths] = tie_of_death
        first = _place(sorted_layer, sorted_time, set_layer, set_time, "left")
        last = np.searchsorted(sorted_layer, set_layer, side="right")
        ends = _place(set_layer, set_time, layer, time, "right")
        if entry is None:
            entry_order, entered = None, last
            starts = np.searchsorted(set_layer, layer, side="left")
        else:
            entry_order = np.lexsort((entry, layer))
            entered = _place(layer[entry_order], entry[entry_order], set_layer, set_time, "left")
            starts = _place(set_layer, set_time, layer, entry, "right")
        size = np.bincount(tie_of_death, minlength=len(sets))
        mass = np.bincount(tie_of_death, weights[deaths], minlength=len(sets))
        term_tie = np.repeat(np.arange(len(sets)), size)
        within = np.arange(term_tie.size) - np.repeat(np.cumsum(size) - size, size)
        fraction = within / size[term_tie] if ties == "efron" else np.zeros(term_tie.size)
        return cls(
            x=x,
            event=event,
            weights=weights,
            order=order,
            entry_order=entry_order,
            first=first,
            last=last,
            entered=entered,
            tie=tie,
            ends=ends,
            starts=starts,
            term_tie=term_tie,
            fraction=fraction,
            term_weight=(mass / np.maximum(size, 1))[term_tie],
        )

    def with_covariates(self, x):
        """The same risk sets with other covariates."""
        return replace(self, x=x)

    def _terms(self, beta, second=True):
        """Per death term: risk-set total, mean of x and (optionally) covariance of x."""
        linear = self.x @ beta
        shift = linear.max() if linear.size else 0.0
        risk = self.weights * np.exp(linear - shift)
        p = beta.size
        parts = [risk[:, None], risk[:, None] * self.x]
        if second:
            upper = np.triu_indices(p)
            parts.append(risk[:, None] * self.x[:, upper[0]] * self.x[:, upper[1]])
        values = np.hstack(parts)
        at_risk = _tail(values[self.order], self.first) - _tail(values[self.order], self.last)
        if self.entry_order is not None:
            later = values[self.entry_order]
            at_risk = at_risk - (_tail(later, self.entered) - _tail(later, self.last))
        tied = np.zeros_like(at_risk)
        dead = self.event
        np.add.at(tied, self.tie[dead], values[dead])
        sums = at_risk[self.term_tie] - self.fraction[:, None] * tied[self.term_tie]
        total, mean = sums[:, 0], sums[:, 1 : p + 1] / sums[:, [0]]
        if not second:
            return linear, shift, total, mean, None
        square = np.zeros((total.size, p, p))
        square[:, upper[0], upper[1]] = sums[:, p + 1 :] / total[:, None]
        square[:, upper[1], upper[0]] = square[:, upper[0], upper[1]]
        return linear, shift, total, mean, square - mean[:, :, None] * mean[:, None, :]

    def derivatives(self, beta):
        """Log partial likelihood, its gradient, and the information (minus the Hessian)."""
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            linear, shift, total, mean, spread = self._terms(beta)
            dead, w = self.event, self.term_weight
            value = self.weights[dead] @ linear[dead] - w @ (np.log(total) + shift)
            score = self.weights[dead] @ self.x[dead] - w @ mean
            return float(value), score, np.einsum("t,tij->ij", w, spread)

    def time_score(self, beta, clock):
        """Score of x g(t) at coefficient 0, and the information of (x, x g(t)) together.

        ``clock`` is g at the time of each row, shape (n,).
        """
        _, _, _, mean, spread = self._terms(beta)
        dead, w = self.event, self.term_weight
        g = np.zeros(self.first.size)
        g[self.tie[dead]] = clock[dead]
        centre = np.average(g[self.term_tie])
        g, own = g[self.term_tie] - centre, clock[dead] - centre
        score = (self.weights[dead] * own) @ self.x[dead] - (w * g) @ mean
        i11, i12, i22 = (np.einsum("t,tij->ij", w * g**k, spread) for k in (0, 1, 2))
        return score, np.block([[i11, i12], [i12, i22]])

    def score_residuals(self, beta):
        """Weighted score residual of each row, shape (n, p): its share of the gradient."""
        linear, shift, total, mean, _ = self._terms(beta, second=False)
        n_sets = self.first.size
        hazard = self.term_weight / total
        steps = hazard[:, None] * np.column_stack([np.ones(total.size), mean])
        jump = _by_set(self.term_tie, steps, n_sets)
        tied = _by_set(self.term_tie, self.fraction[:, None] * steps, n_sets)
        size = np.maximum(np.bincount(self.term_tie, minlength=n_sets), 1)[:, None]
        average = _by_set(self.term_tie, mean, n_sets) / size
        running = np.vstack([np.zeros((1, jump.shape[1])), np.cumsum(jump, axis=0)])
        seen = running[self.ends] - running[self.starts]
        dead = self.event
        # A tied death is in its own risk sets with a part of its weight only.
        seen[dead] = seen[dead] - tied[self.tie[dead]]
        risk = np.exp(linear - shift)[:, None]
        residual = -risk * (self.x * seen[:, [0]] - seen[:, 1:])
        residual[dead] += self.x[dead] - average[self.tie[dead]]
        return self.weights[:, None] * residual


def _unique_pairs(pairs):
    """Distinct rows of (stratum, time) in order, and the place of each row among them."""
    if len(pairs) == 0:
        return np.zeros((0, 2)), np.zeros(0, np.int64)
    order = np.lexsort((pairs[:, 1], pairs[:, 0]))
    ordered = pairs[order]
    new = np.concatenate([[True], (ordered[1:] != ordered[:-1]).any(axis=1)])
    place = np.empty(len(pairs), np.int64)
    place[order] = np.cumsum(new) - 1
    return ordered[new], place


def _place(layer, time, wanted_layer, wanted_time, side):
    """`numpy.searchsorted` on (stratum, time), both sides sorted by stratum then time."""
    # Ranks of time shared by both sides turn the pair into one whole number.
    ranks = np.unique(np.concatenate([time, wanted_time]), return_inverse=True)[1]
    base = ranks.max(initial=0) + 1
    have = layer * base + ranks[: time.size]
    want = wanted_layer * base + ranks[time.size :]
    return np.searchsorted(have, want, side=side)


def _tail(values, place):
    """Column sums from each place to the end."""
    total = np.cumsum(values[::-1], axis=0)[::-1]
    return np.vstack([total, np.zeros((1, values.shape[1]))])[place]


def _by_set(term_tie, values, n_sets):
    sums = np.zeros((n_sets, values.shape[1]))
    np.add.at(sums, term_tie, values)
    return sums
