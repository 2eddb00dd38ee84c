"""Restricted maximum likelihood of a linear model with one unstructured covariance.

The numerical part of `analysis.estimates.longitudinal.mmrm`: subjects are independent, the
covariance of the visits of a subject is the same for all, and visits may be missing.
"""

from dataclasses import dataclass

import numpy as np

__all__ = ["RestrictedFit", "fit_unstructured"]

MAX_STEPS = 100
GRADIENT_TOLERANCE = 1e-9
SETTLING_STEPS = 6


class NotEstimableError(ValueError):
    """The data are in order, but too few for the covariance or the effects asked for."""


NO_ESTIMATE = (
    "the covariance between visits has no estimate: too few patients have all visits for"
    " this number of visits and effects"
)


@dataclass(frozen=True, eq=False)
class RestrictedFit:
    """A REML fit with the Kenward-Roger quantities.

    Attributes
    ----------
    beta : numpy.ndarray, shape (p,)
    covariance : numpy.ndarray, shape (m, m)
        Between the visits of a subject.
    phi : numpy.ndarray, shape (p, p)
        Model covariance of ``beta``.
    phi_adjusted : numpy.ndarray, shape (p, p)
        Kenward and Roger's.
    log_likelihood : float
        Restricted.
    _pull : numpy.ndarray, shape (q, p, p)
        Derivative of the information of ``beta`` by each covariance parameter.
    _parameter_covariance : numpy.ndarray, shape (q, q)
        Inverse observed information of the covariance parameters.
    """

    beta: np.ndarray
    covariance: np.ndarray
    phi: np.ndarray
    phi_adjusted: np.ndarray
    log_likelihood: float
    _pull: np.ndarray
    _parameter_covariance: np.ndarray

    def contrast(self, row):
        """Estimate, Kenward-Roger standard error and degrees of freedom of ``row @ beta``.

        For a single contrast the degrees of freedom of Kenward and Roger are those of
        Satterthwaite: 2 V^2 / (g' W g), with g the derivative of its variance V.
        """
        moved = self.phi @ row
        variance = row @ moved
        gradient = -np.einsum("i,qij,j->q", moved, self._pull, moved)
        spread = gradient @ self._parameter_covariance @ gradient
        df = 2 * variance**2 / spread if spread > 0 else np.inf
        error = np.sqrt(row @ self.phi_adjusted @ row)
        return float(row @ self.beta), float(error), float(df)


def fit_unstructured(x, y, seen):
    """REML fit with an unstructured covariance.

    Parameters
    ----------
    x : numpy.ndarray, shape (n, m, p)
        Design of n subjects at m visits; rows of visits not seen are 0.
    y : numpy.ndarray, shape (n, m)
        Outcome; 0 where not seen.
    seen : numpy.ndarray of bool, shape (n, m)

    Returns
    -------
    RestrictedFit

    Raises
    ------
    ValueError
        When the fixed effects are collinear or the likelihood has no maximum with a positive
        definite covariance.

    Notes
    -----
    Parameters are the covariances themselves, so that Kenward and Roger's second-derivative
    term vanishes (Biometrics 1997; 53: 983-997). Steps use the average of observed and
    expected information until Newton's step is an ascent direction, then Newton's.
    """
    model = _Likelihood(x, y, seen)
    sigma = model.start()
    state = model.evaluate(sigma)
    for _ in range(MAX_STEPS):
        gradient, hessian, average = model.derivatives(state)
        step = _ascent(gradient, hessian, average)
        # The gain a step still promises, relative to the likelihood, is scale free.
        if gradient @ step < GRADIENT_TOLERANCE**2 * (1 + abs(state["value"])):
            break
        new = model.improve(state, step)
        if new is None:
            break
        state = new
    else:
        raise NotEstimableError(NO_ESTIMATE)
    state = _settle(model, state)
    _, hessian, _ = model.derivatives(state)
    return model.result(state, hessian)


