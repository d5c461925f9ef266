"""Makes the process lean that imports it: what workers fork from does so before all else."""

from flows.adapters.lean import be_lean

be_lean()
