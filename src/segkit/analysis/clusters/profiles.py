"""What each cluster is: its size and worth, its features against the average, and who lies beyond the ends of the scale."""

from __future__ import annotations

import numpy as np
import pandas as pd

from segkit.analysis.clusters.features import NEEDS, measured, reasons
from segkit.analysis.clusters.fitting import sample_of
from segkit.analysis.clusters.model import Clustering

MEDIANS = ("recency_days", "frequency", "monetary")
OUTLIERS = ("customer_id", "feature", "monetary", "revenue_share", "end")


def profiles(model: Clustering, assigned: pd.DataFrame, customers: pd.DataFrame) -> pd.DataFrame:
    """One row per cluster that occurs, the most valuable first: cluster, cluster_id, name, customers, customer_share, revenue
    (base currency), revenue_share, mean_value (revenue per customer), median recency_days, frequency and monetary, and
    `z_<feature>`: the mean on the scale of the clustering, where 0 is its average customer and 1 a standard deviation.

    `assigned`: see `assign`. Shares are of all customers in a cluster.
    """
    known = assigned[["customer_id", "cluster", "cluster_id", "name"]].dropna().reset_index(drop=True)
    rows = known.merge(customers, on="customer_id", how="left", validate="one_to_one", suffixes=("", "_of_customer"))
    z = pd.DataFrame(model.coordinates(rows), columns=[f"z_{name}" for name in model.features])
    rows = pd.concat([rows[["cluster", "cluster_id", "name", *MEDIANS]], z], axis=1)
    grouped = rows.groupby(["cluster", "cluster_id", "name"], sort=True, observed=True)
    size = grouped["monetary"].agg(customers="size", revenue="sum", mean_value="mean")
    size = size.assign(customer_share=size["customers"] / len(rows), revenue_share=size["revenue"] / rows["monetary"].sum())
    table = pd.concat([size, grouped[list(MEDIANS)].median(), grouped[list(z.columns)].mean()], axis=1).reset_index()
    first = ["cluster", "cluster_id", "name", "customers", "customer_share", "revenue", "revenue_share", "mean_value"]
    return table[[*first, *MEDIANS, *z.columns]]


def left_out(assigned: pd.DataFrame) -> pd.DataFrame:
    """Customers without a cluster by reason, most first: reason, customers."""
    why = assigned.loc[assigned["reason"] != "", "reason"]
    return why.value_counts(sort=True).rename_axis("reason").rename("customers").reset_index()


def outliers(model: Clustering, customers: pd.DataFrame) -> pd.DataFrame:
    """One row per customer and feature that lies beyond an end of the scale and counts as that end: customer_id, feature,
    monetary, revenue_share (of all customers clustered), end (`high` or `low`); the greatest revenue first."""
    values = measured(customers, model.features)
    usable = (reasons(customers, model.features) == "").to_numpy()
    money = customers["monetary"].to_numpy(dtype=float, na_value=0.0)
    total = money[usable].sum()
    parts = []
    for scale in model.scales if model.k else ():
        column = values[scale.feature].to_numpy()
        for end, beyond in (("high", column > scale.high), ("low", column < scale.low)):
            at = np.flatnonzero(beyond & usable)
            ids = customers["customer_id"].to_numpy()[at]
            parts.append(pd.DataFrame({"customer_id": ids, "feature": scale.feature, "monetary": money[at], "end": end}))
    if not parts:
        return pd.DataFrame(columns=list(OUTLIERS))
    rows = pd.concat(parts, ignore_index=True)
    rows = rows.assign(revenue_share=rows["monetary"] / total)[list(OUTLIERS)]
    return rows.sort_values("monetary", ascending=False, kind="stable", ignore_index=True)


def points(model: Clustering, assigned: pd.DataFrame, customers: pd.DataFrame, *, most: int = 800) -> pd.DataFrame:
    """At most `most` customers in a cluster, drawn by the clustering's seed: cluster, a column per feature in the units that
    people read (days, orders, money, share), `x` and `y` on the two principal components (of all customers in a cluster).

    `attrs["loadings"]`: feature, x, y (the weight of each scaled feature); `attrs["explained"]`: the share of the variance
    that each component holds; `attrs["centroids"]`: cluster, and the median of every column.
    """
    placed = assigned["cluster"].notna().to_numpy()
    coordinates = model.coordinates(customers[placed])
    centre, axes, explained = _components(coordinates)
    numbers = assigned["cluster"].to_numpy()[placed]
    table = pd.DataFrame({"cluster": numbers.astype("int64")})
    for name in model.features:
        table[name] = _read(customers[placed], name)
    flat = (coordinates - centre) @ axes
    table = table.assign(x=flat[:, 0], y=flat[:, 1])
    drawn = table.iloc[sample_of(coordinates, most, seed=model.seed)].reset_index(drop=True)
    drawn.attrs["loadings"] = [
        {"feature": f, "x": float(a), "y": float(b)} for f, (a, b) in zip(model.features, axes, strict=True)
    ]
    drawn.attrs["explained"] = [float(share) for share in explained]
    drawn.attrs["centroids"] = table.groupby("cluster").median().reset_index().to_dict("records")
    return drawn


def _components(coordinates: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The centre, the first two principal axes as columns (the greatest weight of each positive), their shares of variance."""
    width = coordinates.shape[1]
    if len(coordinates) < 2:
        return np.zeros(width), np.zeros((width, 2)), np.zeros(2)
    centre = coordinates.mean(axis=0)
    variance, axes = np.linalg.eigh(np.cov(coordinates - centre, rowvar=False).reshape(width, width))
    axes = axes[:, ::-1][:, :2]
    axes = axes * np.sign(axes[np.abs(axes).argmax(axis=0), range(axes.shape[1])])
    missing = 2 - axes.shape[1]
    share = (variance[::-1] / variance.sum())[:2]
    return centre, np.pad(axes, ((0, 0), (0, missing))), np.pad(share, (0, missing))


def _read(customers: pd.DataFrame, feature: str) -> np.ndarray:
    """A feature as people read it: its column, or its own value where it is made of several."""
    columns = NEEDS[feature]
    if len(columns) == 1:
        return customers[columns[0]].to_numpy(dtype="float64", na_value=np.nan)
    return measured(customers, [feature])[feature].to_numpy()
