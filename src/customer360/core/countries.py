"""Which country a record's own field means: what people type there, as the code by which numbers are read (D1)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Final

_NAMES: Final = """
AD andorra|AE united arab emirates|AE uae|AF afghanistan|AG antigua and barbuda|AI anguilla|AL albania|AM armenia
AO angola|AR argentina|AS american samoa|AT austria|AT osterreich|AT autriche|AU australia|AW aruba|AX aland islands
AZ azerbaijan|BA bosnia and herzegovina|BA bosnia|BB barbados|BD bangladesh|BE belgium|BE belgie|BE belgique|BE belgien
BF burkina faso|BG bulgaria|BH bahrain|BI burundi|BJ benin|BL saint barthelemy|BM bermuda|BN brunei
BN brunei darussalam|BO bolivia|BQ caribbean netherlands|BR brazil|BR brasil|BS bahamas|BT bhutan|BW botswana
BY belarus|BZ belize|CA canada|CC cocos keeling islands|CD democratic republic of the congo|CD dr congo
CF central african republic|CG republic of the congo|CH switzerland|CH schweiz|CH suisse|CH svizzera|CI cote d'ivoire
CI ivory coast|CK cook islands|CL chile|CM cameroon|CN china|CN people's republic of china|CO colombia|CR costa rica
CU cuba|CV cape verde|CV cabo verde|CW curacao|CX christmas island|CY cyprus|CZ czech republic|CZ czechia|CZ cesko
CZ ceska republika|DE germany|DE deutschland|DE allemagne|DE federal republic of germany|DJ djibouti|DK denmark
DK danmark|DM dominica|DO dominican republic|DZ algeria|EC ecuador|EE estonia|EE eesti|EG egypt|EH western sahara
ER eritrea|ES spain|ES espana|ET ethiopia|FI finland|FI suomi|FJ fiji|FK falkland islands|FM micronesia
FO faroe islands|FR france|FR frankreich|GA gabon|GB united kingdom|GB uk|GB great britain|GB england|GB scotland
GB wales|GB northern ireland|GB united kingdom of great britain and northern ireland|GD grenada|GE georgia
GF french guiana|GG guernsey|GH ghana|GI gibraltar|GL greenland|GM gambia|GN guinea|GP guadeloupe
GQ equatorial guinea|GR greece|GT guatemala|GU guam|GW guinea bissau|GY guyana|HK hong kong|HN honduras|HR croatia
HR hrvatska|HT haiti|HU hungary|HU magyarorszag|ID indonesia|IE ireland|IE eire|IE republic of ireland|IL israel
IM isle of man|IN india|IO british indian ocean territory|IQ iraq|IR iran|IS iceland|IS island|IT italy|IT italia
IT italien|JE jersey|JM jamaica|JO jordan|JP japan|KE kenya|KG kyrgyzstan|KH cambodia|KI kiribati|KM comoros
KN saint kitts and nevis|KP north korea|KR south korea|KR republic of korea|KR korea|KW kuwait|KY cayman islands
KZ kazakhstan|LA laos|LB lebanon|LC saint lucia|LI liechtenstein|LK sri lanka|LR liberia|LS lesotho|LT lithuania
LT lietuva|LU luxembourg|LU luxemburg|LV latvia|LV latvija|LY libya|MA morocco|MA maroc|MC monaco|MD moldova
ME montenegro|MF saint martin|MG madagascar|MH marshall islands|MK north macedonia|ML mali|MM myanmar|MM burma
MN mongolia|MO macau|MO macao|MP northern mariana islands|MQ martinique|MR mauritania|MS montserrat|MT malta
MU mauritius|MV maldives|MW malawi|MX mexico|MY malaysia|MZ mozambique|NA namibia|NC new caledonia|NE niger
NF norfolk island|NG nigeria|NI nicaragua|NL netherlands|NL nederland|NL holland|NL niederlande|NL pays bas|NO norway
NO norge|NP nepal|NR nauru|NU niue|NZ new zealand|NZ aotearoa|OM oman|PA panama|PE peru|PF french polynesia
PG papua new guinea|PH philippines|PK pakistan|PL poland|PL polska|PM saint pierre and miquelon|PR puerto rico
PS palestine|PT portugal|PW palau|PY paraguay|QA qatar|RE reunion|RO romania|RS serbia|RS srbija|RU russia
RU russian federation|RW rwanda|SA saudi arabia|SA kingdom of saudi arabia|SA ksa|SB solomon islands|SC seychelles
SD sudan|SE sweden|SE sverige|SG singapore|SH saint helena|SI slovenia|SI slovenija|SJ svalbard and jan mayen
SK slovakia|SK slovensko|SL sierra leone|SM san marino|SN senegal|SO somalia|SR suriname|SS south sudan
ST sao tome and principe|SV el salvador|SX sint maarten|SY syria|SZ eswatini|SZ swaziland|TC turks and caicos islands
TD chad|TG togo|TH thailand|TJ tajikistan|TK tokelau|TL timor leste|TL east timor|TM turkmenistan|TN tunisia
TN tunisie|TO tonga|TR turkey|TR turkiye|TT trinidad and tobago|TV tuvalu|TW taiwan|TZ tanzania|UA ukraine|UG uganda
US united states|US united states of america|US usa|US us|US vereinigte staaten|US etats unis|UY uruguay
UZ uzbekistan|VA vatican city|VC saint vincent and the grenadines|VE venezuela|VG british virgin islands
VI us virgin islands|VN vietnam|VN viet nam|VU vanuatu|WF wallis and futuna|WS samoa|XK kosovo|YE yemen|YT mayotte
ZA south africa|ZM zambia|ZW zimbabwe|GB vereinigtes konigreich|GB royaume uni|ES spanien|ES espagne|IT italie
PL polen|SE schweden|DK danemark|CZ tschechien|HU ungarn|TR turkei|GR griechenland
"""
"""Code and name: in English, and as the people next door, and those who live there, mostly write it."""


@lru_cache(maxsize=4096)
def country_of(text: str) -> str | None:
    """The ISO 3166 code (alpha-2) that a country field's text means: a code in capitals, or a name in any case.

    None for what is no country, or might be several: a number is then read as the account's numbers are.
    """
    text, by_name = text.strip(), _by_name()
    if len(text) == 2 and text in by_name.values():
        return text
    return by_name.get(_plain(text))


@cache
def _by_name() -> Mapping[str, str]:
    """Made of the table at the first country, not at import (P5)."""
    listed = (each for line in _NAMES.strip().splitlines() for each in line.strip().split("|"))
    return {_plain(each[3:]): each[:2] for each in listed}


def _plain(name: str) -> str:
    """A name without case, accents, signs, and what people put before it or leave out of it."""
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    letters = "".join(each for each in decomposed if not unicodedata.combining(each))
    words = re.sub(r"[^\w]", " ", letters.replace("&", " and ").replace(".", "")).split()
    words = [{"st": "saint", "rep": "republic"}.get(each, each) for each in words]
    return " ".join(words[1:] if len(words) > 1 and words[0] == "the" else words)
