"""Tables of cases for preconditions and ranges, each with its section of RFC 9110: judged by the pure functions and
asked of a live server."""

from __future__ import annotations

from desktop_share.server.http_dates import http_date
from desktop_share.server.ranges import Answer, ByteRange, RequestConditions, Validators

NOW = 1_700_000_000.0
MODIFIED = NOW - 3600.5
BEFORE, SAME, AFTER, FUTURE = (http_date(time) for time in (MODIFIED - 1, MODIFIED, MODIFIED + 1, NOW + 86400))
ETAG = '"abc,d-1"'  # the comma is part of it
STRONG = Validators(ETAG, MODIFIED)
WEAK = Validators("W/" + ETAG, MODIFIED)
UNDATED = Validators(ETAG, None)
UNTAGGED = Validators(None, MODIFIED)
LENGTH = 1000
WHOLE = Answer(200, (ByteRange(0, LENGTH),))


def conditions(**values: str) -> RequestConditions:
    return RequestConditions(**values)  # type: ignore[arg-type]


def part(*bounds: int) -> Answer:
    return Answer(206, tuple(ByteRange(*pair) for pair in zip(bounds[::2], bounds[1::2], strict=True)))


GOOD_RANGE = {"range": "bytes=0-9"}

IF_MATCH = [  # section, validators, If-Match, status
    ("13.1.1 star: there is a representation", STRONG, "*", 200),
    ("13.1.1 star, even without a tag", UNTAGGED, " * ", 200),
    ("13.1.1 the tag", STRONG, ETAG, 200),
    ("13.1.1 in a list, comma inside quotes", STRONG, f'"x", {ETAG}, "y"', 200),
    ("5.6.1 empty list elements", STRONG, f", ,{ETAG},,", 200),
    ("13.1.1 a piece of the tag is not the tag", STRONG, '"abc"', 412),
    ("13.1.1 another tag", STRONG, '"other"', 412),
    ("13.1.1 strong comparison: weak in the request", STRONG, "W/" + ETAG, 412),
    ("13.1.1 strong comparison: weak here", WEAK, "W/" + ETAG, 412),
    ("13.1.1 no tag to match", UNTAGGED, ETAG, 412),
    ("8.8.3 unquoted", STRONG, ETAG.strip('"'), 412),
    ("8.8.3 unterminated", STRONG, ETAG[:-1], 412),
    ("8.8.3 tags without a comma between", STRONG, f'"x" {ETAG}', 412),
    ("13.1.1 star is not for lists", STRONG, f"*, {ETAG}", 412),
    ("13.1.1 empty", STRONG, "", 412),
]

IF_NONE_MATCH = [  # section, validators, If-None-Match, status
    ("13.1.2 star", STRONG, "*", 304),
    ("13.1.2 the tag", STRONG, ETAG, 304),
    ("13.1.2 weak comparison: weak in the request", STRONG, "W/" + ETAG, 304),
    ("13.1.2 weak comparison: weak here", WEAK, ETAG, 304),
    ("13.1.2 weak comparison: both weak", WEAK, "W/" + ETAG, 304),
    ("13.1.2 in a list", STRONG, f'W/"x" , {ETAG}', 304),
    ("13.1.2 another tag", STRONG, '"other"', 200),
    ("8.8.3 case-sensitive", STRONG, ETAG.upper(), 200),
    ("8.8.3 W is case-sensitive", STRONG, "w/" + ETAG, 200),
    ("8.8.3 malformed list", STRONG, f"{ETAG} nonsense", 200),
    ("13.1.2 no tag to match", UNTAGGED, ETAG, 200),
    ("13.1.2 empty", STRONG, "", 200),
]

DATES = [  # section, field, date, validators, status
    ("13.1.3 older copy", "if_modified_since", BEFORE, STRONG, 200),
    ("13.1.3 same", "if_modified_since", SAME, STRONG, 304),
    ("13.1.3 newer", "if_modified_since", AFTER, STRONG, 304),
    ("13.1.3 ahead of the clock", "if_modified_since", FUTURE, STRONG, 304),
    ("13.1.3 no date: ignored", "if_modified_since", "yesterday", STRONG, 200),
    ("13.1.3 two lines joined: ignored", "if_modified_since", f"{SAME}, {SAME}", STRONG, 200),
    ("13.1.3 no modification date: ignored", "if_modified_since", AFTER, UNDATED, 200),
    ("13.1.4 older copy", "if_unmodified_since", BEFORE, STRONG, 412),
    ("13.1.4 same", "if_unmodified_since", SAME, STRONG, 200),
    ("13.1.4 newer", "if_unmodified_since", AFTER, STRONG, 200),
    ("13.1.4 no date: ignored", "if_unmodified_since", "0", STRONG, 200),
    ("13.1.4 no modification date: ignored", "if_unmodified_since", BEFORE, UNDATED, 200),
]

