"""The forms of common English verbs: enough to turn a statement into a question without a mistake. Pure.

Only verbs of the lists below are known. A form that could be of two verbs, or more often is a noun, is left out.
"""

from __future__ import annotations

from functools import cache

from bot.words import word_list

_REGULAR = word_list("""
    abandon abolish accept accuse add adopt advise agree aim allow announce answer appeal appear apply appoint
    approach approve argue arrest arrive ask attract avoid award ban banish belong block borrow bury cancel capture
    carry cause change charge check claim clear climb close collapse collect complain complete confirm consider
    consist contain contribute cover create cross cure damage decide declare decline defeat defend delay deliver
    demand deny depend describe deserve design destroy develop die direct disagree disappear discover dismiss divide
    donate double drain drop drown earn elect employ enable encourage end enjoy enter escape establish examine exceed
    exclude exercise exist expand expect explain export express extend face fail favour fetch fill finance finish fire
    fit follow force form found gain gather govern grant guide happen harm hatch help hire hope house identify ignore
    import impose improve include increase inherit injure insist inspect install intend introduce invent invite
    involve join judge jump kill knock lack land last launch learn lift limit link listen live locate look lower
    maintain manage marry measure merge move name need negotiate obtain occupy occur offer open operate oppose order
    organise overturn own pass perform permit persuade pick plan plant plead possess postpone praise predict prefer
    prepare present preserve prevent produce promise promote propose prosecute protect protest prove provide publish
    punish purchase push qualify raise reach receive recognise recommend record recover recruit reduce refer refund
    refuse register regulate reject release remain remove rename rent repair repeal replace reply report represent
    request require rescue resemble reserve resign resolve respond restore restrict result retire retrieve return
    reveal review reward sail save secure select separate serve settle share sign slow smuggle start starve stay stop
    store stretch struggle study succeed suffer suggest suit supply support suppose survive suspend test threaten tie
    total touch trade train transfer travel treat trust turn urge use vanish visit vote wait walk want warn wash waste
    watch weigh witness work worry
""")
_IRREGULAR = word_list("""
    become:became begin:began break:broke bring:brought build:built buy:bought catch:caught choose:chose come:came
    cost:cost draw:drew drink:drank drive:drove eat:ate fall:fell feel:felt fight:fought find:found fly:flew
    forbid:forbade forget:forgot freeze:froze get:got give:gave go:went grow:grew hear:heard hold:held keep:kept
    know:knew lead:led leave:left lend:lent lose:lost make:made mean:meant meet:met pay:paid rise:rose run:ran
    say:said see:saw sell:sold send:sent shake:shook shoot:shot sing:sang sink:sank sleep:slept speak:spoke
    spend:spent stand:stood steal:stole stick:stuck strike:struck sweep:swept swim:swam take:took teach:taught
    tell:told think:thought throw:threw understand:understood wear:wore win:won withdraw:withdrew write:wrote
""")
_DOUBLING = word_list(
    "ban drop fit plan stop permit prefer refer slip step occur admit commit submit control cancel travel"
)
_ALSO_NOUNS = word_list("""
    aim answer appeal appoint award block break catch cause change charge check claim climb cost cover cross cure
    damage decline delay demand design double draw drink drive drop end exercise export face fall favour fight finance
    fire fit fly force form gain grant guide harm help hire hope house import increase judge jump land last lead lift
    limit link look lower measure move name need offer order pass permit picture plan plant praise present produce
    promise protest purchase push raise record refund register release rent repair report request rescue result return
    review reward rise run sail save shake share sign sink sleep slow stand start stay stick stop store stretch strike
    struggle study suit supply support sweep test throw tie total touch trade train transfer travel treat trust turn
    use visit vote wait walk want wash waste watch wear witness work worry
""")
"""Their form with -s is a plural more often than a verb."""


def third_person(base: str) -> str:
    """``base`` as it stands after "it": "carries", "goes"."""
    if base.endswith(("s", "x", "z", "ch", "sh", "o")):
        return f"{base}es"
    return f"{base[:-1]}ies" if base.endswith("y") and base[-2] not in "aeiou" else f"{base}s"


def _past(base: str) -> str:
    if base.endswith("e"):
        return f"{base}d"
    if base.endswith("y") and base[-2] not in "aeiou":
        return f"{base[:-1]}ied"
    return f"{base}{base[-1]}ed" if base in _DOUBLING else f"{base}ed"


@cache
def past_forms() -> dict[str, str]:
    """The base form for each past form: "carried" to "carry"."""
    regular = {_past(base): base for base in _REGULAR}
    irregular = (pair.split(":") for pair in _IRREGULAR)
    return regular | {past: base for base, past in irregular}


@cache
def present_forms() -> dict[str, str]:
    """The base form for each form with -s that is hardly ever a noun: "carries" to "carry"."""
    return {third_person(base): base for base in set(past_forms().values()) - _ALSO_NOUNS}


@cache
def base_forms() -> frozenset[str]:
    """The base forms that are hardly ever nouns, as they stand after "they"."""
    return frozenset(
        set(past_forms().values())
        - _ALSO_NOUNS
        - {"found", "open", "clear", "direct", "secure", "complete", "separate"}
    )
