"""Faults: what is killed, cut off, cancelled or filled up in mid-work: the promises hold afterwards, and a sentence says why."""