IN_ORDER = [  # section, fields, answer
    ("13.2.2 step 1 before ranges", {"if_match": '"other"', **GOOD_RANGE}, Answer(412)),
    ("13.2.2 step 1 true, then the range", {"if_match": ETAG, **GOOD_RANGE}, part(0, 10)),
    ("13.2.2 step 1 hides step 2", {"if_match": ETAG, "if_unmodified_since": BEFORE}, WHOLE),
    ("13.2.2 step 2 before ranges", {"if_unmodified_since": BEFORE, **GOOD_RANGE}, Answer(412)),
    ("13.2.2 step 1 before step 3", {"if_match": '"other"', "if_none_match": ETAG}, Answer(412)),
    ("13.2.2 step 1 true, then step 3", {"if_match": ETAG, "if_none_match": ETAG}, Answer(304)),
    ("13.2.2 step 2 true, then step 4", {"if_unmodified_since": AFTER, "if_modified_since": SAME}, Answer(304)),
    ("13.2.2 step 3 before ranges", {"if_none_match": ETAG, **GOOD_RANGE}, Answer(304)),
    ("13.2.2 step 3 hides step 4", {"if_none_match": '"other"', "if_modified_since": AFTER}, WHOLE),
    ("13.2.2 step 3 malformed hides step 4 too", {"if_none_match": "?", "if_modified_since": AFTER}, WHOLE),
    ("13.2.2 step 4 before ranges", {"if_modified_since": SAME, **GOOD_RANGE}, Answer(304)),
    ("13.2.2 before 416", {"if_none_match": ETAG, "range": "bytes=5000-"}, Answer(304)),
    ("13.2.2 412 before 416", {"if_match": '"other"', "range": "bytes=5000-"}, Answer(412)),
    ("13.2.2 step 5 before 416", {"if_range": '"other"', "range": "bytes=5000-"}, WHOLE),
    ("13.2.2 step 5 true, then 416", {"if_range": ETAG, "range": "bytes=5000-"}, Answer(416)),
    ("13.1.5 without Range: ignored", {"if_range": '"other"'}, WHOLE),
    ("13.2.2 all at once", {"if_match": ETAG, "if_none_match": '"x"', "if_range": ETAG, **GOOD_RANGE}, part(0, 10)),
]

IF_RANGE = [  # section, validators, If-Range, now, whether it holds
    ("13.1.5 the strong tag", STRONG, ETAG, NOW, True),
    ("13.1.5 another tag", STRONG, '"other"', NOW, False),
    ("13.1.5 weak in the request", STRONG, "W/" + ETAG, NOW, False),
    ("13.1.5 weak here", WEAK, "W/" + ETAG, NOW, False),
    ("13.1.5 weak here, strong in the request", WEAK, ETAG, NOW, False),
    ("13.1.5 no list", STRONG, f'{ETAG}, "x"', NOW, False),
    ("13.1.5 no star", STRONG, "*", NOW, False),
    ("13.1.5 no tag here", UNTAGGED, ETAG, NOW, False),
    ("13.1.5 the date, exactly", STRONG, SAME, NOW, True),
    ("13.1.5 a later date", STRONG, AFTER, NOW, False),
    ("13.1.5 an earlier date", STRONG, BEFORE, NOW, False),
    ("13.1.5 a date ahead of the clock", STRONG, FUTURE, NOW, False),
    ("13.1.5 no date here", UNDATED, SAME, NOW, False),
    ("13.1.5 nonsense", STRONG, "soon", NOW, False),
    ("13.1.5 empty", STRONG, "", NOW, False),
    ("8.8.2.2 the second is not over yet", STRONG, SAME, MODIFIED + 0.3, False),
    ("8.8.2.2 the second is over", STRONG, SAME, MODIFIED + 1, True),
    ("8.8.2.1 a file dated ahead of the clock", Validators(ETAG, NOW + 86400), FUTURE, NOW, False),
    ("8.8.2.1 the same, a day later", Validators(ETAG, NOW + 86400), FUTURE, NOW + 86402, True),
    ("5.6.7 the date in asctime form", STRONG, "Tue Nov 14 21:13:19 2023", NOW, True),
]

