"""Many targets, judged on many machines at once by Dask (extra `campaign`): this room alone knows Dask."""
