"""Words that the invented companies are made of: (as the ledger writes it, as a bank without the script writes it)."""

from __future__ import annotations

import unicodedata
from random import Random

_LATIN = {
    "DE": ("Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bauer Richter Klein "
           "Wolf Schröder Neumann "
           "Schwarz Zimmermann Braun Krüger Hofmann Hartmann Lange Werner Krause Lehmann Köhler Maier Jäger Böhm Vogel "
           "Groß Kühn Pohl Roth",
           "Metallbau Elektrotechnik Maschinenbau Logistik Antriebe Werkzeuge Pumpen Kunststoffe Druckluft Gießerei "
           "Fördertechnik Haustechnik",
           "GmbH|AG|GmbH & Co. KG|KG|e. K."),
    "FR": ("Martin Bernard Dubois Thomas Robert Richard Petit Durand Leroy Moreau Simon Laurent Lefèvre Michel Garcia Roux "
           "Bertrand Morel "
           "Fournier Girard Bonnet Dupont Lambert Fontaine Rousseau Vincent Muller Lefebvre Faure André Mercier Blanc Guérin Boyer",
           "Mécanique Électricité Transports Bâtiment Industries Outillage Emballages Hydraulique Énergie Plasturgie "
           "Fonderie", "SARL|SA|SAS|EURL"),
    "BE": ("Peeters Janssens Maes Jacobs Mertens Willems Claes Goossens Wouters Dewitte Pauwels Aerts Lambrecht Hendrickx "
           "Desmet Vermeulen",
           "Metaal Bouw Transport Techniek Elektro Industries Verpakking Hydrauliek Logistics", "NV|BV|SA|SRL"),
    "FI": ("Korhonen Virtanen Mäkinen Nieminen Mäkelä Hämäläinen Laine Heikkinen Koskinen Järvinen Lehtonen Saarinen "
           "Salminen Heinonen Niemi",
           "Konepaja Sähkö Rakennus Kuljetus Metalli Teollisuus Huolto Putki", "Oy|Oyj|Ky"),
    "NO": ("Hansen Johansen Olsen Larsen Andersen Pedersen Nilsen Kristiansen Jensen Karlsen Johnsen Pettersen Eriksen "
           "Berg Haugen Hagen Bakken",
           "Mekaniske Elektro Bygg Transport Industri Verksted Rør Offshore", "AS|ASA|ANS"),
    "SE": ("Andersson Johansson Karlsson Nilsson Eriksson Larsson Olsson Persson Svensson Gustafsson Lindberg Lindqvist "
           "Bergström Sjöberg Åberg",
           "Mekaniska Elektriska Bygg Åkeri Industri Verktyg Rör Plåt", "AB|HB|KB"),
    "CH": ("Meier Keller Huber Gerber Frei Moser Brunner Baumann Graf Steiner Zürcher Bühler Favre Rochat Bianchi "
           "Bernasconi Ammann Egger",
           "Apparatebau Elektro Präzision Bau Logistik Mécanique Impianti Technik", "AG|GmbH|SA|Sagl"),
    "PL": ("Nowak Kowalski Wiśniewski Wójcik Kowalczyk Kamiński Lewandowski Zieliński Szymański Woźniak Dąbrowski "
           "Kozłowski Jankowski Mazur",
           "Budowa Elektryka Transport Metal Maszyny Narzędzia Hydraulika Opakowania", "Sp. z o.o.|S.A.|Sp. k."),
    "US": ("Smith Johnson Williams Brown Jones Miller Davis Wilson Anderson Taylor Moore Jackson Harris Clark Lewis Walker "
           "Young King Wright Hill",
           "Manufacturing Electric Supply Logistics Tool Fabrication Controls Packaging Pump Motors", "Inc.|LLC|Corp.|Co."),
    "IN": ("Sharma Verma Gupta Patel Reddy Iyer Nair Mehta Joshi Desai Rao Kulkarni Bhat Chopra Malhotra Banerjee Mukherjee Singh Kapoor",
           "Engineering Forgings Electricals Castings Motors Polymers Industries Valves", "Pvt. Ltd.|Ltd.|LLP"),
}  # fmt: skip
_PAIRED = {
    "CN": ("上海:Shanghai 深圳:Shenzhen 苏州:Suzhou 宁波:Ningbo 杭州:Hangzhou 广州:Guangzhou 青岛:Qingdao 天津:Tianjin "
           "成都:Chengdu 武汉:Wuhan",
           "华:Hua 信:xin 达:da 新:xin 东:dong 瑞:rui 恒:heng 盛:sheng 联:lian 安:an 泰:tai 康:kang 天:tian 海:hai 金:jin "
           "宏:hong 光:guang 明:ming",
           "电子:Electronics 机械:Machinery 贸易:Trading 科技:Technology 塑料:Plastics 物流:Logistics 五金:Hardware",
           "有限公司:Co., Ltd."),
    "JP": ("東京:Tokyo 大阪:Osaka 名古屋:Nagoya 横浜:Yokohama 神戸:Kobe 福岡:Fukuoka",
           "ア:a カ:ka サ:sa タ:ta ナ:na マ:ma ラ:ra ミ:mi キ:ki ト:to ノ:no ソ:so ユ:yu リ:ri コ:ko モ:mo",
           "電機:Denki 工業:Kogyo 商事:Shoji 製作所:Seisakusho 運輸:Unyu", "株式会社:K.K."),
    "GR": ("Αθηνών:Athinon Πατρών:Patron Βόλου:Volou Κρήτης:Kritis",
           "Αλ:Al δρο:dro νικο:niko μαρι:mari πετρο:petro στα:sta λεο:leo γεωρ:geor θεο:theo κων:kon δημ:dim παν:pan",
           "Μεταλλική:Metalliki Τεχνική:Techniki Εμπορική:Emporiki Ναυτική:Naftiki", "Α.Ε.:A.E. Ε.Π.Ε.:E.P.E."),
}  # fmt: skip
CITIES = {
    "DE": "Köln Bremen Kassel Ulm", "FR": "Lyon Lille Nantes Dijon", "BE": "Gent Namur Antwerpen", "FI": "Tampere Oulu "
           "Turku", "NO": "Bergen Moss Hamar",
    "SE": "Malmö Örebro Gävle", "CH": "Basel Luzern Lugano", "PL": "Łódź Gdynia Poznań", "US": "Toledo Dayton Reno", "IN":
           "Pune Chennai Surat",
    "CN": "上海 深圳 苏州", "JP": "大阪 名古屋", "GR": "Αθήνα Πάτρα",
}  # fmt: skip
TEXTS = {
    "DE": ("Rechnung {n} vom {d}", "RG-Nr. {n} Bestellung {p}", "{n}", "Re {n}, Kd.-Nr. {k}"),
    "FR": ("Facture {n} du {d}", "Règlement facture {n}", "FACT {n} CDE {p}"),
    "BE": ("Factuur {n}", "Facture {n} du {d}", "betaling {n} order {p}"),
    "FI": ("Lasku {n}", "Laskunumero {n} tilaus {p}"), "NO": ("Faktura {n}", "Betaling fakturanr {n} ordre {p}"),
    "SE": ("Faktura {n}", "Fakturanr {n} order {p}"), "CH": ("Rechnung {n} vom {d}", "Fattura {n}", "Facture {n}"),
    "PL": ("Faktura {n}", "zapłata za fakturę {n} z dn. {d}", "{n} zam. {p}"), "US": ("INVOICE {n}", "PMT INV {n} PO {p}", "{n}"),
    "IN": ("Being payment of inv {n} dt {d}", "INVOICE {n} PO {p}"), "CN": ("货款 {n}", "发票 {n} 订单 {p}", "INVOICE {n}"),
    "JP": ("INVOICE {n}", "SEIKYUSHO {n}", "INV {n} PO {p}"), "GR": ("Τιμολόγιο {n}", "INVOICE {n} {d}"),
}  # fmt: skip
SILENT = {
    "DE": ("Zahlung", "Vielen Dank", "offene Posten", ""), "FR": ("Virement", "Règlement", ""), "BE": ("Betaling", ""),
           "FI": ("Maksu", ""),
    "NO": ("Betaling", ""), "SE": ("Betalning", ""), "CH": ("Zahlung", ""), "PL": ("Przelew", "zapłata"), "US": ("PAYMENT", "ACH PMT"),
    "IN": ("VENDOR PAYMENT",), "CN": ("货款", "往来款"), "JP": ("FURIKOMI", "PAYMENT"), "GR": ("Πληρωμή", "PAYMENT"),
}  # fmt: skip
_MORE = {
    "ß": "ss",
    "ä": "ae",
    "ö": "oe",
    "ü": "ue",
    "Ä": "Ae",
    "Ö": "Oe",
    "Ü": "Ue",
    "ø": "o",
    "å": "a",
    "Å": "A",
    "ł": "l",
    "Ł": "L",
    "æ": "ae",
}


