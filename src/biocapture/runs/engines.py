"""What does the work of a run: processes of this machine, or a Ray cluster."""

from biocapture.errors import UsageError
from biocapture.runs.run import Engine, Plan, local_engine
from biocapture.workers.maps import default_workers

ENGINES = ("local", "ray")


def engine_of(name: str, plan: Plan, workers: int) -> Engine:
    """Engine of a name.

    Parameters
    ----------
    name : str
        One of :data:`ENGINES`.
    plan : Plan
    workers : int
        Processes or actors; 0 = one per core.

    Returns
    -------
    Engine

    Raises
    ------
    UsageError
        No such engine, or its extra is not installed.
    """
    if name == "local":
        # Forking is safe: the pool starts on the first file, before any thread exists.
        return local_engine(plan, workers or default_workers(), fork=True)
    if name == "ray":
        from biocapture.runs.cluster import ray_engine

        return ray_engine(plan, workers)
    raise UsageError(f"no such engine; there are: {', '.join(ENGINES)}", name)
