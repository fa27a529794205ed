"""Joins the shards of a run into one report folder, as if it had been one run."""

from conformance.run.merge.folders import merge_folders, merge_shards, run_folders
from conformance.run.merge.reports import in_order, merged

__all__ = ["in_order", "merge_folders", "merge_shards", "merged", "run_folders"]