def plain(text: str) -> str:
    """Write Latin text in the letters that every bank has; other scripts become nothing."""
    spread = "".join(_MORE.get(sign, sign) for sign in text)
    return unicodedata.normalize("NFKD", spread).encode("ascii", "ignore").decode().strip()


def _pair(rng: Random, words: str) -> tuple[str, str]:
    native, _, latin = rng.choice(words.split(" ")).partition(":")
    return native, latin.replace("_", " ")


def company(rng: Random, country: str) -> tuple[str, str]:
    """Give a name in its own script and in Latin letters."""
    if country in _LATIN:
        people, trades, forms = _LATIN[country]
        surnames = people.split()
        first, second = rng.choice(surnames), rng.choice(surnames)
        head = first if first == second or rng.random() < 0.2 else f"{first}{rng.choice((' & ', '-', ' '))}{second}"
        name = f"{head} {rng.choice(trades.split())} {rng.choice(forms.split('|'))}"
        return name, plain(name)
    places, parts, trades, forms = _PAIRED[country]
    place, brand = _pair(rng, places), [_pair(rng, parts) for _ in range(2 if country == "CN" else 3)]
    trade = _pair(rng, trades)
    native_form, latin_form = ("有限公司", "Co., Ltd.") if country == "CN" else _pair(rng, forms)
    word = "".join(native for native, _ in brand), "".join(latin for _, latin in brand).capitalize()
    if country == "CN":
        return f"{place[0]}{word[0]}{trade[0]}{native_form}", f"{place[1]} {word[1]} {trade[1]} {latin_form}"
    if country == "JP":
        return f"{native_form}{word[0]}{trade[0]}", f"{word[1]} {trade[1]} {latin_form}"
    return (
        f"{word[0].capitalize()} {trade[0]} {place[0]} {native_form}",
        f"{word[1]} {trade[1]} {place[1]} {latin_form}",
    )
