"""How English articles say who said what: the words, and the orders that they come in. Regular expressions alone.

They are matched against a sentence in which BLOT stands for whatever is within quotation marks. The groups: ``subject``
is a plain noun phrase, ``middle`` what stands between commas after it (a name, an age, "who was there"), ``pronoun``
the one that stands in their place.
"""

from __future__ import annotations

import re

BLOT = "\0"
"""What stands for each character within quotation marks, these included."""

SPEECH = re.compile(
    r"""“[^”\n]*(?:”|$) | "[^"\n]*(?:"|$) | (?<!\w)[‘'](?=\w)[^\n]{2,600}?[,.!?…][’'](?!\w)""", re.VERBOSE
)
"""Within quotation marks, to the end of the paragraph where they are not closed; single ones only if they are."""

# Verbs.

_REPORTING = (
    "said|says|say|told|tells|added|adds|wrote|writes|stated|argued|argues|argue|claimed|claims|claim|insisted|insists"
    "|insist|warned|warns|warn|explained|explains|announced|announces|admitted|admits|admit|conceded|concedes|concede"
    "|acknowledged|acknowledges|noted|notes|complained|complains|confirmed|confirms|denied|denies|replied|replies"
    "|answered|recalled|recalls|promised|promises|declared|declares|testified|maintained|maintains|stressed|stresses"
    "|suggested|suggests|predicted|predicts|reminded|remarked|remarks|reported|responded|objected|observed|observes"
    "|asserted|asserts|alleged|alleges|joked|disclosed|revealed|reveals"
)
_PLURAL = "say|argue|claim|insist|warn|admit|concede|believe|reckon"
_BESIDE = f"{_REPORTING}|asked|asks|reckons|reckon|thinks|believes|believe|finds|found"
"""Verbs that name a speaker in passing: ``…, she found, …``."""
_CLAUSE = r"(?:\s+(?!not\b|no\b)[\w'’-]+){0,5}?(?:\s+(?:that|how|why|whether)\b|:?\s+\0|:$|,\s+\0)"
"""What follows a verb that tells what somebody says: up to five words (to whom, when), and the clause or the speech."""
_SAYS = (
    r"(?:at (?:first|the time)\s+)?(?:(?:also|later|then|once|now|again|still|even|\w+ly)\s+)?"
    r"(?:(?:has|have|had)\s+(?:also\s+|since\s+)?)?"
    r"(?:(?:said|says|say)\b(?!\s+(?:no|yes|so|nothing|anything|little|goodbye|farewell|hello|sorry|to|what|who)\b)"
    rf"|(?:{_REPORTING})\b(?={_CLAUSE}))"
)

# Noun phrases and names.

_STOP = (
    r"(?:is|are|was|were|be|been|being|has|have|had|do|does|did|will|would|can|could|may|might|must|shall|should|cannot"
    r"|that|which|who|whom|whose|when|where|why|how|what|whatever|whoever|whether|if|because|since|although|though"
    r"|while|as|than|until|unless|before|after|and|or|but|not|never|to(?! (?:the|a|an)\b)|it|he|she|they|we|i|you|there"
    r"|this|these|those|so|then|once|nobody|nothing|something|anything|everything|no|none|neither|nor|both|either|also"
    r"|later|only(?= that\b)|today|yesterday)\b(?!-)"
)
"""Words that are in no plain noun phrase that speaks."""
_WORD = rf"(?!\w+n['’]t\b)(?:(?:Mr|Mrs|Ms|Dr|Rev|St|[A-Z])\.|(?!(?i:{_STOP}))[\w$£€&](?:[\w'’.&/-]*[\w'’])?)"
_SUBJECT = rf"(?P<subject>{_WORD}(?:\s+{_WORD}){{0,11}}?)"

