"""The proof of the suite: which requirement sees which defect, and no variation is called one."""
