"""How texts and numbers may be spelled in a body: where readers of JSON differ, an answer that Spark and Python can both give."""

# Where Spark's reader of JSON gives up, and how deep its threads' stacks surely reach.
LONGEST_NUMBER = 1000
DEEPEST = 500
# RFC 3339 with an offset, capitals only; no reader then needs to be asked about a 24th hour, a 60th second, or an offset beyond
# 18 hours. The same text serves Spark's rlike and Python; its end is the text's, where `$` would let a line break follow.
TIMESTAMP_PATTERN = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,9})?"
    r"(Z|[+-]((0[0-9]|1[0-7]):[0-5][0-9]|18:00))(?![\s\S])"
)
# What nobody sees in an order id: with one of these, an id that looks like another is another order. Control characters, what
# Unicode calls ignorable, and white space, but for a blank between others; these serve both, too.
UNPLAIN_PATTERN = (
    r"[\u0000-\u001f\u007f-\u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f"
    r"\u205f-\u206f\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb" + "\U000e0000-\U000e0fff]|^ | $"
)