_CAPITALISED = r"(?:[A-Z]\.|[A-Z](?:[\w'’.&-]*[\w'’])?)"
_PARTICLE = r"(?:de|da|do|dos|del|der|den|di|du|la|le|van|von|al|el|bin|ibn|ter)"
NAME = (
    r"(?:(?:Mr|Mrs|Ms|Dr|Rev|St)\.?\s+)?"
    r"(?!(?:The|A|An|This|That|These|Those|Its|His|Her|Their|In|On|At|Of|It|If|No|Not|When|Where|What|Who|Why|How|All"
    r"|Some|Most|Many|One|Two|Both|Each|As|By|For|From|With|There|To|And|But|So)\s)"
    rf"{_CAPITALISED}(?:\s+(?:{_CAPITALISED}|{_PARTICLE})){{0,4}}"
)
"""Up to five words in capitals, of which the first is not there to start a sentence."""

ENDING_NAME = re.compile(rf"(?:^|(?<=[a-z]\s)|(?<=['’]s\s)|(?<=\d\s))({NAME})$")
"""The name that a phrase ends in: "the union's president Ann Bell"."""
FULL_NAME_AT_END = re.compile(rf"(?:^|\s)(?:{_CAPITALISED}|{_PARTICLE})\s+[A-Z][\w'’.-]*$")
NAME_AT_START = re.compile(rf"{NAME}(?=,|$|\s+(?:of|from|at|in|for|who)\b)")
HOLDS_ON = re.compile(r"\b(?:the|of|for|at|in|from|by|with)\s+$", re.IGNORECASE)
"""Before a name that is a part of the phrase and not its head: "a spokesman for the Home Office"."""
VAGUE = re.compile(
    r"(?:(?:under|on|in|at|by|from|with|over|since|outside|inside|of|for|during|(?:most|some) of them)\b.*"
    r"|one|another|some|others|several|many|most|few|all|each|a (?:second|third|fourth)|two|three|four|five|six|seven"
    r"|eight|nine|ten|eleven|twelve|\w+teen|\d+|the|a|an|its|his|her|their|my|our|your|.+['’]s?|people|sources"
    r"|the (?:first|second|third|others?|latter|former|next|rest|same))",
    re.IGNORECASE,
)
"""Phrases that name nobody, or that are cut off."""
SINGULAR_WITH_PLURAL_VERB = re.compile(rf"\W*an?\s.*\b(?:{_PLURAL})\W*", re.IGNORECASE | re.DOTALL)
"""``a voice say``: hearsay, not an attribution."""

# Where the speaker stands.

_LEAD = (
    r"(?:[A-Z]{2}[^a-z\0]*[^\0]{0,40}?\s[-–—]\s+)?[*_\s]*"  # LONDON (wire) -
    r"(?:(?:\w+\s+){1,6}(?:after|before|ago|later)\b[^,;:.\0]*,\s+"
    r"|(?:And|But|Yet|Still|So|Then|Later|Meanwhile|Instead|However|Asked|Pressed|Speaking|Writing|In|On|At|After"
    r"|Before|Through|During|For|Last|Since|Under|With|To|From|By|As|Earlier|Outside|Inside|Today|Yesterday)\b"
    r"[^,;:.\0]*,\s+"
    r"|(?:And|But|Yet)\s+"
    r"|On\s+(?:\w+day|\d+\s\w+)\s+"
    r"|(?:In|On|At|After|During|Outside)\s+(?:[\w'’-]+\s+){1,6}?(?=(?:he|she|it)\s))?"
)
"""What may stand before the subject of a sentence."""
_BETWEEN = r"(?!(?:is|are|was|were|has|have|had|did|does|will|would|can|could|and|but)\b)[^;:\0]{1,160}?"
_APPOSED = r"(?:,\s+(?P<middle>(?:(?:Dr|Mr|Mrs|Ms)\.\s)?[^,;.\0]{1,60}))?"

