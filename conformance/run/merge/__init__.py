"""Joins the shards of a run into one report folder, as if it had been one run."""

from conformance.run.merge.folders import merge_folders, run_folders
from conformance.run.merge.reports import in_order, merged

__all__ = ["in_order", "merge_folders", "merged", "run_folders"]
