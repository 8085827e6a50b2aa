"""The forms of common English verbs: enough to turn a statement into a question without a mistake. Pure.

Only verbs of the lists below are known. A form that could be of two verbs, or more often is a noun, is left out.
"""

from __future__ import annotations

from functools import cache

from bot.english.words import word_list

_REGULAR = word_list("""
    abandon abolish accept accuse add adopt advise agree aim allow announce answer appeal appear apply appoint
    approach approve argue arrest arrive ask attract avoid award ban banish belong block borrow bury cancel capture
    carry cater cause change charge check claim clear climb close collapse collect complain complete confirm consider
    consist contain contribute convert convict cover create cross cure damage decide declare decline defeat defend
    delay deliver demand deny depend describe deserve design destroy develop die direct disagree disappear discover
    dismiss divide donate double drain drop drown earn elect employ enable encourage end enjoy enter escape establish
    evacuate examine exceed exclude exercise exist expand expect explain export express extend face fail favour fetch
    fill finance fine finish fire fit follow force form found gain gather govern grant guide halt hand happen harm
    hatch help hire honour hope host house identify ignore import impose improve inaugurate include increase influence
    inform inherit injure insist inspect install intend introduce invent investigate invite involve join judge jump
    kill knock label lack land last launch learn lease lift limit link listen live load locate lodge look lower
    maintain manage mark marry match measure merge mine monitor move name need negotiate notify oblige observe obtain
    occupy occur offer open operate oppose order organise outlaw overlook overturn own paint park pass pause perform
    permit persuade pick plan plant plead possess postpone pour practise praise predict prefer prepare present
    preserve prevent print process produce promise promote prompt propose prosecute protect protest prove provide
    publish pump punish purchase push qualify raise rank rate ration reach recall receive recognise recommend record
    recover recruit reduce refer reform refund refuse register regret regulate reject release relocate rely remain
    remove rename rent repair repeal replace reply report represent request require rescind rescue resemble reserve
    resign resist resolve respond restart restore restrict result resume retire retrieve return reveal review revise
    revive revoke reward rule rush sail save scrap screen seal secure seize select sentence separate serve settle
    share shift shout sign slow smoke smuggle solve sponsor spot stage start starve state stay steer stop store
    strengthen stretch strip struggle study subsidise succeed sue suffer suggest suit supply support suppose surge
    surrender surround survey survive suspend switch tackle target tax test threaten tie top total touch trace track
    trade train transfer trap travel treat trigger trust turn uncover unveil upgrade urge use vanish veto view violate
    visit vote wait walk want warn wash waste watch weaken weigh widen wipe witness work worry wrap
""")
_IRREGULAR = word_list("""
    become:became begin:began break:broke bring:brought build:built buy:bought catch:caught choose:chose come:came
    cost:cost draw:drew drink:drank drive:drove eat:ate fall:fell feel:felt fight:fought find:found fly:flew
    forbid:forbade forget:forgot freeze:froze get:got give:gave go:went grow:grew hear:heard hold:held keep:kept
    know:knew lead:led leave:left lend:lent lose:lost make:made mean:meant meet:met oversee:oversaw
    overthrow:overthrew pay:paid rebuild:rebuilt repay:repaid ring:rang rise:rose run:ran say:said see:saw sell:sold
    send:sent shake:shook shoot:shot shrink:shrank sing:sang sink:sank sleep:slept speak:spoke spend:spent stand:stood
    steal:stole stick:stuck strike:struck sweep:swept swim:swam take:took teach:taught tell:told think:thought
    throw:threw undergo:underwent understand:understood undertake:undertook uphold:upheld wear:wore win:won
    withdraw:withdrew write:wrote
""")
_DOUBLING = word_list(
    "ban drop fit plan stop permit prefer refer slip step occur admit commit submit control cancel travel"
)
_ALSO_NOUNS = word_list("""
    aim answer appeal appoint award block break catch cause change charge check claim climb convert convict cost cover
    cross cure damage decline delay demand design double draw drink drive drop end exercise export face fall favour
    fight finance fine fire fit fly force form gain grant guide halt hand harm help hire honour hope host house import
    increase influence judge jump label land last lead lease lift limit link load lodge look lower mark match measure
    mine monitor move name need offer order paint park pass pause permit picture plan plant praise present print
    process produce program promise protest pump purchase push raise rank rate ration recall record reform refund
    register regret release rent repair report request rescue result return review reward ring rise rule run rush sail
    save scrap screen seal sentence shake share shift shout sign sink sleep slow smoke sponsor spot stage stand start
    state stay stick stop store stretch strike strip struggle study suit supply support surge surrender survey sweep
    switch target tax test throw tie top total touch trace track trade train transfer trap travel treat trigger trust
    turn upgrade use veto view visit vote wait walk want wash waste watch wear witness work worry
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