OPENING = re.compile(
    rf"{_LEAD}(?:(?P<pronoun>(?i:he|she|it|they|we|i))"
    rf"|{_SUBJECT}(?:,\s+(?P<middle>{_BETWEEN}),|\s+who\s[^,;\0]{{3,60}}?)?)\s+{_SAYS}"
)
"""``The mayor, Ann Bell, said that …``"""
AND_SAYS = re.compile(rf",?\s+(?:and|but)\s+(?!(?:{_PLURAL})\b){_SAYS}")
"""``Ann Bell accepted nine and said that …``"""
ACCORDING = re.compile(
    rf"(?:^|(?<=,\s)|(?<=\0\s))(?:[Aa]ccording to|[Ii]n the words of)\s+{_SUBJECT}"
    rf"(?=\s*[,.;\0]|\s+(?:who|which|that)\b|$){_APPOSED}"
)
"""``According to Ann Bell, …``"""
INVERTED = re.compile(
    rf"(?:,\s+(?:said|says|say|added|adds)|\0\s+(?!told|tells)(?:{_BESIDE}))\s+"
    r"(?!(?:by|in|on|at|for|from|with|of|about|after|through|during|the court|him|her|them|us|me)\b)"
    rf"{_SUBJECT}(?=[,.;:\0]|\s+(?:who|which|that|as|when|while|after|before)\b|$){_APPOSED}"
)
"""``…, said Ann Bell``"""
AFTER_SPEECH = re.compile(
    rf"\0\s+(?:(?P<pronoun>he|she|it)|{_SUBJECT}(?:,\s+(?P<middle>{_BETWEEN}),)?)"
    rf"\s+(?:\w+ly\s+|later\s+|also\s+)?(?:{_BESIDE})\b"
)
"""``“…,” Ann Bell told a crowd``"""
BESIDE = re.compile(
    rf",\s+(?:(?P<pronoun>he|she|it)|{_SUBJECT})\s+(?:{_BESIDE})"
    r"(?:\s+(?:on|in|at|from)\s+[\w ]{1,30}|\s+(?:today|yesterday|later|\w+day))?\s*(?:[,.;\0]|$)"
)
"""``…, she said on Monday.``"""

# Whom a sentence is about.

SUBJECT = re.compile(rf"{_LEAD}(?:(?P<pronoun>(?i:he|she|it|they|we|i)\b)|{_SUBJECT}(?=[\s,.]))")
_ROLE = (
    r"(?:\w+(?:er|or|ist|ian|ant|ent|man|woman|person|ary|ess)|chief|head|chair|judge|coach|boss|captain|nurse|cook"
    r"|clerk|guide|pilot|widow|wife|son|mother|father|brother|sister)"
)
NAMED_SUBJECTS = (
    re.compile(rf"(?:[\w'’-]+\s+){{1,6}}?[\w'’-]+,\s+(?=\S+\s+[A-Z])({NAME})(?=,|\s+[a-z])"),  # The mayor, Ann Bell,
    re.compile(rf"(?:[\w'’-]+\s+){{0,3}}?{_ROLE}\s+({NAME})(?![\w'’])"),  # Port director Ann Bell
    re.compile(rf"((?:[A-Z]\w+\s+)?{NAME}\s+[A-Z](?:[\w'’-]*\w))(?![\w'’])"),  # Dame Ann Bell
    re.compile(rf"({NAME})(?=,|\s+(?:has|had|was|is|will|would|did|does|\w+ed|\w+s|then|now|also)\b)"),  # Bell has
)
BODY = re.compile(
    r"(?:The|A|An|Its)\s+(?:[\w'’-]+\s+){0,2}?(?:report|review|study|survey|inquiry|letter|statement|paper|group"
    r"|organisation|organization|company|ministry|department|government|agency|union|charity|party|council|court"
    r"|commission|committee|board|firm|bank|university|association|authority|trust|club|society|federation|office)\b"
)
"""What "it said" may mean, besides a name."""
