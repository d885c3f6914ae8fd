"""A day beside the same weekday of past weeks: is there as much as usual, and of the usual kind?"""
