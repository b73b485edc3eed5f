"""``biocapture serve``: one process that other programs ask over HTTP, in their own words.

The straight line of a request: :mod:`~biocapture.service.app` guards it and reads its body,
:mod:`~biocapture.service.pool` gives it to a worker process, :mod:`~biocapture.service.respond` answers it there. All
parsing of what came from outside happens in the worker, so that the event loop never waits for it.
"""
