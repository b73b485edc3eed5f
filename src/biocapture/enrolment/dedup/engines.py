"""What does the work of a deduplication: processes of this machine, or a Ray cluster."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from biocapture.enrolment.dedup.extraction import Mapper
from biocapture.errors import UsageError
from biocapture.workers.maps import default_workers, map_ordered

ENGINES = ("local", "ray")


def mapper_of(name: str, workers: int) -> Mapper:
    """What applies work to items, with one answer for each, in their order.

    Parameters
    ----------
    name : str
        One of :data:`ENGINES`.
    workers : int
        Processes or actors; 0 = one per core.

    Returns
    -------
    callable

    Raises
    ------
    UsageError
        No such engine, or its extra is not installed.
    """
    if name == "local":
        return _local(workers or default_workers())
    if name == "ray":
        return _on_cluster(workers)
    raise UsageError(f"no such engine; there are: {', '.join(ENGINES)}", name)


def _local(workers: int) -> Mapper:
    def apply(work: Callable[..., Any], items: Sequence[Any], lost: Callable[..., Any]) -> Iterator[Any]:
        return map_ordered(work, items, workers, lost)

    return apply


def _on_cluster(workers: int) -> Mapper:
    from biocapture.workers.cluster_map import connect, map_on_cluster

    connect()

    def apply(work: Callable[..., Any], items: Sequence[Any], lost: Callable[..., Any]) -> Iterator[Any]:
        return map_on_cluster(work, items, workers, lost)

    return apply