RANGES = [  # section, Range, answer
    # one
    ("14.1.2 first and last are inclusive", "bytes=0-499", part(0, 500)),
    ("14.1.2 one byte", "bytes=999-999", part(999, 1000)),
    ("14.1.2 all", "bytes=0-999", part(0, 1000)),
    ("14.1.2 last beyond the end", "bytes=990-5000", part(990, 1000)),
    ("14.1.2 open", "bytes=500-", part(500, 1000)),
    ("14.1.2 open from the start", "bytes=0-", part(0, 1000)),
    ("14.1.2 suffix", "bytes=-1", part(999, 1000)),
    ("14.1.2 suffix of all", "bytes=-1000", part(0, 1000)),
    ("14.1.2 suffix longer than the file: the whole", "bytes=-1001", part(0, 1000)),
    ("14.1 unit in any case", "ByTeS=0-0", part(0, 1)),
    ("14.1.1 leading zeros", "bytes=0000-0009", part(0, 10)),
    ("5.6.1 white space and empty elements in the list", "bytes= , 0-0 ,\t,", part(0, 1)),
    # numbers of any length
    ("14.1.2 last of 5,000 digits", "bytes=10-" + "9" * 5000, part(10, 1000)),
    ("14.1.2 suffix of 5,000 digits", "bytes=-" + "9" * 5000, part(0, 1000)),
    ("14.1.2 first of 5,000 digits", "bytes=" + "9" * 5000 + "-", Answer(416)),
    ("14.1.2 5,000 zeros before a small number", f"bytes={'0' * 5000}7-{'0' * 5000}8", part(7, 9)),
    ("14.1.1 5,000 digits, the last one smaller", f"bytes={'9' * 5000}-{'8' * 5000}", WHOLE),
    ("14.1.2 5,000 digits, the last one larger", f"bytes={'8' * 5000}-{'9' * 5000}", Answer(416)),
    ("14.1.2 2**64", "bytes=18446744073709551616-", Answer(416)),
    # not satisfiable
    ("15.5.17 first at the end", "bytes=1000-", Answer(416)),
    ("15.5.17 first beyond the end", "bytes=1000-2000", Answer(416)),
    ("14.1.2 suffix of nothing", "bytes=-0", Answer(416)),
    ("14.1.2 suffix of nothing, longer", "bytes=-000", Answer(416)),
    ("15.5.17 none of several", "bytes=1000-,2000-3000,-0", Answer(416)),
    # ignored
    ("14.2 unknown unit", "items=0-9", WHOLE),
    ("14.2 no unit", "0-9", WHOLE),
    ("14.2 empty", "", WHOLE),
    ("14.1.1 unit alone", "bytes", WHOLE),
    ("14.1.1 empty set", "bytes=", WHOLE),
    ("14.1.1 empty set of commas", "bytes=,,", WHOLE),
    ("14.1.1 last before first", "bytes=9-0", WHOLE),
    ("14.1.1 one invalid spoils the set", "bytes=0-9,9-0", WHOLE),
    ("14.1.1 dash alone", "bytes=-", WHOLE),
    ("14.1.1 two dashes", "bytes=--5", WHOLE),
    ("14.1.1 number alone", "bytes=5", WHOLE),
    ("14.1.1 sign", "bytes=+1-5", WHOLE),
    ("14.1.1 negative", "bytes=-1-5", WHOLE),
    ("14.1.1 space inside", "bytes=0 -9", WHOLE),
    ("14.1.1 space before equals", "bytes =0-9", WHOLE),
    ("14.1.1 hexadecimal", "bytes=0x0-0x9", WHOLE),
    ("14.1.1 underscore, which int() takes", "bytes=1_0-2_0", WHOLE),
    ("14.1.1 digits of other scripts", "bytes=٠-٩", WHOLE),
    ("14.1.1 superscript", "bytes=0-²", WHOLE),
    ("14.1.1 semicolons", "bytes=0-1;5-6", WHOLE),
    ("5.3 two Range lines joined by a gateway", "bytes=0-1, bytes=5-6", WHOLE),
    ("14.1.1 nonsense", "bytes=abc-def", WHOLE),
    # several
    ("14.2 order as asked for", "bytes=900-909,0-9,-5", part(900, 910, 0, 10, 995, 1000)),
    ("14.2 satisfiable ones of several", "bytes=2000-,0-9", part(0, 10)),
    ("15.3.7.2 overlapping become one", "bytes=0-59,40-99", part(0, 100)),
    ("15.3.7.2 touching become one", "bytes=0-49,50-99", part(0, 100)),
    ("15.3.7.2 one inside the other", "bytes=0-99,10-19", part(0, 100)),
    ("15.3.7.2 the same twice", "bytes=0-9,0-9", part(0, 10)),
    ("15.3.7.2 a gap of one byte stays", "bytes=0-49,51-99", part(0, 50, 51, 100)),
    ("15.3.7.2 merged in the place of the first", "bytes=500-509,0-9,510-519", part(500, 520, 0, 10)),
    ("15.3.7.2 a bridge joins three", "bytes=20-29,0-9,10-19", part(0, 30)),
    ("15.3.7.2 halves are the whole", "bytes=500-,0-499", part(0, 1000)),
    ("14.2 more than the file: all of it", "bytes=0-,0-", WHOLE),
    ("14.2 more than the file by one byte", "bytes=0-999,-1", WHOLE),
]