def _settle(model, state):
    """Newton's steps while they shrink what a step promises.

    The likelihood is flat at its maximum: it stops rising, to the last digit that a computer has,
    where the covariances are known to half the digits only, and the other half would be those of
    the machine. The gradient still tells.
    """
    promised = np.inf
    for _ in range(SETTLING_STEPS):
        gradient, hessian, _ = model.derivatives(state)
        try:
            np.linalg.cholesky(-hessian)
        except np.linalg.LinAlgError:
            return state
        step = np.linalg.solve(-hessian, gradient)
        if not 0 < gradient @ step < promised:
            return state
        promised = gradient @ step
        moved = model.evaluate(state["sigma"] + np.einsum("q,qij->ij", step, model.basis))
        if moved is None:
            return state
        state = moved
    return state


class _Likelihood:
    """Restricted likelihood of one data set and its derivatives."""

    def __init__(self, x, y, seen):
        self.x, self.y = x, y
        self.visits = seen.shape[1]
        patterns, self.pattern = np.unique(seen, axis=0, return_inverse=True)
        self.patterns = patterns
        self.pattern = self.pattern.ravel()
        self.counts = np.bincount(self.pattern, minlength=len(patterns))
        self.seen = seen
        rows, cols = np.triu_indices(self.visits)
        self.index = rows, cols
        self.basis = np.zeros((rows.size, self.visits, self.visits))
        self.basis[np.arange(rows.size), rows, cols] = 1
        self.basis[np.arange(rows.size), cols, rows] = 1

    def start(self):
        """Covariances of the least-squares residuals, shrunk until positive definite."""
        flat_x, flat_y = self.x[self.seen], self.y[self.seen]
        beta, _, rank, _ = np.linalg.lstsq(flat_x, flat_y, rcond=None)
        if rank < flat_x.shape[1]:
            raise NotEstimableError(
                "the fixed effects are collinear: a covariate is constant or repeats another,"
                " or a group has no outcome at a visit"
            )
        residual = np.where(self.seen, self.y - self.x @ beta, 0.0)
        pairs = self.seen.astype(float).T @ self.seen.astype(float)
        sigma = residual.T @ residual / np.maximum(pairs, 1)
        diagonal = np.diag(np.maximum(np.diag(sigma), 1e-8 * (1 + np.diag(sigma).max())))
        for share in (0.0, 0.1, 0.3, 0.6, 1.0):
            mixed = (1 - share) * sigma + share * diagonal
            if np.linalg.eigvalsh(mixed)[0] > 1e-6 * diagonal.max():
                return mixed
        return diagonal

    def evaluate(self, sigma):
        """Restricted log-likelihood and its parts; None unless sigma is positive definite."""
        if not np.isfinite(sigma).all() or np.linalg.eigvalsh(sigma)[0] <= 0:
            return None
        inverse = np.zeros((len(self.patterns), self.visits, self.visits))
        log_det = 0.0
        for g, pattern in enumerate(self.patterns):
            cell = np.ix_(pattern, pattern)
            inverse[g][cell] = np.linalg.inv(sigma[cell])
            log_det += self.counts[g] * np.linalg.slogdet(sigma[cell])[1]
        weight = inverse[self.pattern]
        wx = weight @ self.x
        information = np.einsum("nmi,nmj->ij", self.x, wx)
        sign, log_information = np.linalg.slogdet(information)
        if sign <= 0:
            return None
        phi = np.linalg.inv(information)
        beta = phi @ np.einsum("nmi,nm->i", wx, self.y)
        residual = np.where(self.seen, self.y - self.x @ beta, 0.0)
        u = np.einsum("nij,nj->ni", weight, residual)
        n_obs, p = int(self.seen.sum()), self.x.shape[2]
        square = np.einsum("ni,ni->", residual, u)
        value = -0.5 * (log_det + log_information + square + (n_obs - p) * np.log(2 * np.pi))
        return {
            "sigma": sigma,
            "value": float(value),
            "inverse": inverse,
            "weight": weight,
            "wx": wx,
            "phi": phi,
            "beta": beta,
            "u": u,
        }

    def derivatives(self, state):
        """Gradient, Hessian and average information by the covariance parameters."""
        wx, phi, u = state["wx"], state["phi"], state["u"]
        inverse, weight = state["inverse"], state["weight"]
        slope = -np.einsum("g,gij->ij", self.counts, inverse)
        slope = slope + u.T @ u + np.einsum("nip,pq,njq->ij", wx, phi, wx, optimize=True)
        gradient = 0.5 * np.einsum("qij,ij->q", self.basis, slope)
        trace = np.zeros((len(self.basis), len(self.basis)))
        for count, w in zip(self.counts, inverse, strict=True):
            moved = (w @ self.basis).reshape(len(self.basis), -1)
            turned = (self.basis @ w).reshape(len(self.basis), -1)
            trace += count * moved @ turned.T
        pull, double, cross, own = self._products(weight, wx, u)
        fixed = np.einsum("pr,qrs->qps", phi, pull)
        log_det_second = 2 * np.einsum("pr,qtrp->qt", phi, double, optimize=True)
        log_det_second -= np.einsum("qps,tsp->qt", fixed, fixed, optimize=True)
        square_second = 2 * own - 2 * cross @ phi @ cross.T
        hessian = 0.5 * trace - 0.5 * log_det_second - 0.5 * square_second
        return gradient, hessian, 0.25 * square_second

    def _products(self, weight, wx, u):
        """Sums over subjects of X'WDWX, X'WDWDWX, X'WDu and u'DWDu for all parameters D."""
        q, p = len(self.basis), wx.shape[2]
        dx = np.einsum("qij,njp->qnip", self.basis, wx, optimize=True)
        du = np.einsum("qij,nj->qni", self.basis, u, optimize=True)
        pull = np.einsum("nip,qnir->qpr", wx, dx, optimize=True)
        wdx = np.einsum("nij,qnjp->qnip", weight, dx, optimize=True)
        left = dx.transpose(0, 3, 1, 2).reshape(q * p, -1)
        right = wdx.transpose(0, 3, 1, 2).reshape(q * p, -1)
        double = (left @ right.T).reshape(q, p, q, p).transpose(0, 2, 1, 3)
        wdu = np.einsum("nij,qnj->qni", weight, du, optimize=True)
        cross = np.einsum("nip,qni->qp", wx, du, optimize=True)
        own = du.reshape(q, -1) @ wdu.reshape(q, -1).T
        return pull, double, cross, own

    def improve(self, state, step):
        """The step, halved until the likelihood rises; None when it does not any more."""
        change = np.einsum("q,qij->ij", step, self.basis)
        # No direction may lose more than four fifths of its variance in one step: a longer
        # one can jump over the maximum to the edge of the positive definite matrices.
        root = np.linalg.inv(np.linalg.cholesky(state["sigma"]))
        loss = -np.linalg.eigvalsh(root @ change @ root.T)[0]
        factor = min(1.0, 0.8 / loss) if loss > 0 else 1.0
        for _ in range(40):
            new = self.evaluate(state["sigma"] + factor * change)
            if new is not None and new["value"] > state["value"]:
                return new
            factor /= 2
        return None

    def result(self, state, hessian):
        """Kenward-Roger quantities at the maximum."""
        phi = state["phi"]
        scale = np.sqrt(np.maximum(np.diag(-hessian), 0))
        if (scale == 0).any() or np.linalg.eigvalsh(-hessian / np.outer(scale, scale))[0] <= 1e-10:
            raise NotEstimableError(NO_ESTIMATE)
        spread = np.linalg.inv(-hessian)
        pull, double, _, _ = self._products(state["weight"], state["wx"], state["u"])
        middle = np.einsum("qt,qtij->ij", spread, double, optimize=True)
        middle -= np.einsum("qt,qip,pr,trj->ij", spread, pull, phi, pull, optimize=True)
        return RestrictedFit(
            beta=state["beta"],
            covariance=state["sigma"],
            phi=phi,
            phi_adjusted=phi + 2 * phi @ middle @ phi,
            log_likelihood=state["value"],
            _pull=-pull,
            _parameter_covariance=spread,
        )


def _ascent(gradient, hessian, average):
    """Newton's step where the likelihood is concave, that of the average information else."""
    for curvature in (-hessian, average):
        scale = np.sqrt(np.maximum(np.abs(np.diag(curvature)), 1e-300))
        try:
            np.linalg.cholesky(curvature / np.outer(scale, scale))
        except np.linalg.LinAlgError:
            continue
        return np.linalg.solve(curvature, gradient)
    size = np.maximum(np.diag(np.abs(average)), 1e-300)
    return gradient / size
