"""Everything long is a job: queued, run by a worker, watched, cancelled, recovered."""
