"""Countries by code and name: three-letter codes of ISO 3166-1, common English names, and the few codes that CAMEO writes otherwise."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

__all__ = ["country_code", "country_in_brackets"]

_TABLE = """
AFG Afghanistan|ALB Albania|DZA Algeria|AND Andorra|AGO Angola|ATG Antigua and Barbuda|ARG Argentina|ARM Armenia|AUS Australia
AUT Austria|AZE Azerbaijan|BHS Bahamas,The Bahamas|BHR Bahrain|BGD Bangladesh|BRB Barbados|BLR Belarus,Byelarus|BEL Belgium
BLZ Belize|BEN Benin|BTN Bhutan|BOL Bolivia,Plurinational State of Bolivia|BIH Bosnia and Herzegovina,Bosnia|BWA Botswana|BRA Brazil
BRN Brunei,Brunei Darussalam|BGR Bulgaria|BFA Burkina Faso|BDI Burundi|KHM Cambodia|CMR Cameroon|CAN Canada|CPV Cape Verde,Cabo Verde
CAF Central African Republic|TCD Chad|CHL Chile|CHN China,People's Republic of China,PRC|COL Colombia|COM Comoros
COD Democratic Republic of Congo,Democratic Republic of the Congo,DRC,Congo-Kinshasa,Zaire|COG Congo,Republic of Congo,Congo-Brazzaville
CRI Costa Rica|CIV Ivory Coast,Cote d'Ivoire|HRV Croatia|CUB Cuba|CYP Cyprus|CZE Czech Republic,Czechia|DNK Denmark|DJI Djibouti
DMA Dominica|DOM Dominican Republic|ECU Ecuador|EGY Egypt|SLV El Salvador|GNQ Equatorial Guinea|ERI Eritrea|EST Estonia
SWZ Eswatini,Swaziland|ETH Ethiopia|FJI Fiji|FIN Finland|FRA France|GAB Gabon|GMB Gambia,The Gambia|GEO Georgia|DEU Germany|GHA Ghana
GRC Greece|GRL Greenland|GRD Grenada|GTM Guatemala|GIN Guinea|GNB Guinea-Bissau|GUY Guyana|HTI Haiti|HND Honduras|HKG Hong Kong
HUN Hungary|ISL Iceland|IND India|IDN Indonesia|IRN Iran,Islamic Republic of Iran|IRQ Iraq|IRL Ireland|ISR Israel|ITA Italy|JAM Jamaica
JPN Japan|JOR Jordan|KAZ Kazakhstan|KEN Kenya|KIR Kiribati|PRK North Korea,Democratic People's Republic of Korea,DPRK
KOR South Korea,Republic of Korea,Korea|XKX Kosovo|KWT Kuwait|KGZ Kyrgyzstan|LAO Laos,Lao PDR|LVA Latvia|LBN Lebanon|LSO Lesotho
LBR Liberia|LBY Libya|LIE Liechtenstein|LTU Lithuania|LUX Luxembourg|MAC Macao,Macau|MKD Macedonia,North Macedonia|MDG Madagascar
MWI Malawi|MYS Malaysia|MDV Maldives|MLI Mali|MLT Malta|MHL Marshall Islands|MRT Mauritania|MUS Mauritius|MEX Mexico|FSM Micronesia
MDA Moldova,Republic of Moldova|MCO Monaco|MNG Mongolia|MNE Montenegro|MAR Morocco|MOZ Mozambique|MMR Myanmar,Burma|NAM Namibia
NRU Nauru|NPL Nepal|NLD Netherlands,The Netherlands,Holland|NZL New Zealand|NIC Nicaragua|NER Niger|NGA Nigeria|NOR Norway|OMN Oman
PAK Pakistan|PLW Palau|PSE Palestine,Palestinian Territory,Occupied Palestinian Territory,State of Palestine,Palestinian Territories
PAN Panama|PNG Papua New Guinea|PRY Paraguay|PER Peru|PHL Philippines,The Philippines|POL Poland|PRT Portugal|PRI Puerto Rico|QAT Qatar
ROU Romania|RUS Russia,Russian Federation|RWA Rwanda|KNA Saint Kitts and Nevis|LCA Saint Lucia|VCT Saint Vincent and the Grenadines
WSM Samoa|SMR San Marino|STP Sao Tome and Principe|SAU Saudi Arabia|SEN Senegal|SRB Serbia|SYC Seychelles|SLE Sierra Leone
SGP Singapore|SVK Slovakia,Slovak Republic|SVN Slovenia|SLB Solomon Islands|SOM Somalia|ZAF South Africa|SSD South Sudan|ESP Spain
LKA Sri Lanka|SDN Sudan|SUR Suriname|SWE Sweden|CHE Switzerland|SYR Syria,Syrian Arab Republic|TWN Taiwan|TJK Tajikistan
TZA Tanzania,United Republic of Tanzania|THA Thailand|TLS East Timor,Timor-Leste|TGO Togo|TON Tonga|TTO Trinidad and Tobago|TUN Tunisia
TUR Turkey,Turkiye|TKM Turkmenistan|TUV Tuvalu|UGA Uganda|UKR Ukraine|ARE United Arab Emirates,UAE
GBR United Kingdom,UK,Great Britain,Britain|USA United States,United States of America,US,U.S.,U.S.A.|URY Uruguay|UZB Uzbekistan
VUT Vanuatu|VAT Vatican City,Holy See,Vatican|VEN Venezuela,Bolivarian Republic of Venezuela|VNM Vietnam,Viet Nam|ESH Western Sahara
YEM Yemen|ZMB Zambia|ZWE Zimbabwe
"""
_OTHER_CODES = {
    "ROM": "ROU",
    "TMP": "TLS",
    "ZAR": "COD",
    "KSV": "XKX",
    "UNK": "XKX",
    "SCG": "SRB",
    "YUG": "SRB",
    "PAL": "PSE",
    "BUR": "MMR",
}
_BRACKET = re.compile(r"\(([^()]+)\)\s*$")


def _plain(name: str) -> str:
    folded = unicodedata.normalize("NFKD", name.replace("’", "'")).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z]+", " ", folded.lower()).strip()


@cache
def _known() -> tuple[frozenset[str], dict[str, str]]:
    codes, names = set(), {}
    for entry in _TABLE.replace("\n", "|").split("|"):
        if entry:
            code, _, spelled = entry.partition(" ")
            codes.add(code)
            names.update({_plain(name): code for name in spelled.split(",")})
    return frozenset(codes), names


def country_code(text: str) -> str | None:
    """Three-letter code of a country given by code or English name; None for regions, organisations and unknown names.

    >>> country_code("ROM"), country_code("Côte d’Ivoire"), country_code("Palestinian Territory, Occupied"), country_code("EUR")
    ('ROU', 'CIV', 'PSE', None)
    """
    codes, names = _known()
    text = text.strip()
    if not text:
        return None
    upper = text.upper()
    if upper in codes:
        return upper
    if upper in _OTHER_CODES:
        return _OTHER_CODES[upper]
    plain = _plain(text)
    if plain in names:
        return names[plain]
    if "," in text:  # "Korea, South", "Palestinian Territory, Occupied"
        head, _, tail = text.partition(",")
        return names.get(_plain(f"{tail} {head}")) or names.get(_plain(head))
    return None


def country_in_brackets(actor: str) -> str | None:
    """Country named in the bracket that ends an actor's name.

    >>> country_in_brackets("Foreign Affairs (Venezuela)")
    'VEN'
    """
    found = _BRACKET.search(actor)
    return country_code(found[1]) if found else country_code(actor)
